// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/loading_model.h"

#include <QBrush>
#include <QColor>
#include <QLocale>
#include <cmath>
#include <utility>

#include "results/result_table.h"

namespace mixtura::app {

namespace {

/// Of a correlation of 1; the text stays readable on it in light and dark.
constexpr double strongestShade = 0.55;
const QColor positiveColour(0x2a, 0x6f, 0xbb);
const QColor negativeColour(0xd0, 0x6a, 0x1e);

QColor shade(double correlation) {
    QColor colour = correlation < 0.0 ? negativeColour : positiveColour;
    colour.setAlphaF(static_cast<float>(strongestShade * std::abs(correlation)));
    return colour;
}

}  // namespace

void LoadingModel::setLoadings(StandardisedLoadings loadings, QStringList features) {
    beginResetModel();
    loadings_ = std::move(loadings);
    features_ = std::move(features);
    endResetModel();
}

int LoadingModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(features_.size());
}

int LoadingModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(loadings_.correlations.cols()) + 2;
}

bool LoadingModel::isFactor(int column) const {
    return column > 0 && column <= loadings_.correlations.cols();
}

double LoadingModel::value(int row, int column) const {
    return isFactor(column) ? loadings_.correlations(row, column - 1)
                            : loadings_.communalities[row];
}

QVariant LoadingModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return column == 0 ? features_[row] : QLocale().toString(value(row, column), 'f', 3);
        case Qt::ToolTipRole:
            return column == 0 ? QVariant(features_[row]) : QVariant();
        case Qt::TextAlignmentRole:
            return static_cast<int>((column == 0 ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case Qt::BackgroundRole:
            return isFactor(column) ? QVariant(QBrush(shade(value(row, column)))) : QVariant();
        case ResultTable::storedRole:
            return column == 0 ? features_[row].toUtf8()
                               : QByteArray::number(value(row, column), 'g',
                                                    QLocale::FloatingPointShortest);
        default:
            return {};
    }
}

QVariant LoadingModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (isFactor(section))
            return tr("Correlation of the feature and the factor within the component");
        return section == 0 ? QVariant()
                            : tr("Share of the feature's variance that the factors explain");
    }
    const bool isName = role == Qt::DisplayRole;
    if (!isName && role != ResultTable::storedRole)
        return {};
    if (section == 0)
        return isName ? QVariant(tr("Feature")) : QByteArray("feature");
    if (isFactor(section))
        return isName ? QVariant(tr("Factor %1").arg(section))
                      : "factor_" + QByteArray::number(section);
    return isName ? QVariant(tr("Communality")) : QByteArray("communality");
}

}  // namespace mixtura::app
