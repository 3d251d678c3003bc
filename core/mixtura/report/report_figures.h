// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/io/model_file.h"
#include "mixtura/selection/criteria.h"

namespace mixtura {

/// The rows that a report shows the model at.
struct ReportRows {
    const FeatureTable& table;  ///< the model's features, in its order
    const Scores& scores;       ///< of the table's rows
};

/// Features of a scatter matrix: where there are more than `count`, those of whose variance the
/// greatest share lies between the components' means; in the model's order.
std::vector<int> telling_features(const GaussianMixture& model, int count);

/// At most this many rows are drawn, evenly spaced; the figures say so.
inline constexpr Eigen::Index report_mark_limit = 2000;

/// Each is an SVG element; empty where there is nothing to draw.

/// Marginal densities of features on the diagonal (over a histogram of the rows), below it ellipses
/// of 50 and 95 % (over the rows, coloured by classification). Component numbers stand at the means.
/// @param rows  null: the model alone
/// Time O(features^2 n).
std::string scatter_matrix_svg(const GaussianMixture& model, const std::vector<std::string>& names,
                               const std::vector<int>& features, const ReportRows* rows = nullptr);

/// The criterion by number of components, a line for each covariance structure; the best five have
/// colours. Failed and spurious models are left out.
std::string criterion_svg(const std::vector<SelectionRecord>& selection, Criterion criterion);

/// Log-likelihood by iteration.
std::string trace_svg(const std::vector<double>& trace);

/// Uncertainties of the rows, in order of size.
std::string uncertainty_svg(const Scores& scores);

}  // namespace mixtura
