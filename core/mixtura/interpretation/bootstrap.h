// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/interpretation/mixture_parameters.h"

namespace mixtura {

/// What a replicate of the bootstrap is fitted to.
enum class BootstrapKind {
    weighted,       ///< the rows with random weights (Dirichlet)
    parametric,     ///< rows drawn from the model
    nonparametric,  ///< rows drawn from the rows, with replacement
};
std::string_view to_string(BootstrapKind kind) noexcept;

struct BootstrapOptions {
    BootstrapKind kind = BootstrapKind::weighted;
    int replicate_count = 999;  ///< B
    double confidence = 0.95;   ///< of the intervals
    std::uint64_t seed = 1;     ///< replicate b draws from its own stream (seed, b)
    /// How each refit stops and its floor; its count and structure are those of the model.
    EmOptions em = {};
};
inline constexpr int replicate_count_limit = 100000;

struct BootstrapResult {
    MixtureParameters standard_errors;  ///< standard deviations over the replicates
    MixtureParameters lower;            ///< ends of the percentile intervals
    MixtureParameters upper;
    int replicates_done = 0;    ///< fitted, and counted in the figures above
    int failure_count = 0;      ///< refits that were degenerate or spurious: left out
    std::string first_failure;  ///< why, of the first of them
    bool cancelled = false;     ///< some replicates were not reached
};

/// Standard errors and percentile intervals of weights, means and covariances by the bootstrap. Every
/// refit starts from the model and its components are matched to the model's by their Bhattacharyya
/// distances. Replicates run in parallel; the same bits for any number of threads.
/// Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap; O'Hagan, Murphy, Scrucca &
/// Gormley (2019), Comput. Stat. 34:1779.
///
/// @param observations  n x d, the rows the model was fitted to
/// @param weights       their case weights, or empty for all one; as frequencies
/// @return a cancelled bootstrap holds the replicates done until then
/// @throw InvalidArgument     an option out of range; other features, weights of another length
/// @throw DataError           data that no fit can use
/// @throw NumericalError      fewer than two replicates could be fitted; quotes the first reason
/// @throw compute::Cancelled  stopped before two replicates were done
BootstrapResult bootstrap(const GaussianMixture& model, const MatrixRef& observations,
                          const BootstrapOptions& options = {}, const FitControl& control = {},
                          const VectorRef& weights = Eigen::VectorXd());

}  // namespace mixtura
