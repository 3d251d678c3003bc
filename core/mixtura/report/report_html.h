// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mixtura/report/report_figures.h"

namespace mixtura {

/// What a report says that a model file does not hold; what is empty is left out.
struct ReportWords {
    std::string verdict;  ///< the choice among the models, in words
    std::string command;  ///< the command that repeats the fit
    std::string rows;     ///< where the rows are from, in a sentence
};

/// A fitted model as one self-contained HTML page with SVG figures, light or dark as the reader's
/// screen: the model in words, densities and pairs of features, parameters, the models compared,
/// convergence, data and method.
/// @param rows  null: figures and words of the model alone
/// Time O(n d + n K).
std::string report_html(const SavedModel& saved, const ReportRows* rows = nullptr,
                        const ReportWords& words = {});

}  // namespace mixtura
