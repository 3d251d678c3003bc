// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/initialisation.h"
#include "mixtura/gaussian_mixture/standardised_rows.h"

namespace mixtura {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Two merges whose costs differ by less than this, in nats, are equally good: far above rounding,
/// far below what separates merges of data that is not rounded.
constexpr double tie_tolerance = 1e-9;

/// With more directions a merge takes too long (O(d^3)), and determinants of small clusters say
/// little.
constexpr Eigen::Index direction_limit = 15;

/// Standardised rows Z0 = U S V' turned into Z0 V S^{-1/2} = U S^{1/2}, d' x n, a column for each
/// row, of the widest directions; those without spread are left out.
Eigen::MatrixXd transformed(const MatrixRef& observations) {
    const Eigen::MatrixXd standardised = standardised_rows(observations);
    if (standardised.cols() == 0)
        return {0, observations.rows()};
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(standardised, Eigen::ComputeThinU);
    const Eigen::VectorXd& values = svd.singularValues();
    const double least = values[0] * std::numeric_limits<double>::epsilon() *
                         static_cast<double>(std::max(standardised.rows(), standardised.cols()));
    const Eigen::Index rank = std::min(direction_limit, (values.array() > least).count());
    return (svd.matrixU().leftCols(rank) * values.head(rank).cwiseSqrt().asDiagonal()).transpose();
}

/// The leaf of each row: equal rows share one; leaves are numbered by first appearance.
std::vector<std::int32_t> leaves_of_equal_rows(const MatrixRef& observations,
                                               std::int32_t& leaf_count) {
    const Eigen::Index rows = observations.rows();
    std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    const auto compare = [&](Eigen::Index a, Eigen::Index b) {
        for (Eigen::Index j = 0; j < observations.cols(); ++j)
            if (observations(a, j) != observations(b, j))
                return observations(a, j) < observations(b, j) ? -1 : 1;
        return 0;
    };
    std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
        const int sign = compare(a, b);
        return sign < 0 || (sign == 0 && a < b);
    });
    std::vector<Eigen::Index> first(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool repeats = i > 0 && compare(order[i - 1], order[i]) == 0;
        first[static_cast<std::size_t>(order[i])] =
            repeats ? first[static_cast<std::size_t>(order[i - 1])] : order[i];
    }
    leaf_count = 0;
    std::vector<std::int32_t> leaf(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < leaf.size(); ++i)
        leaf[i] = first[i] == static_cast<Eigen::Index>(i)
                      ? leaf_count++
                      : leaf[static_cast<std::size_t>(first[i])];
    return leaf;
}

/// The state of an agglomeration. Cluster c has n_c rows, mean m_c and scatter W_c about it; its
/// cost is that of gaussian-mixture criterion: n log(|W/n| + (tr W + alpha) / n) where n > d, and
/// n log((tr W + alpha) / n) where it has too few rows for a determinant. alpha = tr(total
/// scatter) / (n d) keeps singletons finite.
class Agglomeration {
  public:
    Agglomeration(const Eigen::MatrixXd& points, const std::vector<std::int32_t>& leaf_of_row,
                  std::int32_t leaf_count, const FitControl& control)
        : dim_(points.rows()),
          count_(leaf_count),
          sizes_(Eigen::VectorXd::Zero(leaf_count)),
          means_(Eigen::MatrixXd::Zero(dim_, leaf_count)),
          scatters_(Eigen::MatrixXd::Zero(dim_ * (dim_ + 1) / 2, leaf_count)),
          traces_(Eigen::VectorXd::Zero(leaf_count)),
          costs_(leaf_count),
          increases_(static_cast<std::size_t>(leaf_count) *
                     static_cast<std::size_t>(std::max(leaf_count - 1, 0)) / 2),
          best_(static_cast<std::size_t>(leaf_count), infinity),
          active_(static_cast<std::size_t>(leaf_count)),
          control_(control) {
        for (Eigen::Index i = 0; i < points.cols(); ++i) {
            const std::int32_t leaf = leaf_of_row[static_cast<std::size_t>(i)];
            sizes_[leaf] += 1.0;
            means_.col(leaf) = points.col(i);
        }
        const Eigen::VectorXd centre = points.rowwise().mean();
        alpha_ = (points.colwise() - centre).squaredNorm() /
                 static_cast<double>(std::max<Eigen::Index>(points.size(), 1));
        for (std::int32_t c = 0; c < count_; ++c) costs_[c] = cost(sizes_[c], traces_[c], 0.0);
        std::iota(active_.begin(), active_.end(), 0);
    }

    /// Merges down to one cluster; each entry names the leaf kept and the leaf joined to it.
    std::vector<std::pair<std::int32_t, std::int32_t>> run();

  private:
    [[nodiscard]] double cost(double size, double trace, double scaled_determinant) const {
        return size * std::log(scaled_determinant + (trace + alpha_) / size);
    }
    /// Row b of the triangle holds the increases of merging a < b.
    double* row(std::int32_t b) {
        return increases_.data() +
               static_cast<std::size_t>(b) * static_cast<std::size_t>(b - 1) / 2;
    }
    double& increase(std::int32_t a, std::int32_t b) { return a < b ? row(b)[a] : row(a)[b]; }
    [[nodiscard]] double increase_of_merging(std::int32_t a, std::int32_t b,
                                             std::vector<double>& work) const;
    void refresh_row(std::int32_t b);
    void merge(std::int32_t a, std::int32_t b);
    void update(std::int32_t other, std::int32_t kept, std::int32_t gone,
                std::vector<double>& work);
    [[nodiscard]] std::pair<std::int32_t, std::int32_t> best_pair();
    void stop_if_asked() const {
        if (control_.stop.stop_requested())
            throw compute::Cancelled{};
    }

    Eigen::Index dim_;
    std::int32_t count_;
    Eigen::VectorXd sizes_;
    Eigen::MatrixXd means_;     ///< d x clusters
    Eigen::MatrixXd scatters_;  ///< packed lower by rows x clusters
    Eigen::VectorXd traces_;
    Eigen::VectorXd costs_;
    std::vector<double> increases_;
    std::vector<double> best_;  ///< least increase in each row of the triangle
    std::vector<std::int32_t> active_;
    double alpha_ = 0.0;
    const FitControl& control_;
};

/// |M / size| of a symmetric matrix, packed lower by rows, destroyed; 0 where it is not positive
/// definite.
double scaled_determinant(double* packed, Eigen::Index dim, double size) {
    double determinant = 1.0;
    for (Eigen::Index j = 0; j < dim; ++j) {
        double* pivot_row = packed + j * (j + 1) / 2;
        // Row j of L with unit diagonal times D, then L itself.
        double pivot = pivot_row[j];
        for (Eigen::Index m = 0; m < j; ++m) {
            const double* other = packed + m * (m + 1) / 2;
            double value = pivot_row[m];
            for (Eigen::Index l = 0; l < m; ++l) value -= pivot_row[l] * other[l];
            pivot_row[m] = value;  // L_jm D_m
        }
        for (Eigen::Index m = 0; m < j; ++m) {
            const double scaled = pivot_row[m] / packed[m * (m + 1) / 2 + m];
            pivot -= scaled * pivot_row[m];
            pivot_row[m] = scaled;
        }
        if (!(pivot > 0.0))
            return 0.0;
        pivot_row[j] = pivot;
        determinant *= pivot / size;
    }
    return determinant;
}

double Agglomeration::increase_of_merging(std::int32_t a, std::int32_t b,
                                          std::vector<double>& work) const {
    const double size = sizes_[a] + sizes_[b];
    const double coupling = sizes_[a] * sizes_[b] / size;
    const double* left = means_.data() + a * dim_;
    const double* right = means_.data() + b * dim_;
    double* difference = work.data();
    double square = 0.0;
    for (Eigen::Index j = 0; j < dim_; ++j) {
        difference[j] = left[j] - right[j];
        square += difference[j] * difference[j];
    }
    const double trace = traces_[a] + traces_[b] + coupling * square;
    double determinant = 0.0;
    if (size > static_cast<double>(dim_)) {
        double* sum = difference + dim_;
        const double* left_scatter = scatters_.data() + a * scatters_.rows();
        const double* right_scatter = scatters_.data() + b * scatters_.rows();
        double* out = sum;
        for (Eigen::Index i = 0; i < dim_; ++i) {
            const double scaled = coupling * difference[i];
            for (Eigen::Index j = 0; j <= i; ++j)
                *out++ = *left_scatter++ + *right_scatter++ + scaled * difference[j];
        }
        determinant = scaled_determinant(sum, dim_, size);
    }
    return cost(size, trace, determinant) - costs_[a] - costs_[b];
}

/// Finds the least increase of row b anew.
void Agglomeration::refresh_row(std::int32_t b) {
    double least = infinity;
    const double* values = row(b);
    for (const std::int32_t a : active_) {
        if (a >= b)
            break;
        least = std::min(least, values[a]);
    }
    best_[static_cast<std::size_t>(b)] = least;
}

/// The first pair, by the larger and then the smaller cluster, that is as good as the best.
std::pair<std::int32_t, std::int32_t> Agglomeration::best_pair() {
    double least = infinity;
    for (const std::int32_t b : active_)
        least = std::min(least, best_[static_cast<std::size_t>(b)]);
    for (const std::int32_t b : active_) {
        if (best_[static_cast<std::size_t>(b)] > least + tie_tolerance)
            continue;
        const double* values = row(b);
        for (const std::int32_t a : active_)
            if (a < b && values[a] <= least + tie_tolerance)
                return {a, b};
    }
    return {active_[0], active_[1]};
}

/// Joins cluster b to a < b: W = W_a + W_b + (n_a n_b / (n_a + n_b)) delta delta'.
void Agglomeration::merge(std::int32_t a, std::int32_t b) {
    const double size = sizes_[a] + sizes_[b];
    const double coupling = sizes_[a] * sizes_[b] / size;
    const Eigen::VectorXd difference = means_.col(b) - means_.col(a);
    costs_[a] += costs_[b] + increase(a, b);
    means_.col(a) += (sizes_[b] / size) * difference;
    double* left = scatters_.data() + a * scatters_.rows();
    const double* right = scatters_.data() + b * scatters_.rows();
    for (Eigen::Index i = 0; i < dim_; ++i)
        for (Eigen::Index j = 0; j <= i; ++j)
            *left++ += *right++ + coupling * difference[i] * difference[j];
    traces_[a] += traces_[b] + coupling * difference.squaredNorm();
    sizes_[a] = size;
    active_.erase(std::lower_bound(active_.begin(), active_.end(), b));
    best_[static_cast<std::size_t>(b)] = infinity;
}

/// Brings the pair of `kept`, which has just grown, and `other` up to date, and the best entry of
/// the row of `other`, which may have been that of `kept` or of `gone`.
void Agglomeration::update(std::int32_t other, std::int32_t kept, std::int32_t gone,
                           std::vector<double>& work) {
    if (other == kept)
        return;
    double& entry = increase(kept, other);
    const double old = entry;
    entry = increase_of_merging(kept, other, work);
    if (other < kept)
        return;
    double& best = best_[static_cast<std::size_t>(other)];
    const bool lost = old <= best || (other > gone && row(other)[gone] <= best);
    if (entry <= best)
        best = entry;
    else if (lost)
        refresh_row(other);
}

std::vector<std::pair<std::int32_t, std::int32_t>> Agglomeration::run() {
    const auto work_size = static_cast<std::size_t>(dim_ + dim_ * (dim_ + 1) / 2);
    using Range = oneapi::tbb::blocked_range<std::size_t>;
    // Positions of `active_`; each entry is computed alone, so that the cut does not matter.
    const auto for_each_active = [&](std::size_t grain, const auto& body) {
        if (active_.size() <= grain) {
            std::vector<double> work(work_size);
            for (std::size_t i = 0; i < active_.size(); ++i) body(i, work);
            return;
        }
        oneapi::tbb::parallel_for(Range(0, active_.size(), grain), [&](const Range& range) {
            std::vector<double> work(work_size);
            for (std::size_t i = range.begin(); i < range.end(); ++i) body(i, work);
        });
    };
    for_each_active(16, [&](std::size_t i, std::vector<double>& work) {
        stop_if_asked();
        const std::int32_t b = active_[i];
        for (std::int32_t a = 0; a < b; ++a) row(b)[a] = increase_of_merging(a, b, work);
        refresh_row(b);
    });
    // Pair costs worth about 50 microseconds to a task.
    const auto cubed = static_cast<std::size_t>(dim_ * dim_ * dim_ / 3 + 8 * dim_ + 20);
    const std::size_t grain = std::max<std::size_t>(8, 100000 / cubed);
    std::vector<std::pair<std::int32_t, std::int32_t>> merges;
    while (active_.size() > 1) {
        stop_if_asked();
        const auto [a, b] = best_pair();
        const std::int32_t kept = a;
        const std::int32_t gone = b;
        merges.emplace_back(kept, gone);
        merge(kept, gone);
        for_each_active(grain, [&](std::size_t i, std::vector<double>& work) {
            update(active_[i], kept, gone, work);
        });
        refresh_row(kept);
        if (control_.observer != nullptr && merges.size() % 64 == 0)
            control_.observer->on_progress("hierarchical start", static_cast<double>(merges.size()),
                                           static_cast<double>(count_ - 1));
    }
    return merges;
}

/// `size` of `count` rows, ascending, the same in every run.
std::vector<Eigen::Index> random_subset(Eigen::Index count, Eigen::Index size) {
    std::vector<Eigen::Index> rows(static_cast<std::size_t>(count));
    std::iota(rows.begin(), rows.end(), Eigen::Index{0});
    RandomStream random(0);
    for (Eigen::Index i = 0; i < size; ++i) {
        const auto rest = static_cast<std::uint64_t>(count - i);
        std::swap(rows[static_cast<std::size_t>(i)],
                  rows[static_cast<std::size_t>(i) + random.below(rest)]);
    }
    rows.resize(static_cast<std::size_t>(size));
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// Gaussians of the clusters of a partition. Each covariance leans on the pooled one with the
/// weight of d + 1 rows, and that one on its diagonal a little, so that clusters of few rows have
/// one too: Sigma_c = (W_c + (d + 1) S) / (n_c + d + 1).
compute::GaussianParameters cluster_gaussians(const Eigen::MatrixXd& rows,
                                              const Partition& partition, int component_count) {
    const Eigen::Index dim = rows.cols();
    compute::GaussianParameters parameters;
    Eigen::VectorXd sizes = Eigen::VectorXd::Zero(component_count);
    parameters.means = Eigen::MatrixXd::Zero(component_count, dim);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        const std::int32_t c = partition[static_cast<std::size_t>(i)];
        sizes[c] += 1.0;
        parameters.means.row(c) += rows.row(i);
    }
    parameters.means.array().colwise() /= sizes.array();
    std::vector<Eigen::MatrixXd> scatters(static_cast<std::size_t>(component_count),
                                          Eigen::MatrixXd::Zero(dim, dim));
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        const std::int32_t c = partition[static_cast<std::size_t>(i)];
        const Eigen::VectorXd difference = rows.row(i) - parameters.means.row(c);
        scatters[static_cast<std::size_t>(c)] += difference * difference.transpose();
    }
    Eigen::MatrixXd pooled = Eigen::MatrixXd::Zero(dim, dim);
    for (const Eigen::MatrixXd& scatter : scatters) pooled += scatter;
    pooled /= static_cast<double>(rows.rows());
    const Eigen::RowVectorXd centre = rows.colwise().mean();
    const Eigen::VectorXd variances =
        (rows.rowwise() - centre).array().square().colwise().mean().transpose();
    pooled.diagonal() += 1e-6 * variances;
    for (Eigen::Index j = 0; j < dim; ++j)
        if (pooled(j, j) <= 0.0)
            pooled(j, j) = 1.0;  // a constant column: the same for every cluster
    const double prior = static_cast<double>(dim) + 1.0;
    parameters.mixing_weights = sizes / sizes.sum();
    for (Eigen::Index c = 0; c < component_count; ++c) {
        const Eigen::MatrixXd covariance =
            (scatters[static_cast<std::size_t>(c)] + prior * pooled) / (sizes[c] + prior);
        parameters.covariance_factors.emplace_back(covariance.llt().matrixL());
    }
    return parameters;
}

/// The most probable component of each row.
Partition most_probable(const Eigen::MatrixXd& observations,
                        const compute::GaussianParameters& parameters, const FitControl& control) {
    Eigen::MatrixXd responsibilities;
    compute::RowPasses(observations, Eigen::VectorXd(), control)
        .gaussian_rows(parameters, {nullptr, &responsibilities});
    Partition partition(static_cast<std::size_t>(observations.rows()));
    for (Eigen::Index i = 0; i < observations.rows(); ++i) {
        Eigen::Index best = 0;
        responsibilities.row(i).maxCoeff(&best);
        partition[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(best);
    }
    return partition;
}

void number_by_first_appearance(Partition& partition) {
    std::vector<std::int32_t> number;
    std::int32_t next = 0;
    for (std::int32_t& label : partition) {
        if (static_cast<std::size_t>(label) >= number.size())
            number.resize(static_cast<std::size_t>(label) + 1, -1);
        std::int32_t& renamed = number[static_cast<std::size_t>(label)];
        if (renamed < 0)
            renamed = next++;
        label = renamed;
    }
}

}  // namespace

HierarchicalTree::HierarchicalTree(const MatrixRef& observations, const FitControl& control)
    : control_(control) {
    Eigen::MatrixXd chosen;
    if (observations.rows() > hierarchical_row_limit) {
        observations_ = std::make_shared<const Eigen::MatrixXd>(observations);
        subset_ = random_subset(observations.rows(), hierarchical_row_limit);
        chosen = observations(subset_, Eigen::indexing::all);
    } else {
        chosen = observations;
    }
    control_.observer = nullptr;  // need not outlive the constructor
    const Eigen::MatrixXd points = transformed(chosen);
    leaf_of_row_ = leaves_of_equal_rows(chosen, leaf_count_);
    const int cores = oneapi::tbb::info::default_concurrency();
    const int threads = control.thread_count > 0 ? std::min(control.thread_count, cores) : cores;
    oneapi::tbb::task_arena(threads).execute(
        [&] { merges_ = Agglomeration(points, leaf_of_row_, leaf_count_, control).run(); });
}

Partition HierarchicalTree::partition(int component_count) const {
    if (component_count < 1)
        throw InvalidArgument("The number of components must be at least 1, not " +
                              std::to_string(component_count) + ".");
    if (component_count > leaf_count_) {
        std::string message("There are only ");
        message.append(std::to_string(leaf_count_)).append(" distinct observations");
        if (!subset_.empty())
            message.append(" in the subset that the tree is built on");
        message.append(" for ").append(std::to_string(component_count));
        throw InvalidArgument(message + " clusters. Use fewer components.");
    }
    std::vector<std::int32_t> cluster(static_cast<std::size_t>(leaf_count_));
    std::iota(cluster.begin(), cluster.end(), 0);
    // A leaf joined to another is never kept again, so that the last merge of each is its own.
    const auto done = static_cast<std::size_t>(leaf_count_ - component_count);
    for (std::size_t m = done; m-- > 0;)
        cluster[static_cast<std::size_t>(merges_[m].second)] =
            cluster[static_cast<std::size_t>(merges_[m].first)];
    Partition partition;
    partition.reserve(leaf_of_row_.size());
    for (const std::int32_t leaf : leaf_of_row_)
        partition.push_back(cluster[static_cast<std::size_t>(leaf)]);
    number_by_first_appearance(partition);
    if (subset_.empty())
        return partition;
    const Eigen::MatrixXd rows = (*observations_)(subset_, Eigen::indexing::all);
    Partition all = most_probable(*observations_,
                                  cluster_gaussians(rows, partition, component_count), control_);
    for (std::size_t i = 0; i < subset_.size(); ++i)
        all[static_cast<std::size_t>(subset_[i])] = partition[i];
    number_by_first_appearance(all);
    return all;
}

}  // namespace mixtura
