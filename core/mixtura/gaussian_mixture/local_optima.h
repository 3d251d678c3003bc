// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace mixtura {

/// Where a start of a fit ended.
struct RunEnd {
    double log_likelihood = 0.0;  ///< nats; not finite: it has no solution
    bool is_spurious = false;     ///< not to be trusted
};

/// A solution that one or more starts ended in.
struct LocalOptimum {
    double log_likelihood = 0.0;  ///< nats, the greatest of its runs
    int hits = 0;                 ///< runs that ended in it
    std::size_t first_run = 0;    ///< 0-based, the first of them
    bool is_spurious = false;
};

/// Log-likelihoods nearer than this times (1 + |log L|) count as one solution: above what the
/// default tolerance leaves open, below what would matter to a criterion.
inline constexpr double same_optimum = 1e-6;

/// The solutions of all runs that have one, the preferred first: those that are not spurious, by
/// falling log-likelihood, then the spurious ones. How many runs found the first says how far it
/// is to be trusted as the global one.
std::vector<LocalOptimum> local_optima(const std::vector<RunEnd>& ends);

}  // namespace mixtura
