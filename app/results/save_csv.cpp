// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/save_csv.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>

#include "plots/figure_export.h"

namespace mixtura::app {

QString saveCsvAs(QWidget* parent, const QString& fileName, const QByteArray& csv) {
    const auto text = [](const char* words) {
        return QCoreApplication::translate("SaveCsv", words);
    };
    const QString folder =
        QSettings()
            .value(QStringLiteral("export/folder"),
                   QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation))
            .toString();
    const QString title = text("Save table as CSV");
    QString path = QFileDialog::getSaveFileName(parent, title, QDir(folder).filePath(fileName),
                                                text("CSV (*.csv)"));
    if (path.isEmpty())
        return {};
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".csv");
    const QString problem = writeFileSafely(path, csv);
    if (!problem.isEmpty()) {
        QMessageBox::warning(parent, title, problem);
        return {};
    }
    QSettings().setValue(QStringLiteral("export/folder"), QFileInfo(path).absolutePath());
    return path;
}

}  // namespace mixtura::app
