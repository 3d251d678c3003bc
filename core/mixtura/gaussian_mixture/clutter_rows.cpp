// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/clutter_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include "mixtura/compute/cancelled.h"
#include "mixtura/gaussian_mixture/standardised_rows.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// The k of the kth nearest neighbour.
constexpr Index neighbour_rank = 12;
constexpr Index pair_limit = 100'000'000;
constexpr Index all_rows_limit = 5000;
constexpr Index reference_rows_least = 500;
/// Distances of more features than these say no more of an intensity.
constexpr Index dimension_limit = 10;
constexpr double least_share = 0.01;
constexpr double greatest_share = 0.8;

std::vector<Index> evenly_spaced(Index row_count, Index count) {
    std::vector<Index> rows(static_cast<std::size_t>(count));
    for (Index i = 0; i < count; ++i) rows[static_cast<std::size_t>(i)] = i * row_count / count;
    return rows;
}

/// Squared distance of each point, a column, to its kth nearest among the reference points, itself
/// left out.
Eigen::VectorXd neighbour_distances(const Eigen::MatrixXd& points,
                                    const std::vector<Index>& reference_rows,
                                    const std::stop_token& stop) {
    const Eigen::MatrixXd reference = points(Eigen::all, reference_rows);
    const Index rank = std::min(neighbour_rank, reference.cols() - 1);
    Eigen::VectorXd distances(points.cols());
    tbb::parallel_for(tbb::blocked_range<Index>(0, points.cols(), 64), [&](const auto& range) {
        for (Index i = range.begin(); i < range.end(); ++i) {
            if (stop.stop_requested())
                return;
            Eigen::VectorXd squares = (reference.colwise() - points.col(i)).colwise().squaredNorm();
            // The point itself, where it is among the reference, is its own nearest.
            const bool is_reference = std::ranges::binary_search(reference_rows, i);
            double* const wanted = squares.data() + (is_reference ? rank : rank - 1);
            std::nth_element(squares.data(), wanted, squares.data() + squares.size());
            distances[i] = *wanted;
        }
    });
    if (stop.stop_requested())
        throw compute::Cancelled{};
    return distances;
}

/// Volumes of the balls that reach the kth neighbour, up to a factor.
Eigen::ArrayXd ball_volumes(const Eigen::VectorXd& squared_distances, Index feature_count) {
    const double power = 0.5 * static_cast<double>(std::min(feature_count, dimension_limit));
    const double largest = squared_distances.maxCoeff();
    if (!(largest > 0.0))
        return Eigen::ArrayXd::Zero(squared_distances.size());
    return (squared_distances.array() / largest).pow(power);
}

/// Probabilities that a ball belongs to the sparser of two Poisson processes, by EM: volumes to the
/// kth neighbour are Gamma(k, intensity).
Eigen::ArrayXd sparse_probabilities(const Eigen::ArrayXd& volumes) {
    constexpr auto k = static_cast<double>(neighbour_rank);
    constexpr int step_limit = 200;
    std::vector<double> sorted(volumes.begin(), volumes.end());
    std::ranges::sort(sorted);
    const double cut = sorted[sorted.size() * 9 / 10];
    Eigen::ArrayXd sparse = (volumes > cut).cast<double>();
    for (int step = 0; step < step_limit; ++step) {
        const double share = std::clamp(sparse.mean(), 1e-12, 1.0 - 1e-12);
        const double sparse_intensity = k * sparse.sum() / (sparse * volumes).sum();
        const double dense_intensity = k * (1.0 - sparse).sum() / ((1.0 - sparse) * volumes).sum();
        if (!std::isfinite(sparse_intensity) || !std::isfinite(dense_intensity))
            break;
        const Eigen::ArrayXd log_odds = std::log(share / (1.0 - share)) +
                                        k * std::log(sparse_intensity / dense_intensity) -
                                        (sparse_intensity - dense_intensity) * volumes;
        const Eigen::ArrayXd next = 1.0 / (1.0 + (-log_odds).exp());
        const bool is_settled = (next - sparse).abs().maxCoeff() < 1e-6;
        sparse = next;
        if (is_settled)
            break;
    }
    return sparse;
}

}  // namespace

std::vector<Index> clutter_rows(const MatrixRef& observations, const std::stop_token& stop) {
    const Index n = observations.rows();
    const Index reference_count =
        n <= all_rows_limit ? n : std::max(reference_rows_least, pair_limit / n);
    const Eigen::VectorXd distances =
        neighbour_distances(standardised_rows(observations).transpose(),
                            evenly_spaced(n, std::min(n, reference_count)), stop);
    const Eigen::ArrayXd sparse =
        sparse_probabilities(ball_volumes(distances, observations.cols()));
    const auto rows_of_share = [n](double share) {
        return std::max<Index>(1, static_cast<Index>(share * static_cast<double>(n)));
    };
    const Index count = std::clamp<Index>((sparse > 0.5).count(), rows_of_share(least_share),
                                          rows_of_share(greatest_share));
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) { return distances[a] > distances[b]; });
    order.resize(static_cast<std::size_t>(count));
    std::ranges::sort(order);
    return order;
}

}  // namespace mixtura
