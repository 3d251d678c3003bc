// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "session/project.h"
#include "session/sqlite_database.h"

/// Data sets and fits of a project as rows of its tables.
namespace mixtura::app {

/// Writes the data set with its columns and fits.
void writeData(SqliteDatabase& database, const DataEntry& entry, int position);
/// All data sets in order, with their fits. @param path  of the file, for messages
std::vector<DataEntry> readAllData(SqliteDatabase& database, const QString& path);

}  // namespace mixtura::app
