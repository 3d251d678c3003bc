// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/density_modes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <Eigen/Cholesky>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/component_falloff.h"
#include "mixtura/interpretation/row_checks.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/log_domain.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;

// All lengths are in the unit of each feature: its least standard deviation in any component.
constexpr double step_tolerance = 1e-12;  // a path ends at a shorter step ...
constexpr double rounding_steps = 8.0;    // ... or at so many units in the last place
constexpr double newton_distance = 1e-3;  // Newton steps begin at steps shorter than this
constexpr double same_mode_distance = 1e-6;
constexpr double saddle_step = 1e-2;
constexpr int step_limit = 20000;
constexpr int saddle_limit = 20;

/// log p(x) and its derivatives, in units of each feature.
struct Local {
    double log_density = 0.0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd hessian;
    Eigen::VectorXd mean_shift;  ///< the step of the fixed point iteration
};

/// A mixture in features divided by their units.
class ScaledMixture {
  public:
    explicit ScaledMixture(const GaussianMixture& model) : units_(model.feature_count()) {
        const Index d = model.feature_count();
        units_.setConstant(std::numeric_limits<double>::infinity());
        for (const Eigen::MatrixXd& covariance : model.covariances())
            units_ = units_.cwiseMin(covariance.diagonal().cwiseSqrt());
        means_ = model.means() * units_.cwiseInverse().asDiagonal();
        for (Index k = 0; k < model.component_count(); ++k) {
            const Eigen::MatrixXd& factor = model.covariance_factors()[static_cast<std::size_t>(k)];
            const Eigen::MatrixXd scaled = units_.cwiseInverse().asDiagonal() * factor;
            // P = L'^-1 L^-1 from the inverse factor: exactly symmetric.
            const Eigen::MatrixXd whitening =
                scaled.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(d, d));
            precisions_.emplace_back(whitening.transpose() * whitening);
            falloffs_.emplace_back(model, static_cast<int>(k), static_cast<int>(d));
            log_scales_.push_back(std::log(model.mixing_weights()[k]) -
                                  half_log_determinant(factor) + falloffs_.back().log_centre());
        }
    }

    [[nodiscard]] const Eigen::VectorXd& units() const noexcept { return units_; }

    [[nodiscard]] double log_density(const Eigen::VectorXd& x) const {
        Eigen::VectorXd terms(means_.rows());
        for (Index k = 0; k < means_.rows(); ++k) terms[k] = log_term(x, k);
        return log_sum_exp(terms);
    }

    [[nodiscard]] Local at(const Eigen::VectorXd& x) const {
        const Index d = x.size();
        Eigen::VectorXd terms(means_.rows());
        for (Index k = 0; k < means_.rows(); ++k) terms[k] = log_term(x, k);
        Local local{log_sum_exp(terms), Eigen::VectorXd::Zero(d), Eigen::MatrixXd::Zero(d, d), {}};
        Eigen::MatrixXd precision = Eigen::MatrixXd::Zero(d, d);
        for (Index k = 0; k < means_.rows(); ++k) {
            const double responsibility = std::exp(terms[k] - local.log_density);
            const Eigen::MatrixXd& own = precisions_[static_cast<std::size_t>(k)];
            // The gradient of log p_k is u P (mu - x), and its derivative
            // -u P - 2 du/dD P (x - mu) (x - mu)' P.
            const Eigen::VectorXd towards = means_.row(k).transpose() - x;
            const Eigen::VectorXd pull = own * towards;
            const ComponentFalloff& falloff = falloffs_[static_cast<std::size_t>(k)];
            const double square = pull.dot(towards);
            const double u = falloff.weight(square);
            local.gradient += responsibility * u * pull;
            local.hessian +=
                responsibility * (u * u + falloff.weight_fall(square)) * (pull * pull.transpose());
            precision += responsibility * u * own;
        }
        local.hessian -= precision + local.gradient * local.gradient.transpose();
        local.mean_shift = precision.llt().solve(local.gradient);
        return local;
    }

  private:
    [[nodiscard]] double log_term(const Eigen::VectorXd& x, Index k) const {
        const Eigen::VectorXd distance = x - means_.row(k).transpose();
        const auto at = static_cast<std::size_t>(k);
        return log_scales_[at] - falloffs_[at].at(distance.dot(precisions_[at] * distance));
    }

    Eigen::VectorXd units_;
    Eigen::MatrixXd means_;
    std::vector<Eigen::MatrixXd> precisions_;
    std::vector<double> log_scales_;
    std::vector<ComponentFalloff> falloffs_;
};

double length_of(const Eigen::VectorXd& step) {
    return step.cwiseAbs().maxCoeff();
}

/// The Newton step where the density is curved downwards all around.
Eigen::VectorXd step_from(const Local& local) {
    if (length_of(local.mean_shift) < newton_distance) {
        const Eigen::LLT<Eigen::MatrixXd> factorisation(-local.hessian);
        if (factorisation.info() == Eigen::Success) {
            Eigen::VectorXd newton = factorisation.solve(local.gradient);
            if (length_of(newton) < newton_distance)
                return newton;
        }
    }
    return local.mean_shift;
}

/// Climbs from `x` until the density is level.
void climb_to_level(const ScaledMixture& mixture, Eigen::VectorXd& x, const std::stop_token& stop) {
    constexpr double rounding = rounding_steps * std::numeric_limits<double>::epsilon();
    for (int iteration = 0; iteration < step_limit; ++iteration) {
        if (stop.stop_requested())
            throw Cancelled{};
        const Eigen::VectorXd step = step_from(mixture.at(x));
        x += step;
        if (length_of(step) <= std::max(step_tolerance, rounding * x.cwiseAbs().maxCoeff()))
            return;
    }
}

/// Leaves a saddle on its higher side. @return false at a maximum
bool leave_saddle(const ScaledMixture& mixture, Eigen::VectorXd& x) {
    const Local local = mixture.at(x);
    const SymmetricEigen curvature = symmetric_eigen(local.hessian);
    if (!(curvature.values[0] > 0.0))
        return false;
    const Eigen::VectorXd there = x + saddle_step * curvature.vectors.col(0);
    const Eigen::VectorXd back = x - saddle_step * curvature.vectors.col(0);
    const double density_there = mixture.log_density(there);
    const double density_back = mixture.log_density(back);
    if (std::max(density_there, density_back) <= local.log_density)
        return false;
    x = density_there >= density_back ? there : back;
    return true;
}

/// The maximum above `x`.
Eigen::VectorXd climb(const ScaledMixture& mixture, Eigen::VectorXd x,
                      const std::stop_token& stop) {
    climb_to_level(mixture, x, stop);
    for (int saddle = 0; saddle < saddle_limit && leave_saddle(mixture, x); ++saddle)
        climb_to_level(mixture, x, stop);
    return x;
}

/// Index of the mode nearer than the distance of equal modes, or -1.
int known_mode(const std::vector<Eigen::VectorXd>& modes, const Eigen::VectorXd& x) {
    for (std::size_t m = 0; m < modes.size(); ++m) {
        if (length_of(modes[m] - x) <= same_mode_distance * std::max(1.0, length_of(x)))
            return static_cast<int>(m);
    }
    return -1;
}

/// Index of the mode that is `x`, put behind the others where it is new.
int mode_of(std::vector<Eigen::VectorXd>& modes, const Eigen::VectorXd& x) {
    const int known = known_mode(modes, x);
    if (known >= 0)
        return known;
    modes.push_back(x);
    return static_cast<int>(modes.size()) - 1;
}

/// Ends of the paths from the rows of `starts`, in the mixture's scaled features.
std::vector<Eigen::VectorXd> climb_all(const ScaledMixture& mixture, const MatrixRef& starts,
                                       const FitControl& control) {
    std::vector<Eigen::VectorXd> ends(static_cast<std::size_t>(starts.rows()));
    // More threads than cores would gain nothing, and TBB would print a warning.
    const int cores = tbb::info::default_concurrency();
    tbb::task_arena arena(control.thread_count > 0 ? std::min(control.thread_count, cores) : cores);
    arena.execute([&] {
        tbb::parallel_for(Index{0}, starts.rows(), [&](Index i) {
            ends[static_cast<std::size_t>(i)] = climb(
                mixture, starts.row(i).transpose().cwiseQuotient(mixture.units()), control.stop);
        });
    });
    return ends;
}

Eigen::MatrixXd in_own_units(const std::vector<Eigen::VectorXd>& modes,
                             const Eigen::VectorXd& units) {
    Eigen::MatrixXd result(static_cast<Index>(modes.size()), units.size());
    for (std::size_t m = 0; m < modes.size(); ++m)
        result.row(static_cast<Index>(m)) = modes[m].cwiseProduct(units).transpose();
    return result;
}

}  // namespace

DensityModes density_modes(const GaussianMixture& model, const DensityModesOptions& options,
                           const FitControl& control) {
    if (options.random_start_count < 0 || options.random_start_count > random_start_count_limit)
        throw InvalidArgument(
            "random_start_count is " + std::to_string(options.random_start_count) +
            "; it must be from 0 to " + std::to_string(random_start_count_limit) + ".");
    const ScaledMixture mixture(model);
    const Index component_count = model.component_count();
    const Index random_count = model.feature_count() > 1 ? options.random_start_count : 0;
    RandomStream random(options.seed);
    Eigen::MatrixXd starts(component_count + random_count, model.feature_count());
    starts.topRows(component_count) = model.means();
    starts.bottomRows(random_count) = sample(model, random_count, random).observations;

    std::vector<Eigen::VectorXd> found;
    std::vector<int> mode_of_start;
    for (const Eigen::VectorXd& end : climb_all(mixture, starts, control))
        mode_of_start.push_back(mode_of(found, end));

    std::vector<int> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::vector<double> log_densities;
    log_densities.reserve(found.size());
    for (const Eigen::VectorXd& mode : found) log_densities.push_back(mixture.log_density(mode));
    std::ranges::stable_sort(order, std::greater{},
                             [&](int m) { return log_densities[static_cast<std::size_t>(m)]; });
    DensityModes modes;
    modes.modes = in_own_units(found, mixture.units())(order, Eigen::all);
    modes.log_densities.resize(static_cast<Index>(found.size()));
    std::vector<int> place(found.size());
    for (std::size_t m = 0; m < order.size(); ++m) {
        const auto from = static_cast<std::size_t>(order[m]);
        modes.log_densities[static_cast<Index>(m)] = log_densities[from];
        place[from] = static_cast<int>(m);
    }
    for (Index k = 0; k < component_count; ++k)
        modes.component_mode.push_back(
            place[static_cast<std::size_t>(mode_of_start[static_cast<std::size_t>(k)])]);
    return modes;
}

ModalClustering modal_clustering(const GaussianMixture& model, const DensityModes& modes,
                                 const MatrixRef& observations, const FitControl& control) {
    check_rows(model, observations);
    const ScaledMixture mixture(model);
    std::vector<Eigen::VectorXd> found;
    for (Index m = 0; m < modes.modes.rows(); ++m)
        found.emplace_back(modes.modes.row(m).transpose().cwiseQuotient(mixture.units()));
    ModalClustering result{modes, {}};
    for (const Eigen::VectorXd& end : climb_all(mixture, observations, control))
        result.classification.push_back(mode_of(found, end));
    result.modes.modes = in_own_units(found, mixture.units());
    result.modes.log_densities.resize(static_cast<Index>(found.size()));
    for (std::size_t m = 0; m < found.size(); ++m)
        result.modes.log_densities[static_cast<Index>(m)] = mixture.log_density(found[m]);
    return result;
}

}  // namespace mixtura
