// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAbstractTableModel;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace mixtura::app {

class ResultTable;

/// A page of one table of results: a row of choices with the buttons that copy and save the table,
/// what is to be said of it, and the table; or, where there is none, a sentence that says why.
class TablePage : public QWidget {
    Q_OBJECT
  public:
    /// @param name      of the table: its objectName; that of the buttons begins with it
    /// @param title     what the table is called for those who do not see it
    /// @param fileName  proposed for a saved file
    TablePage(const QString& name, const QString& title, const QString& fileName,
              QAbstractTableModel* model, QWidget* parent = nullptr);

    [[nodiscard]] ResultTable* table() const { return table_; }

  signals:
    void fileWritten(const QString& path);

  protected:
    /// A choice in the row above the table, after a label.
    void addChoice(const QString& label, QWidget* choice);
    void addChoice(QWidget* choice);
    /// A sentence in the middle, instead of the table.
    void showHint(const QString& hint);
    /// The table, below a headline and a remark; either may be empty.
    void showTable(const QString& headline, const QString& remark);

  private:
    QWidget* choices_;
    QLabel* headline_;
    QLabel* remark_;
    QLabel* hint_;
    QWidget* result_;
    QStackedWidget* stack_;
    ResultTable* table_;
    QPushButton* copy_;
    QPushButton* save_;
};

}  // namespace mixtura::app
