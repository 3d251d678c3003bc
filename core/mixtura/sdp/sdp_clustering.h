// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"

namespace mixtura {

/// Which form of the relaxation is solved.
enum class SdpMethod {
    peng_wei,  ///< the convex one: its value is a lower bound; time O(n^3) an iteration
    low_rank   ///< non-negative factors: linear in n, no bound by itself
};
/// "peng-wei", "low-rank".
std::string_view to_string(SdpMethod method) noexcept;
/// @throw InvalidArgument  any other text; lists the names
SdpMethod sdp_method_from(std::string_view name);

/// What is known about the sum of squares of every other partition.
enum class SdpCertificate {
    proved,  ///< none is lower by more than `proved_gap`, relative to the one found
    gap,     ///< there is a proved lower bound, further away
    none     ///< no bound
};
/// "proved", "gap", "none".
std::string_view to_string(SdpCertificate certificate) noexcept;
/// @throw InvalidArgument  any other text; lists the names
SdpCertificate sdp_certificate_from(std::string_view name);

/// Relative gap up to which a partition is called proved.
inline constexpr double proved_gap = 1e-6;
/// Most rows of the convex form and of a certificate: they hold matrices of so many rows and columns.
inline constexpr int peng_wei_row_limit = 2000;

/// What to estimate and when to stop. Plain data, saved with the model as its provenance.
struct SdpOptions {
    int component_count = 2;  ///< 1 <= K <= number of distinct rows
    SdpMethod method = SdpMethod::peng_wei;
    bool has_certificate = false;  ///< low_rank: work out a bound; peng_wei always does
    double tolerance = 1e-6;       ///< relative residual of the relaxation, > 0
    int iteration_limit = 3000;    ///< >= 1, of the relaxation and of each low-rank start
    int run_count = 5;             ///< >= 1, random starts of low_rank; the lowest value is kept
    std::uint64_t seed = 1;
};

/// A clustering and what is known about how good it can get.
struct SdpFit {
    std::vector<std::int32_t> classification;  ///< n, 0-based, numbered by first appearance
    Eigen::MatrixXd means;                     ///< K x d
    double objective = 0.0;         ///< within-cluster sum of squares of the classification
    double kmeans_objective = 0.0;  ///< that of the best of `kmeans_start_count` K-means starts
    /// Of the relaxation that was solved; NaN where the work was cancelled before.
    double relaxation_value = std::numeric_limits<double>::quiet_NaN();
    std::optional<double> lower_bound;  ///< proved: no partition's sum of squares is below it
    double relative_gap = std::numeric_limits<double>::quiet_NaN();  ///< NaN without a bound
    SdpCertificate certificate = SdpCertificate::none;
    FitStatus status = FitStatus::converged;
    int iterations = 0;  ///< of the relaxation; 0 where the partition was proved without
};
/// K-means++ starts that the relaxation is measured against.
inline constexpr int kmeans_start_count = 20;

/// K-means clustering by semidefinite relaxation: the partition with the least within-cluster sum of
/// squares among the best K-means start and the roundings of the relaxation, with a proved lower bound.
///
/// First the partition found by K-means is put to an analytic test; where that does not prove it, the
/// relaxation is solved and rounded. The bound is worked out so that no rounding can lift it above the
/// true optimum (see safe_bound.h); the centring of the data in double is part of its margin.
/// The same bits for any number of threads: the work runs on one.
/// Source: Peng & Wei (2007), SIAM J. Optim. 18:186; Zhuang, Chen, Yang & Zhang (2024), ICLR.
///
/// @param observations  n x d, finite, of absolute value up to 1e150
/// @return status `cancelled` with the best partition so far where the stop was requested after the
///         first partition; never with a bound
/// @throw InvalidArgument  a condition stated above does not hold; more than peng_wei_row_limit rows
///                         for peng_wei or a certificate
/// @throw Cancelled        the stop was requested before there was a partition
/// Time O(n^3) an iteration (peng_wei), O(n d K) (low_rank).
SdpFit fit_sdp(const MatrixRef& observations, const SdpOptions& options,
               const FitControl& control = {});

}  // namespace mixtura
