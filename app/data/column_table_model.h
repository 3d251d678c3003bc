// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "mixtura/data/column_summary.h"

#include "session/session.h"

namespace mixtura::app {

/// The columns of the current data set: name, type and role (both editable, undoable), then what
/// they hold.
class ColumnTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Field {
        name,
        type,
        role,
        count,
        missing,
        mean,
        deviation,
        minimum,
        lowerQuartile,
        median,
        upperQuartile,
        maximum,
        distinct,
        fieldCount
    };

    explicit ColumnTableModel(Session& session, QObject* parent = nullptr);

    /// Statistics of the current columns; null while they are worked out.
    void setSummary(std::shared_ptr<const DataSummary> summary);
    /// Types and roles may have changed.
    void refresh();
    /// Codes (ColumnType or ColumnRole) and names to choose from in this cell.
    [[nodiscard]] std::vector<std::pair<int, QString>> choices(const QModelIndex& index) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  signals:
    /// A column could not be given the type asked for.
    void refused(const QString& message);

  private:
    [[nodiscard]] static QString statistic(const ColumnSummary& summary, int field);

    Session* session_;
    std::shared_ptr<const DataSummary> summary_;
    int rows_ = 0;
};

}  // namespace mixtura::app
