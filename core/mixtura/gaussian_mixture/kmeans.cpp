// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/gaussian_mixture/initialisation.h"
#include "mixtura/gaussian_mixture/standardised_rows.h"

namespace mixtura {

namespace {

constexpr int lloyd_iteration_limit = 20;
/// Rows worked on at once; partial sums are added in the order of these blocks, so that the number
/// of threads changes no bit.
constexpr Eigen::Index rows_at_once = 4096;

[[noreturn]] void refuse_count(Eigen::Index distinct, int component_count) {
    throw InvalidArgument("There are only " + std::to_string(distinct) +
                          " distinct observations of positive weight for " +
                          std::to_string(component_count) + " clusters. Use fewer components.");
}

/// Rows that vary, their weights, and how to work on them in parallel.
class Rows {
  public:
    Rows(const MatrixRef& observations, const VectorRef& weights, int component_count,
         const FitControl& control)
        : points(standardised_rows(observations)), weights_(weights), control_(control) {
        if (component_count < 1)
            throw InvalidArgument("The number of components must be at least 1, not " +
                                  std::to_string(component_count) + ".");
        if (weights_.size() == 0)
            weights_.setOnes(points.rows());
        if (weights_.size() != points.rows())
            throw InvalidArgument("There are " + std::to_string(weights_.size()) +
                                  " observation weights for " + std::to_string(points.rows()) +
                                  " observations.");
        if (!weights_.allFinite() || (weights_.array() < 0.0).any() || !(weights_.sum() > 0.0))
            throw InvalidArgument(
                "The observation weights must be finite, not negative and not all zero.");
    }

    [[nodiscard]] Eigen::Index count() const { return points.rows(); }
    [[nodiscard]] const Eigen::VectorXd& weights() const { return weights_; }
    [[nodiscard]] Eigen::Index block_count() const {
        return (count() + rows_at_once - 1) / rows_at_once;
    }
    [[nodiscard]] static Eigen::Index block_begin(Eigen::Index block) {
        return block * rows_at_once;
    }
    [[nodiscard]] Eigen::Index block_size(Eigen::Index block) const {
        return std::min(rows_at_once, count() - block_begin(block));
    }
    void stop_if_asked() const {
        if (control_.stop.stop_requested())
            throw compute::Cancelled{};
    }
    /// Calls `body(block)` for each block of rows.
    template <class Body>
    void for_each_block(const Body& body) const {
        stop_if_asked();
        const int cores = oneapi::tbb::info::default_concurrency();
        const int threads =
            control_.thread_count > 0 ? std::min(control_.thread_count, cores) : cores;
        const auto checked = [&](Eigen::Index block) {
            stop_if_asked();
            body(block);
        };
        if (block_count() == 1 || threads == 1)
            for (Eigen::Index block = 0; block < block_count(); ++block) checked(block);
        else
            oneapi::tbb::task_arena(threads).execute([&] {
                oneapi::tbb::parallel_for(Eigen::Index{0}, block_count(), checked,
                                          oneapi::tbb::simple_partitioner());
            });
    }

    Eigen::MatrixXd points;  ///< n x d, standardised

  private:
    Eigen::VectorXd weights_;
    const FitControl& control_;
};

/// Squared distances of the rows of a block from one centre.
void squared_distances(const Rows& rows, Eigen::Index block, const Eigen::RowVectorXd& centre,
                       double* out) {
    const Eigen::Index size = rows.block_size(block);
    std::fill_n(out, size, 0.0);
    for (Eigen::Index j = 0; j < rows.points.cols(); ++j) {
        const double* column = rows.points.col(j).data() + Rows::block_begin(block);
        const double value = centre[j];
        for (Eigen::Index i = 0; i < size; ++i) {
            const double difference = column[i] - value;
            out[i] += difference * difference;
        }
    }
}

/// The nearest centre of each row and its squared distance.
struct Assignment {
    Partition labels;
    Eigen::VectorXd distances;
};

Assignment assign(const Rows& rows, const Eigen::MatrixXd& centres) {
    Assignment result{
        Partition(static_cast<std::size_t>(rows.count()), 0),
        Eigen::VectorXd::Constant(rows.count(), std::numeric_limits<double>::infinity())};
    rows.for_each_block([&](Eigen::Index block) {
        const Eigen::Index begin = Rows::block_begin(block);
        const Eigen::Index size = rows.block_size(block);
        std::vector<double> distances(static_cast<std::size_t>(size));
        for (Eigen::Index c = 0; c < centres.rows(); ++c) {
            rows.stop_if_asked();
            squared_distances(rows, block, centres.row(c), distances.data());
            double* best = result.distances.data() + begin;
            std::int32_t* label = result.labels.data() + begin;
            for (Eigen::Index i = 0; i < size; ++i) {
                const double distance = distances[static_cast<std::size_t>(i)];
                label[i] = distance < best[i] ? static_cast<std::int32_t>(c) : label[i];
                best[i] = std::min(best[i], distance);
            }
        }
    });
    return result;
}

/// k-means++: each further centre is a row drawn with probability proportional to its chance and
/// its squared distance from the centres so far.
/// @param given    centres to go on from, or none
/// @param row_chances  n, >= 0
Eigen::MatrixXd seed_centres(const Rows& rows, const Eigen::MatrixXd& given,
                             const Eigen::VectorXd& row_chances, int component_count,
                             RandomStream& random) {
    const auto given_count = static_cast<int>(given.rows());
    Eigen::MatrixXd centres(component_count, rows.points.cols());
    centres.topRows(given_count) = given;
    Eigen::VectorXd nearest =
        Eigen::VectorXd::Constant(rows.count(), std::numeric_limits<double>::infinity());
    Eigen::VectorXd chances = row_chances;
    for (int c = 0; c < component_count; ++c) {
        if (c > 0) {
            rows.for_each_block([&](Eigen::Index block) {
                const Eigen::Index size = rows.block_size(block);
                std::vector<double> distances(static_cast<std::size_t>(size));
                squared_distances(rows, block, centres.row(c - 1), distances.data());
                for (Eigen::Index i = 0; i < size; ++i) {
                    double& least = nearest[Rows::block_begin(block) + i];
                    least = std::min(least, distances[static_cast<std::size_t>(i)]);
                }
            });
        }
        if (c < given_count)
            continue;
        if (c > 0) {
            chances = nearest.cwiseProduct(row_chances);
            if (!(chances.sum() > 0.0))
                refuse_count(c, component_count);
        }
        centres.row(c) = rows.points.row(random.categorical(chances));
    }
    return centres;
}

/// Weighted means of the clusters; `sizes` receives their weights.
Eigen::MatrixXd cluster_means(const Rows& rows, const Partition& labels,
                              const Eigen::MatrixXd& previous, Eigen::VectorXd& sizes) {
    const Eigen::Index components = previous.rows();
    const Eigen::Index dim = previous.cols();
    std::vector<Eigen::MatrixXd> sums(static_cast<std::size_t>(rows.block_count()));
    rows.for_each_block([&](Eigen::Index block) {
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(components, dim + 1);
        const Eigen::Index begin = Rows::block_begin(block);
        for (Eigen::Index i = begin; i < begin + rows.block_size(block); ++i)
            sum(labels[static_cast<std::size_t>(i)], dim) += rows.weights()[i];
        for (Eigen::Index j = 0; j < dim; ++j)
            for (Eigen::Index i = begin; i < begin + rows.block_size(block); ++i)
                sum(labels[static_cast<std::size_t>(i)], j) +=
                    rows.weights()[i] * rows.points(i, j);
        sums[static_cast<std::size_t>(block)] = std::move(sum);
    });
    for (std::size_t block = 1; block < sums.size(); ++block) sums.front() += sums[block];
    sizes = sums.front().col(dim);
    Eigen::MatrixXd means = previous;
    for (Eigen::Index c = 0; c < components; ++c)
        if (sizes[c] > 0.0)
            means.row(c) = sums.front().row(c).head(dim) / sizes[c];
    return means;
}

/// Moves the row farthest from its centre into each cluster without weight, taking no cluster's
/// last. @return true where there was an empty cluster
bool fill_empty_clusters(const Rows& rows, Assignment& assignment, int component_count) {
    std::vector<Eigen::Index> members(static_cast<std::size_t>(component_count), 0);
    for (Eigen::Index i = 0; i < rows.count(); ++i)
        if (rows.weights()[i] > 0.0)
            ++members[static_cast<std::size_t>(assignment.labels[static_cast<std::size_t>(i)])];
    bool any = false;
    for (int c = 0; c < component_count; ++c) {
        if (members[static_cast<std::size_t>(c)] > 0)
            continue;
        any = true;
        Eigen::Index farthest = -1;
        for (Eigen::Index i = 0; i < rows.count(); ++i) {
            const auto label =
                static_cast<std::size_t>(assignment.labels[static_cast<std::size_t>(i)]);
            if (rows.weights()[i] > 0.0 && members[label] > 1 &&
                (farthest < 0 || assignment.distances[i] > assignment.distances[farthest]))
                farthest = i;
        }
        if (farthest < 0)
            refuse_count(component_count - 1, component_count);
        std::int32_t& label = assignment.labels[static_cast<std::size_t>(farthest)];
        --members[static_cast<std::size_t>(label)];
        members[static_cast<std::size_t>(c)] = 1;
        label = c;
        assignment.distances[farthest] = 0.0;
    }
    return any;
}

/// The labels, but rows whose component is known keep it.
Partition with_known(Partition labels, const Partition& known) {
    for (std::size_t i = 0; i < known.size(); ++i) labels[i] = known[i] >= 0 ? known[i] : labels[i];
    return labels;
}

/// Weighted means of the rows of each known component.
Eigen::MatrixXd known_means(const Rows& rows, const Partition& known, int known_count) {
    Eigen::MatrixXd means = Eigen::MatrixXd::Zero(known_count, rows.points.cols());
    Eigen::VectorXd masses = Eigen::VectorXd::Zero(known_count);
    for (Eigen::Index i = 0; i < rows.count(); ++i) {
        const std::int32_t component = known[static_cast<std::size_t>(i)];
        if (component < 0)
            continue;
        means.row(component) += rows.weights()[i] * rows.points.row(i);
        masses[component] += rows.weights()[i];
    }
    return masses.cwiseInverse().asDiagonal() * means;
}

/// One row of each known component, drawn by weight.
Eigen::MatrixXd random_known_rows(const Rows& rows, const Partition& known, int known_count,
                                  RandomStream& random) {
    Eigen::MatrixXd chosen(known_count, rows.points.cols());
    for (int c = 0; c < known_count; ++c) {
        Eigen::VectorXd chances = rows.weights();
        for (Eigen::Index i = 0; i < rows.count(); ++i)
            chances[i] *= known[static_cast<std::size_t>(i)] == c ? 1.0 : 0.0;
        chosen.row(c) = rows.points.row(random.categorical(chances));
    }
    return chosen;
}

/// The weights, zero where the component is known.
Eigen::VectorXd unknown_weights(const Rows& rows, const Partition& known) {
    Eigen::VectorXd weights = rows.weights();
    for (Eigen::Index i = 0; i < rows.count(); ++i)
        weights[i] *= known[static_cast<std::size_t>(i)] < 0 ? 1.0 : 0.0;
    return weights;
}

}  // namespace

Partition kmeans_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random, const FitControl& control) {
    const Rows rows(observations, weights, component_count, control);
    Eigen::MatrixXd centres = seed_centres(rows, Eigen::MatrixXd(0, observations.cols()),
                                           rows.weights(), component_count, random);
    Assignment current = assign(rows, centres);
    fill_empty_clusters(rows, current, component_count);
    Eigen::VectorXd sizes;
    for (int iteration = 0; iteration < lloyd_iteration_limit; ++iteration) {
        centres = cluster_means(rows, current.labels, centres, sizes);
        Assignment next = assign(rows, centres);
        fill_empty_clusters(rows, next, component_count);
        const bool settled = next.labels == current.labels;
        current = std::move(next);
        if (settled)
            break;
    }
    return std::move(current.labels);
}

Partition labelled_partition(const MatrixRef& observations, const VectorRef& weights,
                             const Partition& known, int component_count, RandomStream& random,
                             const FitControl& control) {
    const Rows rows(observations, weights, component_count, control);
    const int known_count = 1 + *std::ranges::max_element(known);
    Eigen::MatrixXd centres = known_count < component_count
                                  ? known_means(rows, known, known_count)
                                  : random_known_rows(rows, known, known_count, random);
    if (known_count < component_count)
        centres =
            seed_centres(rows, centres, unknown_weights(rows, known), component_count, random);
    Partition labels = with_known(assign(rows, centres).labels, known);
    if (known_count == component_count)
        return labels;
    Eigen::VectorXd sizes;
    for (int iteration = 0; iteration < lloyd_iteration_limit; ++iteration) {
        centres = cluster_means(rows, labels, centres, sizes);
        Partition next = with_known(assign(rows, centres).labels, known);
        const bool settled = next == labels;
        labels = std::move(next);
        if (settled)
            break;
    }
    return labels;
}

Partition random_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random, const FitControl& control) {
    const Rows rows(observations, weights, component_count, control);
    std::vector<Eigen::Index> candidates;
    for (Eigen::Index i = 0; i < rows.count(); ++i)
        if (rows.weights()[i] > 0.0)
            candidates.push_back(i);
    Eigen::MatrixXd centres(component_count, rows.points.cols());
    int chosen = 0;
    // Draws without replacement; a row equal to a centre is passed over.
    for (std::size_t drawn = 0; chosen < component_count && drawn < candidates.size(); ++drawn) {
        rows.stop_if_asked();
        std::swap(candidates[drawn], candidates[drawn + random.below(candidates.size() - drawn)]);
        const auto row = rows.points.row(candidates[drawn]);
        bool repeated = false;
        for (int c = 0; c < chosen && !repeated; ++c) repeated = row == centres.row(c);
        if (!repeated)
            centres.row(chosen++) = row;
    }
    if (chosen < component_count)
        refuse_count(chosen, component_count);
    return assign(rows, centres).labels;
}

}  // namespace mixtura
