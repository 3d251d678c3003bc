// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/simulation/centre_arrangement.h"
#include "mixtura/simulation/centre_fit.h"

namespace mixtura {

/// What is simulated. Plain data.
struct MisspecificationOptions {
    /// SNR = 1 / sigma^2, in units of the spread of the centres; ascending is not asked for.
    std::vector<double> signal_to_noise = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0};
    /// rho = tau / sigma: assumed over true standard deviation; 0 is hard assignment, k-means.
    std::vector<double> deviation_ratios = {0.0, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0};
    std::int64_t row_count = 1000;  ///< n of each sample
    int replicate_count = 20;       ///< samples of each cell
    std::uint64_t seed = 1;         ///< sample b draws from its own stream (seed, b)
    CentreFitOptions fit = {};
};
/// Allowed ranges, read by `validate` and by the spin boxes.
inline constexpr double signal_to_noise_least = 1e-3;
inline constexpr double signal_to_noise_limit = 1e4;
inline constexpr double deviation_ratio_least = 0.05;  ///< or 0
inline constexpr double deviation_ratio_limit = 100.0;
inline constexpr std::int64_t study_row_least = 10;
inline constexpr std::int64_t study_row_limit = 1000000;
inline constexpr int study_replicate_limit = 100000;
inline constexpr int study_grid_limit = 200;                  ///< values on one side of the grid
inline constexpr std::int64_t study_sample_limit = 10000000;  ///< cells times replicates
/// @throw InvalidArgument  option, value and condition
void validate(const MisspecificationOptions& options);

/// Two fitted centres nearer than this part of the least distance between true ones have merged.
inline constexpr double merging_fraction = 0.1;

/// The samples of one pair of SNR and ratio. Figures are NaN where no sample is done.
struct StudyCell {
    double signal_to_noise = 0.0;
    double deviation_ratio = 0.0;
    int replicates_done = 0;
    /// Fitted over true spread of the centres about their mean, root mean square; for two centres
    /// their distances. Above 1: drift outwards; 0: collapse.
    double separation = 0.0;
    double separation_error = 0.0;  ///< its standard error; NaN for a single sample
    /// Of fitted and true centres, matched to be least, in units of the true spread.
    double mean_distance = 0.0;
    double mean_distance_error = 0.0;
    double collapsed_share = 0.0;      ///< of the samples in which two centres have merged
    double adjusted_rand_index = 0.0;  ///< of fitted and true components; merged ones count as one
    double iterations = 0.0;           ///< mean
    int unconverged_count = 0;         ///< samples whose fit the iteration limit ended
    /// The same two with infinitely many rows, where the centres lie on a line and EM gets there.
    std::optional<double> limit_separation;
    std::optional<double> limit_mean_distance;
};

struct MisspecificationStudy {
    CentreArrangement arrangement;
    MisspecificationOptions options;
    /// In the order of the ratios, for each that of the SNRs.
    std::vector<StudyCell> cells;
    bool cancelled = false;  ///< some samples were not drawn
    [[nodiscard]] const StudyCell& cell(std::size_t ratio, std::size_t snr) const {
        return cells[ratio * options.signal_to_noise.size() + snr];
    }
};

/// What a wrong variance does to the centres of a mixture: samples with spherical components of
/// standard deviation sigma around the centres of `model`, to each of which the centres alone are
/// fitted by EM from the true ones, with the true weights and the standard deviation tau = rho sigma
/// held fixed. rho = 1 is consistent at every SNR; below it the centres drift outwards, by about
/// sigma; above it they draw together, and from collapse_ratio on coincide.
///
/// The centres are taken as in centre_arrangement: components with the pooled covariance of the
/// model, scaled to the SNR, give the same figures. Every cell sees the same draws, scaled, so that
/// a cell has the same figures in every grid, and neighbours differ by little else than the grid.
/// Source: Serov, Balanov & Bendory (2026).
///
/// @return a cancelled study holds the samples done until then
/// @throw InvalidArgument  an option out of range; a single component; centres that coincide
/// @throw Cancelled        stopped before the first sample was done
/// The same bits for any number of threads. Memory n (d + 1) doubles a thread.
MisspecificationStudy misspecification_study(const GaussianMixture& model,
                                             const MisspecificationOptions& options = {},
                                             const FitControl& control = {});

}  // namespace mixtura
