// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preview_model.h"

#include <QCoreApplication>
#include <algorithm>

namespace mixtura::app {

QString typeName(ColumnType type) {
    switch (type) {
        case ColumnType::numeric:
            return PreviewModel::tr("numeric");
        case ColumnType::category:
            return PreviewModel::tr("category");
        case ColumnType::text:
            return PreviewModel::tr("text");
        case ColumnType::date:
            return PreviewModel::tr("date");
    }
    return {};
}

QString roleName(ColumnRole role) {
    switch (role) {
        case ColumnRole::none:
            return PreviewModel::tr("not used");
        case ColumnRole::feature:
            return PreviewModel::tr("feature");
        case ColumnRole::response:
            return PreviewModel::tr("response");
        case ColumnRole::expert_input:
            return PreviewModel::tr("expert input");
        case ColumnRole::gate_input:
            return PreviewModel::tr("gate input");
        case ColumnRole::weight:
            return PreviewModel::tr("case weight");
        case ColumnRole::group:
            return PreviewModel::tr("group");
        case ColumnRole::label:
            return PreviewModel::tr("known label");
        case ColumnRole::id:
            return PreviewModel::tr("identifier");
    }
    return {};
}

void PreviewModel::setDialect(const CsvDialect& dialect) {
    beginResetModel();
    dialect_ = dialect;
    endResetModel();
}

void PreviewModel::clear() {
    setDialect({});
}

int PreviewModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(dialect_.preview.size());
}

int PreviewModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(dialect_.column_names.size());
}

QVariant PreviewModel::data(const QModelIndex& index, int role) const {
    const auto& cells = dialect_.preview.at(std::size_t(index.row()));
    const auto column = std::size_t(index.column());
    if (role == Qt::DisplayRole && column < cells.size())
        return QString::fromStdString(cells[column]);
    if (role == Qt::TextAlignmentRole && column < dialect_.column_types.size() &&
        dialect_.column_types[column] == ColumnType::numeric)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant PreviewModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    const auto column = std::size_t(section);
    if (column >= dialect_.column_names.size())
        return {};
    const QString name = QString::fromStdString(dialect_.column_names[column]);
    const QString type =
        column < dialect_.column_types.size() ? typeName(dialect_.column_types[column]) : QString();
    return role == Qt::DisplayRole ? name + u'\n' + type
                                   : tr("Column %1: %2, %3").arg(section + 1).arg(name, type);
}

}  // namespace mixtura::app
