// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include "mixtura/gaussian_mixture/factor_decomposition.h"

namespace mixtura::app {

/// The standardised loadings of one component: a row for each feature, its correlation with each
/// factor, shaded by strength, and its communality.
class LoadingModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setLoadings(StandardisedLoadings loadings, QStringList features);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    [[nodiscard]] bool isFactor(int column) const;
    [[nodiscard]] double value(int row, int column) const;

    StandardisedLoadings loadings_;
    QStringList features_;
};

}  // namespace mixtura::app
