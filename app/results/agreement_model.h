// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include "mixtura/plan/explanation.h"

namespace mixtura::app {

/// Rows by their label and their component, with the sums of both; the greatest count of each label
/// is bold.
class AgreementModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setComparison(LabelComparison comparison, QStringList componentNames);

    /// Labels, then their sum.
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    /// The label, a column for each component, their sum.
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    [[nodiscard]] int labelCount() const { return static_cast<int>(comparison_.labels.size()); }
    [[nodiscard]] int componentCount() const { return static_cast<int>(comparison_.counts.cols()); }
    [[nodiscard]] bool isSum(int row, int column) const {
        return row == labelCount() || column == componentCount() + 1;
    }
    [[nodiscard]] double count(int row, int column) const;
    [[nodiscard]] QString labelText(int row) const;
    [[nodiscard]] QString heading(int section) const;

    LabelComparison comparison_;
    QStringList componentNames_;
};

}  // namespace mixtura::app
