// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/sdp_clustering.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/linalg/symmetric_eigen.h"
#include "mixtura/sdp/low_rank.h"
#include "mixtura/sdp/peng_wei.h"
#include "mixtura/sdp/safe_bound.h"
#include "mixtura/sdp/sum_of_squares.h"
#include "mixtura/sdp/tridiagonal_form.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double largest_value = 1e150;
constexpr int rounding_start_count = 10;

void check_options(const SdpOptions& options) {
    if (options.component_count < 1)
        throw InvalidArgument("component_count is " + std::to_string(options.component_count) +
                              "; it must be at least 1.");
    if (!(options.tolerance > 0.0) || !std::isfinite(options.tolerance))
        throw InvalidArgument("tolerance must be greater than zero and finite.");
    if (options.iteration_limit < 1)
        throw InvalidArgument("iteration_limit is " + std::to_string(options.iteration_limit) +
                              "; it must be at least 1.");
    if (options.run_count < 1)
        throw InvalidArgument("run_count is " + std::to_string(options.run_count) +
                              "; it must be at least 1.");
}

void check_observations(const MatrixRef& observations, const SdpOptions& options) {
    const Index n = observations.rows();
    if (n < 1 || observations.cols() < 1)
        throw InvalidArgument("There are no observations to cluster.");
    for (Index j = 0; j < observations.cols(); ++j) {
        for (Index i = 0; i < n; ++i) {
            if (!(std::abs(observations(i, j)) <= largest_value))
                throw InvalidArgument("Observation " + std::to_string(i + 1) + ", feature " +
                                      std::to_string(j + 1) +
                                      " is not finite or above 1e150 in size; leave it out or "
                                      "rescale the feature.");
        }
    }
    const bool is_dense = options.method == SdpMethod::peng_wei || options.has_certificate;
    if (is_dense && n > peng_wei_row_limit)
        throw InvalidArgument(
            std::string(options.method == SdpMethod::peng_wei ? "The peng-wei relaxation"
                                                              : "A certificate") +
            " is limited to " + std::to_string(peng_wei_row_limit) + " rows, not " +
            std::to_string(n) + "; use the method low-rank without a certificate.");
}

/// Number of different rows, counted up to `enough`.
int distinct_row_count(const MatrixRef& observations, int enough) {
    std::vector<Index> order(static_cast<std::size_t>(observations.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    const auto is_before = [&](Index a, Index b) {
        for (Index j = 0; j < observations.cols(); ++j)
            if (observations(a, j) != observations(b, j))
                return observations(a, j) < observations(b, j);
        return false;
    };
    std::ranges::sort(order, is_before);
    int count = 1;
    for (std::size_t i = 1; i < order.size() && count < enough; ++i)
        count += is_before(order[i - 1], order[i]) ? 1 : 0;
    return count;
}

/// The observations centred and divided by a power of two so that no entry exceeds 1; the division
/// is exact, and a centred entry is within a relative unit roundoff of the difference from the
/// computed centre.
struct ScaledPoints {
    MatrixXd points;
    int exponent = 0;  ///< of the power of two
    /// A sum of squares on the scale of the observations.
    [[nodiscard]] double unscaled(double value) const { return std::ldexp(value, 2 * exponent); }
};

ScaledPoints scaled_points(const MatrixRef& observations) {
    ScaledPoints scaled;
    scaled.points = observations.rowwise() - observations.colwise().mean();
    const double largest = scaled.points.cwiseAbs().maxCoeff();
    if (largest > 0.0)
        std::frexp(largest, &scaled.exponent);
    scaled.points =
        scaled.points.unaryExpr([&](double value) { return std::ldexp(value, -scaled.exponent); });
    return scaled;
}

/// The labels numbered by first appearance.
std::vector<std::int32_t> renumbered(std::vector<std::int32_t> labels, int component_count) {
    std::vector<std::int32_t> number(static_cast<std::size_t>(component_count), -1);
    std::int32_t next = 0;
    for (std::int32_t& label : labels) {
        std::int32_t& mine = number[static_cast<std::size_t>(label)];
        if (mine < 0)
            mine = next++;
        label = mine;
    }
    return labels;
}

/// One clustering under way: the best partition so far and the bounds it has met.
class SdpRun {
  public:
    SdpRun(const MatrixXd& points, const SdpOptions& options, const FitControl& control)
        : points_(points),
          options_(options),
          control_(control),
          total_(points.squaredNorm()),
          random_(options.seed) {}

    void find_first_partition() {
        report("k-means starts", 0);
        best = best_squares_partition(points_, options_.component_count, kmeans_start_count,
                                      random_, control_.stop);
        kmeans_objective = best.objective;
    }

    /// Where no other partition has a lower sum of squares for a plain reason: there is one cluster,
    /// or as many as different rows. @return true where it is so
    bool solve_trivial(bool has_cluster_for_each_distinct_row) {
        if (options_.component_count > 1 && !has_cluster_for_each_distinct_row)
            return false;
        relaxation_value = best.objective;
        lower_bound =
            options_.component_count > 1 ? 0.0 : std::max(0.0, best.objective - objective_error());
        return true;
    }

    void solve_peng_wei_form() {
        if (try_bound(partition_multipliers(points_, best.labels, options_.component_count)) &&
            is_proved()) {
            relaxation_value = best.objective;  // lies between the bound and the objective
            return;
        }
        const PengWeiSolution solution =
            solve_peng_wei(points_, options_.component_count, best.labels, best.objective,
                           options_.tolerance, options_.iteration_limit, control_.stop,
                           [this](int iteration) { report("peng-wei relaxation", iteration); });
        iterations = solution.iterations;
        relaxation_value = solution.value;
        status = solution.is_converged ? FitStatus::converged : FitStatus::iteration_limit;
        round(TridiagonalForm(solution.membership, control_.stop).vectors(options_.component_count),
              solution.membership * points_);
        if (solution.multipliers.size() > 0)
            try_bound(solution.multipliers);
    }

    void solve_low_rank_form() {
        LowRankSolution lowest;
        for (int run = 0; run < options_.run_count; ++run) {
            RandomStream random(options_.seed, static_cast<std::uint64_t>(run) + 1);
            LowRankSolution next =
                solve_low_rank(points_, options_.component_count, random, options_.tolerance,
                               options_.iteration_limit, control_.stop,
                               [this](int iteration) { report("low-rank relaxation", iteration); });
            iterations += next.iterations;
            const bool is_better =
                run == 0 || (next.is_converged && !lowest.is_converged) ||
                (next.is_converged == lowest.is_converged && next.value < lowest.value);
            if (is_better)
                lowest = std::move(next);
        }
        relaxation_value = lowest.value;
        status = lowest.is_converged ? FitStatus::converged : FitStatus::iteration_limit;
        const SymmetricEigen eigen = symmetric_eigen(lowest.factor.transpose() * lowest.factor);
        const MatrixXd directions = eigen.vectors.leftCols(options_.component_count);
        round(lowest.factor * directions, lowest.factor * (lowest.factor.transpose() * points_));
        if (options_.has_certificate)
            try_bound(partition_multipliers(points_, best.labels, options_.component_count));
    }

    SquaresPartition best;
    double kmeans_objective = 0.0;
    double relaxation_value = std::numeric_limits<double>::quiet_NaN();
    std::optional<double> lower_bound;
    FitStatus status = FitStatus::converged;
    int iterations = 0;

    /// From the greatest that the objective can be, so that no rounding makes it too small.
    [[nodiscard]] double relative_gap() const {
        if (!lower_bound)
            return std::numeric_limits<double>::quiet_NaN();
        if (best.objective == 0.0)
            return 0.0;
        return (best.objective + objective_error() - *lower_bound) / best.objective;
    }
    [[nodiscard]] bool is_proved() const { return relative_gap() <= proved_gap * (1.0 - 1e-6); }

  private:
    void report(std::string_view what, int iteration) const {
        if (control_.observer != nullptr)
            control_.observer->on_progress(what, iteration, options_.iteration_limit);
    }

    /// Centred entries that are off by a relative u change the square root of every partition's sum
    /// of squares by at most u sqrt(tr W), since the deviations from the cluster means are a
    /// projection of the points.
    [[nodiscard]] double centring_error() const {
        return 2.0 * std::numeric_limits<double>::epsilon() * total_;
    }
    /// Of the computed objective: the centring, the means and a sum of n d squares.
    [[nodiscard]] double objective_error() const {
        const double terms = static_cast<double>(points_.size()) + 16.0;
        const double mean_error = static_cast<double>(points_.rows() + 4) *
                                  std::numeric_limits<double>::epsilon() * std::sqrt(total_);
        return centring_error() + mean_error * mean_error +
               2.0 * terms * std::numeric_limits<double>::epsilon() * best.objective;
    }

    /// Keeps the greater of the bounds.
    bool try_bound(const MatrixXd& multipliers) {
        const std::optional<double> bound =
            safe_lower_bound(points_, multipliers, options_.component_count, control_.stop);
        if (!bound || best.objective == 0.0)
            return false;
        lower_bound = std::max(lower_bound.value_or(0.0), std::max(0.0, *bound - centring_error()));
        return true;
    }

    /// Clusters the rows of the leading eigenvectors and those of Z X, and keeps what is better.
    void round(const MatrixXd& eigenvectors, const MatrixXd& denoised) {
        for (const MatrixXd& rows : {eigenvectors, denoised}) {
            SquaresPartition partition = best_squares_partition(
                rows, options_.component_count, rounding_start_count, random_, control_.stop);
            partition = polished_partition(points_, std::move(partition.labels),
                                           options_.component_count, control_.stop);
            if (partition.objective < best.objective)
                best = std::move(partition);
        }
    }

    const MatrixXd& points_;
    const SdpOptions& options_;
    const FitControl& control_;
    double total_;
    RandomStream random_;
};

}  // namespace

std::string_view to_string(SdpMethod method) noexcept {
    return method == SdpMethod::peng_wei ? "peng-wei" : "low-rank";
}

SdpMethod sdp_method_from(std::string_view name) {
    if (name == "peng-wei")
        return SdpMethod::peng_wei;
    if (name == "low-rank")
        return SdpMethod::low_rank;
    throw InvalidArgument("'" + std::string(name) +
                          "' is not a method; the choices are peng-wei and low-rank.");
}

std::string_view to_string(SdpCertificate certificate) noexcept {
    switch (certificate) {
        case SdpCertificate::proved:
            return "proved";
        case SdpCertificate::gap:
            return "gap";
        case SdpCertificate::none:
            break;
    }
    return "none";
}

SdpCertificate sdp_certificate_from(std::string_view name) {
    for (const SdpCertificate certificate :
         {SdpCertificate::proved, SdpCertificate::gap, SdpCertificate::none})
        if (to_string(certificate) == name)
            return certificate;
    throw InvalidArgument("'" + std::string(name) +
                          "' is not a certificate; the choices are proved, gap and none.");
}

SdpFit fit_sdp(const MatrixRef& observations, const SdpOptions& options,
               const FitControl& control) {
    check_options(options);
    check_observations(observations, options);
    const int distinct = distinct_row_count(observations, options.component_count + 1);
    if (distinct < options.component_count)
        throw InvalidArgument(
            "There are only " + std::to_string(distinct) + " distinct observations for " +
            std::to_string(options.component_count) + " clusters. Use fewer components.");
    const ScaledPoints scaled = scaled_points(observations);
    SdpRun run(scaled.points, options, control);
    run.find_first_partition();
    try {
        if (run.solve_trivial(distinct == options.component_count))
            run.status = FitStatus::converged;
        else if (options.method == SdpMethod::peng_wei)
            run.solve_peng_wei_form();
        else
            run.solve_low_rank_form();
    } catch (const Cancelled&) {
        run.status = FitStatus::cancelled;
        run.lower_bound.reset();
    }

    SdpFit fit;
    fit.classification = renumbered(std::move(run.best.labels), options.component_count);
    fit.means = cluster_means(scaled.points, fit.classification, options.component_count)
                    .unaryExpr([&](double value) { return std::ldexp(value, scaled.exponent); })
                    .rowwise() +
                observations.colwise().mean();
    fit.objective = scaled.unscaled(run.best.objective);
    fit.kmeans_objective = scaled.unscaled(run.kmeans_objective);
    fit.relaxation_value = scaled.unscaled(run.relaxation_value);
    if (run.lower_bound) {
        fit.lower_bound = scaled.unscaled(*run.lower_bound);
        fit.relative_gap = run.relative_gap();
        fit.certificate = run.is_proved() ? SdpCertificate::proved : SdpCertificate::gap;
    }
    fit.status = run.status;
    fit.iterations = run.iterations;
    return fit;
}

}  // namespace mixtura
