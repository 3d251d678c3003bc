// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <functional>
#include <memory>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/io/export_model.h"
#include "mixtura/plan/plan.h"
#include "mixtura/report/report_html.h"

#include "session/session.h"

namespace mixtura::app {

/// Writes the model as a file of the given kind, beside `path` first and then renamed.
/// @return an empty string, or a sentence that says what failed
QString writeModel(const QString& path, const SavedModel& saved, ExportFormat format);

/// Writes classification, uncertainty, log density and responsibilities of every row of the data
/// set (rows that the fit left out have empty fields), in the background.
/// @param done  called with an empty string, or with a sentence that says what failed
void writeLabels(BackgroundQueue& background, const QString& path,
                 std::shared_ptr<const FeatureTable> table, std::shared_ptr<const Scores> scores,
                 RowLabels labels, std::int64_t rowCount, std::function<void(const QString&)> done);

/// Writes the report on a fit at its rows, one HTML file, in the background.
/// @param done  as of `writeLabels`
void writeReport(BackgroundQueue& background, const QString& path, SavedModel saved,
                 std::shared_ptr<const FeatureTable> table, std::shared_ptr<const Scores> scores,
                 ReportWords words, std::function<void(const QString&)> done);

}  // namespace mixtura::app
