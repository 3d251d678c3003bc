// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

namespace mixtura::app {

class Session;

/// The current data set as a table, with find, go to row, sort and copy. The table inside has
/// objectName dataTable.
class DataPage : public QWidget {
    Q_OBJECT
  public:
    explicit DataPage(Session& session, QWidget* parent = nullptr);
    ~DataPage() override;

    /// Makes the cell current and visible; -1 leaves the column as it is. 0-based row of the data.
    void showCell(std::int64_t row, int column = -1);

  public slots:
    void startFind();
    void startGoToRow();
    void findNext();
    /// Copies the selected cells with their column names, tab-separated.
    void copyWithHeader();

  private:
    struct Parts;
    void refresh();
    void refreshColumns();
    void sortBy(int column, Qt::SortOrder order);
    void rowsSelected();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
