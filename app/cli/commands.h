// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace mixtura::cli {

/// What the command line asked for; returns the exit status, throws what core throws.
using Action = std::function<int()>;

/// Each adds one sub-command, which sets `action` when it is named on the command line.
void add_inspect(CLI::App& app, Action& action);
void add_fit_gmm(CLI::App& fit, Action& action);
void add_fit_incremental(CLI::App& fit, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_fit_sdp(CLI::App& fit, Action& action);
void add_fit_moe(CLI::App& fit, Action& action);
void add_predict(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_sample(CLI::App& app, Action& action);
void add_simulate_rows(CLI::App& simulate, Action& action);
void add_simulate_misspecification(CLI::App& simulate, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_backends(CLI::App& app, Action& action);

}  // namespace mixtura::cli
