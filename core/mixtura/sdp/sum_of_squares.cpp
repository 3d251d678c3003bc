// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/sum_of_squares.h"

#include <algorithm>
#include <limits>

#include "mixtura/common/cancelled.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Labels = std::vector<std::int32_t>;

constexpr int lloyd_limit = 300;
constexpr int move_sweep_limit = 100;
/// A move has to lower the objective by more than its rounding, so that the sweeps end.
constexpr double least_relative_gain = 1e-12;
constexpr Index rows_between_stops = 4096;

void stop_if_asked(Index row, const std::stop_token& stop) {
    if (row % rows_between_stops == 0 && stop.stop_requested())
        throw Cancelled{};
}

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

VectorXd cluster_sizes(const Labels& labels, int component_count) {
    VectorXd sizes = VectorXd::Zero(component_count);
    for (const std::int32_t label : labels) sizes[label] += 1.0;
    return sizes;
}

/// d x K sums over K; a cluster without rows has mean 0. Transposed, so that a row's distances run
/// over contiguous numbers.
MatrixXd means_of(const MatrixXd& rows, const Labels& labels, const VectorXd& sizes) {
    MatrixXd means = MatrixXd::Zero(rows.rows(), sizes.size());
    for (Index i = 0; i < rows.cols(); ++i) means.col(labels[at(i)]) += rows.col(i);
    return means * sizes.cwiseMax(1.0).cwiseInverse().asDiagonal();
}

void fill_empty_clusters(const MatrixXd& rows, Labels& labels, int component_count) {
    for (;;) {
        const VectorXd sizes = cluster_sizes(labels, component_count);
        Index empty = 0;
        if (sizes.minCoeff(&empty) > 0.0)
            return;
        const MatrixXd means = means_of(rows, labels, sizes);
        Index farthest = -1;
        double largest = -1.0;
        for (Index i = 0; i < rows.cols(); ++i) {
            if (sizes[labels[at(i)]] < 2.0)
                continue;
            const double distance = (rows.col(i) - means.col(labels[at(i)])).squaredNorm();
            if (distance > largest) {
                largest = distance;
                farthest = i;
            }
        }
        labels[at(farthest)] = static_cast<std::int32_t>(empty);
    }
}

/// @return true where a label changed
bool assign_to_nearest(const MatrixXd& rows, const MatrixXd& means, Labels& labels,
                       const std::stop_token& stop) {
    bool changed = false;
    for (Index i = 0; i < rows.cols(); ++i) {
        stop_if_asked(i, stop);
        Index best = labels[at(i)];
        double least = (rows.col(i) - means.col(best)).squaredNorm();
        for (Index k = 0; k < means.cols(); ++k) {
            const double distance = (rows.col(i) - means.col(k)).squaredNorm();
            if (distance < least) {
                least = distance;
                best = k;
            }
        }
        changed = changed || best != labels[at(i)];
        labels[at(i)] = static_cast<std::int32_t>(best);
    }
    return changed;
}

/// One sweep of single-row moves; the means follow each move. @return true where a row moved
bool move_single_rows(const MatrixXd& rows, Labels& labels, int component_count,
                      const std::stop_token& stop) {
    VectorXd sizes = cluster_sizes(labels, component_count);
    MatrixXd means = means_of(rows, labels, sizes);
    bool moved = false;
    for (Index i = 0; i < rows.cols(); ++i) {
        stop_if_asked(i, stop);
        const Index from = labels[at(i)];
        if (sizes[from] < 2.0)
            continue;
        const double released =
            sizes[from] / (sizes[from] - 1.0) * (rows.col(i) - means.col(from)).squaredNorm();
        Index to = from;
        double least = released * (1.0 - least_relative_gain);
        for (Index k = 0; k < component_count; ++k) {
            const double taken =
                sizes[k] / (sizes[k] + 1.0) * (rows.col(i) - means.col(k)).squaredNorm();
            if (k != from && taken < least) {
                least = taken;
                to = k;
            }
        }
        if (to == from)
            continue;
        means.col(from) += (means.col(from) - rows.col(i)) / (sizes[from] - 1.0);
        means.col(to) += (rows.col(i) - means.col(to)) / (sizes[to] + 1.0);
        sizes[from] -= 1.0;
        sizes[to] += 1.0;
        labels[at(i)] = static_cast<std::int32_t>(to);
        moved = true;
    }
    return moved;
}

/// k-means++ seeds; each row goes to the nearest.
Labels seeded_labels(const MatrixXd& rows, int component_count, RandomStream& random,
                     const std::stop_token& stop) {
    const Index n = rows.cols();
    VectorXd nearest = VectorXd::Constant(n, std::numeric_limits<double>::infinity());
    VectorXd chances = VectorXd::Ones(n);
    Labels labels(at(n), 0);
    for (std::int32_t k = 0; k < component_count && chances.sum() > 0.0; ++k) {
        const Index seed = random.categorical(chances);
        for (Index i = 0; i < n; ++i) {
            stop_if_asked(i, stop);
            const double distance = (rows.col(i) - rows.col(seed)).squaredNorm();
            if (distance < nearest[i]) {
                nearest[i] = distance;
                labels[at(i)] = k;
            }
        }
        chances = nearest;
    }
    return labels;
}

SquaresPartition polished(const MatrixRef& points, const MatrixXd& rows, Labels labels,
                          int component_count, const std::stop_token& stop) {
    fill_empty_clusters(rows, labels, component_count);
    for (int sweep = 0; sweep < move_sweep_limit; ++sweep) {
        for (int iteration = 0; iteration < lloyd_limit; ++iteration) {
            const MatrixXd means = means_of(rows, labels, cluster_sizes(labels, component_count));
            const bool changed = assign_to_nearest(rows, means, labels, stop);
            fill_empty_clusters(rows, labels, component_count);
            if (!changed)
                break;
        }
        if (!move_single_rows(rows, labels, component_count, stop))
            break;
    }
    const double objective = within_sum_of_squares(points, labels, component_count);
    return {std::move(labels), objective};
}

}  // namespace

MatrixXd cluster_means(const MatrixRef& points, const Labels& labels, int component_count) {
    return means_of(points.transpose(), labels, cluster_sizes(labels, component_count)).transpose();
}

double within_sum_of_squares(const MatrixRef& points, const Labels& labels, int component_count) {
    const MatrixXd means = cluster_means(points, labels, component_count);
    double sum = 0.0;
    for (Index j = 0; j < points.cols(); ++j) {
        for (Index i = 0; i < points.rows(); ++i) {
            const double difference = points(i, j) - means(labels[at(i)], j);
            sum += difference * difference;
        }
    }
    return sum;
}

SquaresPartition polished_partition(const MatrixRef& points, Labels labels, int component_count,
                                    const std::stop_token& stop) {
    return polished(points, points.transpose(), std::move(labels), component_count, stop);
}

SquaresPartition best_squares_partition(const MatrixRef& points, int component_count,
                                        int start_count, RandomStream& random,
                                        const std::stop_token& stop) {
    const MatrixXd rows = points.transpose();
    SquaresPartition best{.labels = {}, .objective = std::numeric_limits<double>::infinity()};
    for (int start = 0; start < start_count; ++start) {
        SquaresPartition next =
            polished(points, rows, seeded_labels(rows, component_count, random, stop),
                     component_count, stop);
        if (next.objective < best.objective)
            best = std::move(next);
    }
    return best;
}

}  // namespace mixtura
