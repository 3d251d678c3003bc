// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <memory>

#include "mixtura/io/csv.h"

namespace mixtura::app {

/// Opens a delimited text file: options on the left, the rows as they would be read on the right,
/// and under them what reading the whole file gives. Everything is worked out off the UI thread;
/// small files are read as soon as the options stand, large ones when Open is pressed. The dialog
/// stays open until every cell is accounted for. objectName importDialog.
class ImportDialog : public QDialog {
    Q_OBJECT
  public:
    /// Files up to this size are read while the dialog is open.
    static constexpr qint64 readAheadBytes = qint64(64) << 20;

    /// @param options  what is known already; the rest is detected
    explicit ImportDialog(QString path, const CsvOptions& options = {}, QWidget* parent = nullptr);
    ~ImportDialog() override;

    [[nodiscard]] const QString& path() const;
    /// True once the file can be opened as it stands: pressing Open closes the dialog, at once or
    /// after reading.
    [[nodiscard]] bool isReady() const;

  public slots:
    void accept() override;
    void reject() override;

  signals:
    /// The file is read; the dialog closes.
    void imported(const QString& path, const mixtura::CsvOptions& options,
                  std::shared_ptr<const mixtura::ImportResult> result);

  private:
    struct Parts;
    void optionChanged();
    void sniff();
    void showPreview();
    void startReading();
    void cancelReading();
    void showState();
    [[nodiscard]] CsvOptions chosenOptions() const;

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
