// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "mixtura/plan/summary.h"

#include "session/project.h"

/// A saved model in a project: on a data set that has its features, or alone.
namespace mixtura::app {

/// The model's features as columns of the data set, in the model's order; none where one is
/// missing or not numeric.
std::optional<std::vector<std::size_t>> columnsOf(const SavedModel& saved, const DataSet& data);
/// The model, read from `path`, as a fit of `data`; of a data set without rows where the data are
/// not there. Models that the file lists without their parameters stand in the table of models.
FitEntry fitOf(const QString& path, const SavedModel& saved, const DataSet& data);
/// A data set that has the model's features and no rows.
DataEntry dataWithoutRows(const QString& path, const SavedModel& saved);
/// What the model says by itself, without a row of data.
ModelSummary summaryWithoutData(const SavedModel& saved);
/// Where the data that the model was fitted to may lie: as named, and beside the model's file.
QString sourceFileOf(const QString& path, const SavedModel& saved);
/// "'m.json', fitted to 272 rows of faithful.csv"
QString originWords(const QString& path, const SavedModel& saved);

}  // namespace mixtura::app
