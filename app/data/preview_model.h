// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "mixtura/io/csv.h"

namespace mixtura::app {

/// The first rows of a file as the dialect cuts them, with the type of each column in its header.
class PreviewModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setDialect(const CsvDialect& dialect);
    void clear();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    CsvDialect dialect_;
};

/// The type's name on screen.
QString typeName(ColumnType type);
/// The role's name on screen.
QString roleName(ColumnRole role);

}  // namespace mixtura::app
