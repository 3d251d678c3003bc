// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace mixtura::app {

/// A data set that comes with the program, and what it is about.
struct SampleData {
    QString path;
    QString title;
    QString story;
    qint64 rows = 0;
};

/// Folder of the program's resources: beside the installed program, or in the source tree.
QString resourceFolder(const QString& name);
/// The samples that are there, in the order of resources/data/samples.json.
std::vector<SampleData> sampleData();

}  // namespace mixtura::app
