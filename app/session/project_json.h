// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include "mixtura/plan/plan.h"

namespace mixtura::app {

/// JSON has no NaN or infinity: they are kept as text.
nlohmann::json numberJson(double value);
double numberFrom(const nlohmann::json& value);

/// What a project file keeps of how a text file was read.
nlohmann::json dialectJson(const CsvDialect& dialect);
CsvDialect dialectFrom(const nlohmann::json& document);

/// What a project file keeps of a run beside its models and traces.
nlohmann::json resultJson(const RunResult& result);
/// The inverse; candidates are as they were tried, still without their fits.
RunResult resultFrom(const nlohmann::json& document);

/// Facts of a candidate's fit that a model file does not hold.
nlohmann::json fitJson(const EmFit& fit);
/// The fit, put together again from its model file, `fitJson`, and the traces of its runs.
EmFit fitFrom(const SavedModel& saved, const nlohmann::json& facts,
              const std::vector<std::vector<double>>& traces);

}  // namespace mixtura::app
