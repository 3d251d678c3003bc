// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "mixtura/data/data_set.h"

namespace mixtura::app {

/// A data set as a table, in file order or sorted by a column. Answers cell by cell from the
/// shared data, so that a million rows cost nothing to show.
class DataTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setDataSet(std::shared_ptr<const DataSet> data, const std::vector<ColumnRole>& roles);
    /// Shows rows in this order; empty: that of the file.
    void setOrder(std::vector<std::int32_t> order);
    /// Rows to highlight; shorter vectors highlight nothing beyond their end.
    void setHighlighted(const std::vector<bool>& rows);
    /// Row of the data set shown at `row`, and back.
    [[nodiscard]] std::int64_t dataRow(int row) const;
    [[nodiscard]] int viewRow(std::int64_t dataRow) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    std::shared_ptr<const DataSet> data_;
    std::vector<ColumnRole> roles_;
    std::vector<std::int32_t> order_;
    std::vector<bool> highlighted_;
};

/// The order that sorts the rows by a column, stably, missing values last. Numbers by value,
/// everything else by text.
std::vector<std::int32_t> sortedOrder(const Column& column, Qt::SortOrder order);

}  // namespace mixtura::app
