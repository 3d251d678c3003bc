// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/study_table.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "mixtura/io/number_format.h"

namespace mixtura {

namespace {

using nlohmann::json;

/// Names and values of a cell, in the order of the columns; NaN where there is none.
std::vector<std::pair<const char*, double>> figures(const MisspecificationStudy& study,
                                                    const StudyCell& cell) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {{"deviation_ratio", cell.deviation_ratio},
            {"signal_to_noise", cell.signal_to_noise},
            {"separation", cell.separation},
            {"separation_error", cell.separation_error},
            {"mean_distance", cell.mean_distance},
            {"mean_distance_error", cell.mean_distance_error},
            {"collapsed_share", cell.collapsed_share},
            {"adjusted_rand_index", cell.adjusted_rand_index},
            {"iterations", cell.iterations},
            {"limit_separation", cell.limit_separation.value_or(none)},
            {"limit_mean_distance", cell.limit_mean_distance.value_or(none)},
            {"collapse_ratio", collapse_ratio(study.arrangement, cell.signal_to_noise)}};
}

json or_null(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

json rows_of(const Eigen::MatrixXd& matrix) {
    json rows = json::array();
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
        json row = json::array();
        for (const double value : matrix.row(i)) row.push_back(value);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

std::string study_csv(const MisspecificationStudy& study) {
    std::string text;
    for (const StudyCell& cell : study.cells) {
        const auto values = figures(study, cell);
        if (text.empty()) {
            for (const auto& [name, value] : values) text += std::string(name) + ",";
            text += "replicates,unconverged\n";
        }
        for (const auto& [name, value] : values)
            text += (std::isfinite(value) ? exact_text(value) : "") + ",";
        text += std::to_string(cell.replicates_done) + "," +
                std::to_string(cell.unconverged_count) + "\n";
    }
    return text;
}

json to_json(const MisspecificationStudy& study) {
    json cells = json::array();
    for (const StudyCell& cell : study.cells) {
        json entry;
        for (const auto& [name, value] : figures(study, cell)) entry[name] = or_null(value);
        entry["replicates"] = cell.replicates_done;
        entry["unconverged"] = cell.unconverged_count;
        cells.push_back(std::move(entry));
    }
    const MisspecificationOptions& options = study.options;
    const CentreArrangement& arrangement = study.arrangement;
    const std::vector<double> weights(arrangement.mixing_weights.begin(),
                                      arrangement.mixing_weights.end());
    return {{"arrangement",
             {{"mixing_weights", weights},
              {"centres", rows_of(arrangement.centres)},
              {"signal_to_noise", arrangement.signal_to_noise},
              {"leading_share", arrangement.leading_share}}},
            {"options",
             {{"signal_to_noise", options.signal_to_noise},
              {"deviation_ratios", options.deviation_ratios},
              {"row_count", options.row_count},
              {"replicate_count", options.replicate_count},
              {"seed", options.seed},
              {"tolerance", options.fit.tolerance},
              {"iteration_limit", options.fit.iteration_limit}}},
            {"status", study.cancelled ? "cancelled" : "done"},
            {"cells", std::move(cells)}};
}

}  // namespace mixtura
