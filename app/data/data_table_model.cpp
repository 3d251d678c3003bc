// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/data_table_model.h"

#include <QGuiApplication>
#include <QPalette>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "data/number_text.h"
#include "data/preview_model.h"

namespace mixtura::app {

void DataTableModel::setDataSet(std::shared_ptr<const DataSet> data,
                                const std::vector<ColumnRole>& roles) {
    beginResetModel();
    data_ = std::move(data);
    roles_ = roles;
    order_.clear();
    endResetModel();
}

void DataTableModel::setOrder(std::vector<std::int32_t> order) {
    emit layoutAboutToBeChanged();
    order_ = std::move(order);
    emit layoutChanged();
}

void DataTableModel::setHighlighted(const std::vector<bool>& rows) {
    highlighted_ = rows;
    if (rowCount() > 0)
        emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1),
                         {Qt::BackgroundRole, Qt::ForegroundRole});
}

std::int64_t DataTableModel::dataRow(int row) const {
    return order_.empty() ? row : order_[std::size_t(row)];
}

int DataTableModel::viewRow(std::int64_t dataRow) const {
    if (order_.empty())
        return int(dataRow);
    const auto found = std::find(order_.begin(), order_.end(), std::int32_t(dataRow));
    return found == order_.end() ? -1 : int(found - order_.begin());
}

int DataTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !data_ ? 0 : int(data_->row_count());
}

int DataTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !data_ ? 0 : int(data_->columns().size());
}

QVariant DataTableModel::data(const QModelIndex& index, int role) const {
    const Column& column = data_->column(std::size_t(index.column()));
    const auto row = std::size_t(dataRow(index.row()));
    switch (role) {
        case Qt::DisplayRole:
            if (column.is_numeric())
                return shownCell(column.numbers[row]);
            return column.codes[row] < 0
                       ? QString()
                       : QString::fromStdString(column.levels[std::size_t(column.codes[row])]);
        case Qt::ToolTipRole: {
            const bool isMissing =
                column.is_numeric() ? std::isnan(column.numbers[row]) : column.codes[row] < 0;
            return isMissing ? QVariant(tr("missing")) : QVariant();
        }
        case Qt::TextAlignmentRole:
            return column.is_numeric() ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                                       : QVariant();
        case Qt::BackgroundRole:
            return row < highlighted_.size() && highlighted_[row]
                       ? QVariant(QGuiApplication::palette().highlight())
                       : QVariant();
        case Qt::ForegroundRole:
            return row < highlighted_.size() && highlighted_[row]
                       ? QVariant(QGuiApplication::palette().highlightedText())
                       : QVariant();
        default:
            return {};
    }
}

QVariant DataTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!data_)
        return {};
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(qlonglong(dataRow(section) + 1)) : QVariant();
    const auto column = std::size_t(section);
    const Column& shown = data_->column(column);
    if (role == Qt::DisplayRole)
        return QString::fromStdString(shown.name);
    if (role == Qt::ToolTipRole)
        return tr("%1: %2, %3")
            .arg(QString::fromStdString(shown.label.empty() ? shown.name : shown.label),
                 typeName(shown.type),
                 column < roles_.size() ? roleName(roles_[column]) : QString());
    return {};
}

std::vector<std::int32_t> sortedOrder(const Column& column, Qt::SortOrder order) {
    const std::size_t rows = column.is_numeric() ? column.numbers.size() : column.codes.size();
    std::vector<std::int32_t> result(rows);
    std::iota(result.begin(), result.end(), 0);
    std::vector<double> keys(rows);
    const double missing = std::numeric_limits<double>::quiet_NaN();
    if (column.is_numeric()) {
        keys = column.numbers;
    } else {
        std::vector<std::int32_t> levels(column.levels.size());
        std::iota(levels.begin(), levels.end(), 0);
        std::sort(levels.begin(), levels.end(), [&](std::int32_t left, std::int32_t right) {
            return column.levels[std::size_t(left)] < column.levels[std::size_t(right)];
        });
        std::vector<double> rank(levels.size());
        for (std::size_t i = 0; i < levels.size(); ++i) rank[std::size_t(levels[i])] = double(i);
        for (std::size_t row = 0; row < rows; ++row)
            keys[row] = column.codes[row] < 0 ? missing : rank[std::size_t(column.codes[row])];
    }
    const auto present = std::stable_partition(result.begin(), result.end(), [&](std::int32_t row) {
        return !std::isnan(keys[std::size_t(row)]);
    });
    std::stable_sort(result.begin(), present, [&](std::int32_t left, std::int32_t right) {
        const double a = keys[std::size_t(left)];
        const double b = keys[std::size_t(right)];
        return order == Qt::AscendingOrder ? a < b : a > b;
    });
    return result;
}

}  // namespace mixtura::app
