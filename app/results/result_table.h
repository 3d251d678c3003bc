// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace mixtura::app {

/// A table of results that can be copied and saved. Its model gives, beside what is shown, what is
/// stored: `storedRole` of a horizontal header is the name of the column in files, of a cell its
/// text there (C locale, full precision). Columns without a stored name, and rows whose vertical
/// header has a `storedRole` of false, are for the screen alone.
class ResultTable : public QTableView {
    Q_OBJECT
  public:
    static constexpr int storedRole = Qt::UserRole + 1;

    explicit ResultTable(QWidget* parent = nullptr);

    /// The proposed name of a saved file: "standard-errors.csv".
    void setFileName(const QString& name) { fileName_ = name; }
    /// Columns as wide as their contents, within reason.
    void fitColumns();
    [[nodiscard]] QByteArray toCsv(char separator = ',') const;

  public slots:
    /// Copies the selected rows (all if there are fewer than two) with the header, tab-separated.
    void copyWithHeader();
    void saveAs();

  signals:
    void fileWritten(const QString& path);

  private:
    [[nodiscard]] QByteArray rows(const QList<int>& which, char separator) const;

    QString fileName_;
};

}  // namespace mixtura::app
