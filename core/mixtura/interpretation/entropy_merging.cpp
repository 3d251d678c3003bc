// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/entropy_merging.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// t log t, 0 at 0.
double entropy_term(double probability) {
    return probability > 0.0 ? probability * std::log(probability) : 0.0;
}

/// By how much the entropy falls when the clusters of two columns become one.
double entropy_drop(const VectorRef& a, const VectorRef& b, const VectorRef& weights) {
    double drop = 0.0;
    for (Index i = 0; i < a.size(); ++i) {
        const double gain = entropy_term(a[i] + b[i]) - entropy_term(a[i]) - entropy_term(b[i]);
        drop += weights.size() > 0 ? weights[i] * gain : gain;
    }
    return drop;
}

double entropy_of(const MatrixRef& responsibilities, const VectorRef& weights) {
    double entropy = 0.0;
    for (Index k = 0; k < responsibilities.cols(); ++k) {
        for (Index i = 0; i < responsibilities.rows(); ++i) {
            const double term = -entropy_term(responsibilities(i, k));
            entropy += weights.size() > 0 ? weights[i] * term : term;
        }
    }
    return entropy;
}

std::vector<double> sizes_of(const MatrixRef& responsibilities, const VectorRef& weights) {
    std::vector<double> sizes(static_cast<std::size_t>(responsibilities.cols()), 0.0);
    const std::vector<std::int32_t> classification = most_probable(responsibilities);
    for (std::size_t i = 0; i < classification.size(); ++i)
        sizes[static_cast<std::size_t>(classification[i])] +=
            weights.size() > 0 ? weights[static_cast<Index>(i)] : 1.0;
    return sizes;
}

/// The clusters while they are merged: a column each, in the order of their first components.
struct Clusters {
    Eigen::MatrixXd responsibilities;  ///< n x clusters left
    std::vector<int> names;            ///< component, or K + the merge that made it
    Eigen::MatrixXd drops;  ///< (a, b), a < b: by how much their union lowers the entropy
};

/// By how much the union of `column` with each column from `begin` on lowers the entropy.
void find_drops(Clusters& clusters, Index column, Index begin, const VectorRef& weights,
                const std::stop_token& stop) {
    for (Index other = begin; other < clusters.responsibilities.cols(); ++other) {
        if (other == column)
            continue;
        if (stop.stop_requested())
            throw Cancelled{};
        clusters.drops(std::min(other, column), std::max(other, column)) = entropy_drop(
            clusters.responsibilities.col(other), clusters.responsibilities.col(column), weights);
    }
}

std::pair<Index, Index> greatest_drop(const Clusters& clusters) {
    std::pair<Index, Index> best{0, 1};
    for (Index a = 0; a < clusters.responsibilities.cols(); ++a) {
        for (Index b = a + 1; b < clusters.responsibilities.cols(); ++b) {
            if (clusters.drops(a, b) > clusters.drops(best.first, best.second))
                best = {a, b};
        }
    }
    return best;
}

/// Column b joins column a < b; the columns behind b move up.
void join(Clusters& clusters, Index a, Index b, int name, const VectorRef& weights,
          const std::stop_token& stop) {
    Eigen::MatrixXd& columns = clusters.responsibilities;
    const Index left = columns.cols() - 1;
    columns.col(a) += columns.col(b);
    for (Index j = b; j < left; ++j) columns.col(j) = columns.col(j + 1);
    columns.conservativeResize(Eigen::NoChange, left);

    std::vector<Index> kept(static_cast<std::size_t>(left));
    std::iota(kept.begin(), kept.begin() + b, Index{0});
    std::iota(kept.begin() + b, kept.end(), b + 1);
    clusters.drops = clusters.drops(kept, kept).eval();
    clusters.names.erase(clusters.names.begin() + b);
    clusters.names[static_cast<std::size_t>(a)] = name;
    find_drops(clusters, a, 0, weights, stop);
}

/// Residual sum of squares of the straight line that fits (x, values) best, x = first, first + 1...
double line_residual(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double xx = 0.0;
    double xy = 0.0;
    double yy = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - (count - 1.0) / 2.0;
        xx += x * x;
        xy += x * (values[i] - mean);
        yy += (values[i] - mean) * (values[i] - mean);
    }
    return yy - xy * xy / xx;
}

}  // namespace

EntropyMergeTree entropy_merging(const MatrixRef& responsibilities, const VectorRef& weights,
                                 const std::stop_token& stop) {
    if (responsibilities.rows() == 0 || responsibilities.cols() == 0)
        throw InvalidArgument("Merging components needs the responsibilities of at least one row.");
    if (weights.size() != 0 && weights.size() != responsibilities.rows())
        throw InvalidArgument("There are " + std::to_string(weights.size()) +
                              " observation_weights for " +
                              std::to_string(responsibilities.rows()) + " rows.");
    const auto component_count = static_cast<int>(responsibilities.cols());
    EntropyMergeTree tree;
    tree.component_count = component_count;
    Clusters clusters{responsibilities, std::vector<int>(static_cast<std::size_t>(component_count)),
                      Eigen::MatrixXd::Zero(component_count, component_count)};
    std::iota(clusters.names.begin(), clusters.names.end(), 0);
    for (Index k = 0; k < component_count; ++k) find_drops(clusters, k, k + 1, weights, stop);
    tree.entropies.push_back(entropy_of(responsibilities, weights));
    tree.sizes.push_back(sizes_of(responsibilities, weights));
    for (int merge = 0; merge + 1 < component_count; ++merge) {
        const auto [a, b] = greatest_drop(clusters);
        const auto [least, greatest] = std::minmax(clusters.names[static_cast<std::size_t>(a)],
                                                   clusters.names[static_cast<std::size_t>(b)]);
        tree.merges.push_back({least, greatest, clusters.drops(a, b)});
        join(clusters, a, b, component_count + merge, weights, stop);
        tree.entropies.push_back(entropy_of(clusters.responsibilities, weights));
        tree.sizes.push_back(sizes_of(clusters.responsibilities, weights));
    }
    return tree;
}

std::vector<int> cluster_of_component(const EntropyMergeTree& tree, int cluster_count) {
    if (cluster_count < 1 || cluster_count > tree.component_count)
        throw InvalidArgument("The number of clusters is " + std::to_string(cluster_count) +
                              "; it must be from 1 to " + std::to_string(tree.component_count) +
                              ", the number of components.");
    // Name of the cluster that each component is in.
    std::vector<int> names(static_cast<std::size_t>(tree.component_count));
    std::iota(names.begin(), names.end(), 0);
    for (int merge = 0; merge < tree.component_count - cluster_count; ++merge) {
        const EntropyMerge& pair = tree.merges[static_cast<std::size_t>(merge)];
        for (int& name : names) {
            if (name == pair.first || name == pair.second)
                name = tree.component_count + merge;
        }
    }
    std::vector<int> clusters(names.size());
    int next = 0;
    for (std::size_t k = 0; k < names.size(); ++k) {
        std::size_t first = 0;
        while (names[first] != names[k]) ++first;
        clusters[k] = first == k ? next++ : clusters[first];
    }
    return clusters;
}

Eigen::MatrixXd combined_responsibilities(const MatrixRef& responsibilities,
                                          const std::vector<int>& cluster_of_component) {
    if (static_cast<Index>(cluster_of_component.size()) != responsibilities.cols())
        throw InvalidArgument("There are clusters for " +
                              std::to_string(cluster_of_component.size()) + " components, not " +
                              std::to_string(responsibilities.cols()) + ".");
    const int cluster_count =
        1 + *std::max_element(cluster_of_component.begin(), cluster_of_component.end());
    Eigen::MatrixXd combined = Eigen::MatrixXd::Zero(responsibilities.rows(), cluster_count);
    for (Index k = 0; k < responsibilities.cols(); ++k)
        combined.col(cluster_of_component[static_cast<std::size_t>(k)]) += responsibilities.col(k);
    return combined;
}

std::vector<std::int32_t> most_probable(const MatrixRef& responsibilities) {
    std::vector<std::int32_t> classification(static_cast<std::size_t>(responsibilities.rows()));
    for (Index i = 0; i < responsibilities.rows(); ++i) {
        Index best = 0;
        responsibilities.row(i).maxCoeff(&best);
        classification[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(best);
    }
    return classification;
}

std::optional<int> suggested_cluster_count(const EntropyMergeTree& tree) {
    if (tree.component_count < 4)
        return std::nullopt;
    // Entropy by number of clusters: one cluster first.
    const std::vector<double> curve(tree.entropies.rbegin(), tree.entropies.rend());
    int best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int bend = 2; bend < tree.component_count; ++bend) {
        const double residual = line_residual({curve.begin(), curve.begin() + bend}) +
                                line_residual({curve.begin() + bend - 1, curve.end()});
        if (residual < least) {
            least = residual;
            best = bend;
        }
    }
    return best;
}

}  // namespace mixtura
