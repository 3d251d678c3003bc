// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <QVector>
#include <memory>

namespace mixtura::app {

/// What the analyst may export of a fit.
enum class ExportKind {
    modelJson,
    labelsCsv,
    rProgram,
    pythonProgram,
    cppProgram,
    comparisonCsv,
    figurePdf,
    figureSvg,
    figurePng
};

/// One file to be written.
struct ExportItem {
    ExportKind kind = ExportKind::modelJson;
    QString path;    ///< absolute
    QString figure;  ///< for figures: the name given to `ExportDialog::setFigures`
};

/// Chooses what to export, where to, and under which names; writes nothing itself. It asks before
/// it replaces files, sends `exportRequested`, and shows what was written as the answers come in.
class ExportDialog : public QDialog {
    Q_OBJECT
  public:
    explicit ExportDialog(QWidget* parent = nullptr);
    ~ExportDialog() override;

    /// Folder and first part of the files' names: "faithful" gives faithful-model.json.
    void setTarget(const QString& folder, const QString& stem);
    /// Figures that can be written: their names on screen and in file names ("fit" -> stem-fit.pdf).
    void setFigures(const QVector<QPair<QString, QString>>& titleAndName);
    /// The files that pressing Export would write.
    [[nodiscard]] QVector<ExportItem> items() const;
    void setChecked(ExportKind kind, bool checked);

  public slots:
    /// Answers to `exportRequested`: one call for each item.
    void reportWritten(const QString& path);
    void reportFailed(const QString& path, const QString& reason);

  signals:
    void exportRequested(const QVector<ExportItem>& items);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
