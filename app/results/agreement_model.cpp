// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/agreement_model.h"

#include <QFont>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QLocale>
#include <utility>

#include "results/result_table.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

constexpr int longestHeading = 20;  // average characters

}  // namespace

void AgreementModel::setComparison(LabelComparison comparison, QStringList componentNames) {
    beginResetModel();
    comparison_ = std::move(comparison);
    componentNames_ = std::move(componentNames);
    endResetModel();
}

int AgreementModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || labelCount() == 0 ? 0 : labelCount() + 1;
}

int AgreementModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || labelCount() == 0 ? 0 : componentCount() + 2;
}

double AgreementModel::count(int row, int column) const {
    const Eigen::MatrixXd& counts = comparison_.counts;
    const bool isLastRow = row == labelCount();
    const bool isLastColumn = column == componentCount() + 1;
    if (isLastRow && isLastColumn)
        return counts.sum();
    if (isLastRow)
        return counts.col(column - 1).sum();
    return isLastColumn ? counts.row(row).sum() : counts(row, column - 1);
}

QString AgreementModel::labelText(int row) const {
    return row < labelCount()
               ? QString::fromStdString(comparison_.labels[static_cast<std::size_t>(row)])
               : tr("Sum");
}

QVariant AgreementModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return column == 0 ? labelText(row)
                               : QLocale().toString(static_cast<qlonglong>(count(row, column)));
        case Qt::ToolTipRole:
            return column == 0 ? QVariant(labelText(row)) : QVariant();
        case Qt::TextAlignmentRole:
            return static_cast<int>((column == 0 ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font;
            font.setBold(column > 0 && !isSum(row, column) && count(row, column) > 0.0 &&
                         count(row, column) >= comparison_.counts.row(row).maxCoeff());
            return font;
        }
        case ResultTable::storedRole:
            return column == 0 ? labelText(row).toUtf8()
                               : QByteArray::number(static_cast<qlonglong>(count(row, column)));
        default:
            return {};
    }
}

/// Cut here: a style may clip a long heading from its beginning.
QString AgreementModel::heading(int section) const {
    if (section > componentCount())
        return tr("Sum");
    const QString name = section == 0 ? QString::fromStdString(comparison_.column)
                         : componentNames_.value(section - 1).isEmpty()
                             ? componentTitle(section - 1, componentNames_)
                             : componentMark(section - 1, componentNames_);
    const QFontMetrics metrics(QGuiApplication::font());
    return metrics.elidedText(name, Qt::ElideMiddle, longestHeading * metrics.averageCharWidth());
}

QVariant AgreementModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return role == ResultTable::storedRole ? QVariant(section < labelCount()) : QVariant();
    const bool isComponent = section > 0 && section <= componentCount();
    switch (role) {
        case Qt::DisplayRole:
            return heading(section);
        case Qt::ToolTipRole:
            return section == 0  ? QString::fromStdString(comparison_.column)
                   : isComponent ? componentTitle(section - 1, componentNames_)
                                 : tr("Rows of this label");
        case Qt::TextAlignmentRole:
            return static_cast<int>((section == 0 ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case ResultTable::storedRole:
            if (section == 0)
                return QByteArray("label");
            return isComponent ? QVariant("component " + QByteArray::number(section)) : QVariant();
        default:
            return {};
    }
}

}  // namespace mixtura::app
