// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mixtura/io/model_file.h"

namespace mixtura::test {

/// A two-component model of the given features with every part filled in; numbers that have no
/// short decimal form.
inline SavedModel example_model(std::vector<std::string> features = {"eruptions", "waiting"}) {
    const auto d = static_cast<Eigen::Index>(features.size());
    Eigen::VectorXd weights(2);
    weights << 2.0 / 3.0, 1.0 / 3.0;
    Eigen::MatrixXd means(2, d);
    std::vector<Eigen::MatrixXd> covariances(2, Eigen::MatrixXd::Zero(d, d));
    for (Eigen::Index j = 0; j < d; ++j) {
        means(0, j) = 4.0 / 3.0 + static_cast<double>(j);
        means(1, j) = -10.0 / 7.0 - static_cast<double>(j);
        for (std::size_t k = 0; k < 2; ++k)
            covariances[k](j, j) = 1.0 + static_cast<double>(k) / 3.0;
        if (j > 0)
            covariances[0](j, j - 1) = covariances[0](j - 1, j) = 0.1 / 3.0;
    }
    SavedModel saved{.data = {},
                     .model = GaussianMixture(weights, means, covariances),
                     .fit = {},
                     .selection = {},
                     .component_tests = {},
                     .labels = {}};
    saved.data.source = "faithful.csv";
    saved.data.sha256 = std::string(64, 'a');
    saved.data.rows = 272;
    saved.data.rows_used = 270;
    saved.data.features = std::move(features);
    saved.options = {{"component_count", 2}, {"covariance_structure", "VVV"}, {"seed", 1}};
    saved.fit.status = "converged";
    saved.fit.log_likelihood = -1130.0 / 7.0;
    saved.fit.parameter_count = 11;
    saved.fit.bic = 2322.1 / 3.0;
    saved.fit.icl = 2322.7 / 3.0;
    saved.fit.aic = 2282.5 / 3.0;
    saved.fit.entropy = 0.1;
    saved.fit.iterations = 2;
    saved.fit.trace = {-1142.1 / 7.0, -1130.0 / 7.0};
    saved.fit.rows_dropped = 2;
    saved.fit.seconds = 0.004;
    saved.fit.starts = {{.start = "hierarchical",
                         .log_likelihood = -1130.0 / 7.0,
                         .status = "converged",
                         .iterations = 2,
                         .diagnosis = ""},
                        {.start = "kmeans",
                         .log_likelihood = std::numeric_limits<double>::quiet_NaN(),
                         .status = "degenerate",
                         .iterations = 1,
                         .diagnosis = "Component 2 collapsed."}};
    saved.selection = {{.component_count = 2,
                        .covariance_structure = "VVV",
                        .parameter_count = 11,
                        .log_likelihood = -1130.0 / 7.0,
                        .bic = 2322.1 / 3.0,
                        .icl = 2322.7 / 3.0,
                        .aic = 2282.5 / 3.0,
                        .nec = 0.1 / 3.0,
                        .status = "converged",
                        .message = "",
                        .iterations = 2,
                        .seconds = 0.004}};
    saved.component_tests = {{.component_count = 1,
                              .statistic = 100.0 / 3.0,
                              .p_value = 0.01,
                              .replicate_count = 98,
                              .failure_count = 1,
                              .critical_value = 14.0 / 3.0}};
    return saved;
}

}  // namespace mixtura::test
