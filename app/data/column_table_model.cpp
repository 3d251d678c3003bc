// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/column_table_model.h"

#include <QLocale>
#include <utility>

#include "data/number_text.h"
#include "data/preview_model.h"

namespace mixtura::app {

ColumnTableModel::ColumnTableModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent), session_(&session) {}

void ColumnTableModel::setSummary(std::shared_ptr<const DataSummary> summary) {
    summary_ = std::move(summary);
    if (rows_ > 0)
        emit dataChanged(index(0, count), index(rows_ - 1, fieldCount - 1));
}

void ColumnTableModel::refresh() {
    const DataEntry* entry = session_->currentData();
    const int rows = entry != nullptr ? int(entry->data->columns().size()) : 0;
    if (rows != rows_) {
        beginResetModel();
        rows_ = rows;
        endResetModel();
    } else if (rows_ > 0) {
        emit dataChanged(index(0, 0), index(rows_ - 1, fieldCount - 1));
    }
}

std::vector<std::pair<int, QString>> ColumnTableModel::choices(const QModelIndex& index) const {
    std::vector<std::pair<int, QString>> result;
    const DataEntry* entry = session_->currentData();
    if (entry == nullptr)
        return result;
    if (index.column() == type) {
        for (const ColumnType choice :
             {ColumnType::numeric, ColumnType::category, ColumnType::text, ColumnType::date})
            result.emplace_back(int(choice), typeName(choice));
        return result;
    }
    const bool isNumeric = entry->data->column(std::size_t(index.row())).is_numeric();
    if (isNumeric)
        for (const ColumnRole choice : {ColumnRole::feature, ColumnRole::weight})
            result.emplace_back(int(choice), roleName(choice));
    for (const ColumnRole choice : {ColumnRole::label, ColumnRole::id, ColumnRole::none})
        result.emplace_back(int(choice), roleName(choice));
    return result;
}

int ColumnTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : rows_;
}

int ColumnTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : fieldCount;
}

QString ColumnTableModel::statistic(const ColumnSummary& summary, int field) {
    const QLocale locale;
    switch (field) {
        case count:
            return locale.toString(qint64(summary.count));
        case missing:
            return locale.toString(qint64(summary.missing_count));
        case mean:
            return shownNumber(summary.mean);
        case deviation:
            return shownNumber(summary.standard_deviation);
        case minimum:
            return shownNumber(summary.minimum);
        case lowerQuartile:
            return shownNumber(summary.lower_quartile);
        case median:
            return shownNumber(summary.median);
        case upperQuartile:
            return shownNumber(summary.upper_quartile);
        case maximum:
            return shownNumber(summary.maximum);
        case distinct:
            return (summary.distinct_is_exact ? QString() : QStringLiteral("> ")) +
                   locale.toString(qint64(summary.distinct_count));
        default:
            return {};
    }
}

QVariant ColumnTableModel::data(const QModelIndex& index, int dataRole) const {
    const DataEntry* entry = session_->currentData();
    if (entry == nullptr || std::size_t(index.row()) >= entry->roles.size())
        return {};
    const auto column = std::size_t(index.row());
    const Column& shown = entry->data->column(column);
    const int field = index.column();
    if (dataRole == Qt::TextAlignmentRole)
        return field >= count ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    if (dataRole == Qt::ToolTipRole) {
        if (field == type || field == role)
            return tr("Double-click or press F2 to change");
        return field == name ? QVariant(QString::fromStdString(shown.label)) : QVariant();
    }
    if (dataRole == Qt::EditRole)
        return field == type   ? QVariant(int(shown.type))
               : field == role ? QVariant(int(entry->roles[column]))
                               : QVariant();
    if (dataRole != Qt::DisplayRole)
        return {};
    switch (field) {
        case name:
            return QString::fromStdString(shown.name);
        case type:
            return typeName(shown.type);
        case role:
            return roleName(entry->roles[column]);
        default:
            return summary_ && column < summary_->columns.size()
                       ? statistic(summary_->columns[column], field)
                       : QString();
    }
}

bool ColumnTableModel::setData(const QModelIndex& index, const QVariant& value, int dataRole) {
    if (dataRole != Qt::EditRole || !value.isValid())
        return false;
    if (index.column() == role) {
        session_->setColumnRole(index.row(), static_cast<ColumnRole>(value.toInt()));
        return true;
    }
    if (index.column() != type)
        return false;
    const QString refusal =
        session_->setColumnType(index.row(), static_cast<ColumnType>(value.toInt()));
    if (!refusal.isEmpty())
        emit refused(refusal);
    return refusal.isEmpty();
}

Qt::ItemFlags ColumnTableModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == type || index.column() == role ? flags | Qt::ItemIsEditable : flags;
}

QVariant ColumnTableModel::headerData(int section, Qt::Orientation orientation,
                                      int dataRole) const {
    if (dataRole != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    switch (section) {
        case name:
            return tr("Column");
        case type:
            return tr("Type");
        case role:
            return tr("Role");
        case count:
            return tr("Values");
        case missing:
            return tr("Missing");
        case mean:
            return tr("Mean");
        case deviation:
            return tr("Std. dev.");
        case minimum:
            return tr("Minimum");
        case lowerQuartile:
            return tr("1st quartile");
        case median:
            return tr("Median");
        case upperQuartile:
            return tr("3rd quartile");
        case maximum:
            return tr("Maximum");
        case distinct:
            return tr("Distinct");
        default:
            return {};
    }
}

}  // namespace mixtura::app
