// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/experts/experts_model.h"

namespace mixtura::experts {

/// The rows of a regression. Designs get their column of ones by themselves.
struct ExpertsRows {
    Eigen::VectorXd response;             ///< n
    Eigen::MatrixXd expert_covariates;    ///< n x (p - 1); p = 1: means only
    Eigen::MatrixXd gate_covariates;      ///< n x (q - 1); q = 1: constant gate probabilities
    Eigen::VectorXd observation_weights;  ///< n case weights >= 0, or empty for all one
    std::vector<std::string> expert_names = {};  ///< for messages; empty: numbered
    std::vector<std::string> gate_names = {};
};

/// A design with a column of ones, then the columns centred and divided by their standard deviation.
struct Design {
    Eigen::MatrixXd columns;  ///< n x p
    Eigen::VectorXd means;    ///< p, 0 of the ones
    Eigen::VectorXd scales;   ///< p, 1 of the ones
    /// Rows of coefficients of the covariates as they came ...
    [[nodiscard]] Eigen::MatrixXd in_own_units(const MatrixRef& coefficients) const;
    /// ... and back.
    [[nodiscard]] Eigen::MatrixXd standardised(const MatrixRef& coefficients) const;
};

/// The rows checked and standardised, ready for EM.
struct ExpertsProblem {
    Eigen::VectorXd response;
    Design experts;
    Design gate;
    Eigen::VectorXd weights;  ///< n, ones where none were given
    double weight_sum = 0.0;
    double used_row_count = 0.0;     ///< rows of positive weight
    double residual_variance = 0.0;  ///< of one Gaussian expert, divisor sum of the weights
    [[nodiscard]] Eigen::Index row_count() const { return response.size(); }
    /// The model in the covariates' own units, from one in standardised units, and back.
    [[nodiscard]] ExpertsModel in_own_units(ExpertsModel model) const;
    [[nodiscard]] ExpertsModel standardised(ExpertsModel model) const;
};

/// @param standardise  whether covariates are standardised inside; a likelihood is the same without,
///                     a ridge penalty is not
/// @throw InvalidArgument  shapes that do not fit, weights that are negative or not finite
/// @throw DataError        no rows; a value that is not finite; a constant covariate or response; a
///                         covariate that the others determine; a response without noise; counts
///                         that are none
ExpertsProblem experts_problem(const ExpertsRows& rows, ExpertFamily family, bool standardise,
                               const std::stop_token& stop);

}  // namespace mixtura::experts
