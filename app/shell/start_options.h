// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "mixtura/io/csv.h"

namespace mixtura::app {

/// What the command line asks the program to do.
struct StartOptions {
    QStringList files;
    std::optional<CsvOptions> import;  ///< set: files are read so, without the import dialog
    QString plan;                      ///< JSON file with the set-up of the fit
    bool run = false;
    QString exportFolder;
    QString screenshot;
    QString tab;      ///< object name of the view to show
    QString project;  ///< file to save the project as when all is done
    bool quitWhenDone = false;
    bool safeMode = false;
    /// Nobody is there to answer a dialog.
    [[nodiscard]] bool isAutomatic() const {
        return import || run || !plan.isEmpty() || !exportFolder.isEmpty() ||
               !screenshot.isEmpty() || !project.isEmpty() || quitWhenDone;
    }
};

/// Reads the arguments. @return an exit status where the program should end at once: 0 after
/// --version or --help, 2 after a wrong argument
std::optional<int> parseArguments(const QStringList& arguments, StartOptions& options);

/// "sep=;,dec=comma,enc=latin1,na=-999" as import options; `failure` says what was not understood.
CsvOptions importOptionsFrom(const QString& given, QString& failure);

}  // namespace mixtura::app
