// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/parameter_error_model.h"

#include <QGuiApplication>
#include <QLocale>
#include <QPalette>
#include <algorithm>
#include <cmath>
#include <utility>

#include "plots/palette.h"
#include "results/result_table.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

/// `value` with three significant digits of its standard error; plain general format where that
/// would be too long to read.
QString shownNumber(double value, double standardError) {
    if (!std::isfinite(value))
        return QStringLiteral("–");
    constexpr int mostDecimals = 9;
    constexpr double mostBeforeThePoint = 1e9;
    const int decimals = standardError > 0.0 && std::isfinite(standardError)
                             ? 2 - static_cast<int>(std::floor(std::log10(standardError)))
                             : mostDecimals + 1;
    if (decimals > mostDecimals || std::abs(value) >= mostBeforeThePoint)
        return QLocale().toString(value, 'g', 6);
    return QLocale().toString(value, 'f', std::max(decimals, 0));
}

bool isText(int column) {
    return column == ParameterErrorModel::component || column == ParameterErrorModel::parameter;
}

}  // namespace

void ParameterErrorModel::setRows(std::vector<ParameterRow> rows,
                                  std::vector<std::string> featureNames,
                                  QStringList componentNames) {
    beginResetModel();
    rows_ = std::move(rows);
    featureNames_ = std::move(featureNames);
    componentNames_ = std::move(componentNames);
    endResetModel();
}

int ParameterErrorModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ParameterErrorModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountInAll;
}

QString ParameterErrorModel::featureName(int feature) const {
    return QString::fromStdString(featureNames_.at(static_cast<std::size_t>(feature)));
}

QString ParameterErrorModel::parameterName(const ParameterRow& row) const {
    switch (row.kind) {
        case ParameterRow::Kind::weight:
            return tr("Mixing weight");
        case ParameterRow::Kind::mean:
            return tr("Mean of %1").arg(featureName(row.feature));
        case ParameterRow::Kind::variance:
            return tr("Variance of %1").arg(featureName(row.feature));
        case ParameterRow::Kind::covariance:
            return tr("Covariance of %1 and %2")
                .arg(featureName(row.feature), featureName(row.otherFeature));
        case ParameterRow::Kind::scale:
            return row.feature == row.otherFeature
                       ? tr("Scale of %1").arg(featureName(row.feature))
                       : tr("Scale of %1 and %2")
                             .arg(featureName(row.feature), featureName(row.otherFeature));
    }
    return {};
}

double ParameterErrorModel::number(const ParameterRow& row, int column) {
    switch (column) {
        case standardError:
            return row.standardError;
        case lower:
            return row.lower;
        case upper:
            return row.upper;
        default:
            return row.estimate;
    }
}

QVariant ParameterErrorModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const ParameterRow& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            if (column == component)
                return componentMark(row.component, componentNames_);
            return column == parameter ? parameterName(row)
                                       : shownNumber(number(row, column), row.standardError);
        case Qt::ToolTipRole:
            if (column == component)
                return componentTitle(row.component, componentNames_);
            return column == parameter ? QVariant(parameterName(row)) : QVariant();
        case Qt::DecorationRole: {
            if (column != component)
                return {};
            const QPalette palette = QGuiApplication::palette();
            const bool dark = palette.color(QPalette::Base).lightness() <
                              palette.color(QPalette::Text).lightness();
            return readableColour(componentColour(row.component, dark), dark);
        }
        case Qt::TextAlignmentRole:
            return static_cast<int>((isText(column) ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case ResultTable::storedRole:
            if (column == component)
                return QByteArray::number(row.component + 1);
            if (column == parameter)
                return parameterName(row).toUtf8();
            return std::isfinite(number(row, column))
                       ? QByteArray::number(number(row, column), 'g',
                                            QLocale::FloatingPointShortest)
                       : QByteArray();
        default:
            return {};
    }
}

QVariant ParameterErrorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isText(section) ? Qt::AlignLeft : Qt::AlignRight) |
                                Qt::AlignVCenter);
    const bool isName = role == Qt::DisplayRole;
    if (role == Qt::ToolTipRole)
        return section == estimate || section == standardError
                   ? QVariant(tr("In the data's own units; of a covariance in the product of two"))
                   : QVariant();
    if (!isName && role != ResultTable::storedRole)
        return {};
    switch (section) {
        case component:
            return isName ? QVariant(tr("Component")) : QByteArray("component");
        case parameter:
            return isName ? QVariant(tr("Parameter")) : QByteArray("parameter");
        case estimate:
            return isName ? QVariant(tr("Estimate")) : QByteArray("estimate");
        case standardError:
            return isName ? QVariant(tr("Standard error")) : QByteArray("standard_error");
        case lower:
            return isName ? QVariant(tr("95 % from")) : QByteArray("lower");
        default:
            return isName ? QVariant(tr("95 % to")) : QByteArray("upper");
    }
}

}  // namespace mixtura::app
