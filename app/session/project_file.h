// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "session/project.h"

namespace mixtura::app {

/// Version of the project file written here, and the newest one read.
inline constexpr int projectFileVersion = 1;
/// `application_id` of a project file: "MxTr".
inline constexpr int projectApplicationId = 0x4D785472;

/// Content of a project file, and the mark of the save that wrote it.
struct LoadedProject {
    ProjectContent content;
    QString saveId;
};

/// Reads a project (`.mixtura`, one SQLite database). Results are stored: nothing is fitted again.
/// @throw FileError  no project, damaged (a column whose checksum differs is named), or written by
///                   a newer version
LoadedProject readProject(const QString& path);

/// Saves a project in one transaction. Columns are stored in chunks under their SHA-256, so that a
/// chunk already in the file is not written again; tables and keys of others are left alone.
///
/// @param knownSaveId  mark of the save this content goes back to: the file is then changed in
///                     place, and refused if another program has saved it since. Empty: the file is
///                     written anew beside `path` and renamed
/// @return the mark of this save
/// @throw FileError  what failed; what was saved before is intact
QString writeProject(const QString& path, const ProjectContent& content,
                     const QString& knownSaveId = {});

}  // namespace mixtura::app
