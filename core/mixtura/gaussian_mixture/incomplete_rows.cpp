// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/incomplete_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/gaussian_mixture/moment_sums.h"
#include "mixtura/gaussian_mixture/partition_statistics.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Shape = GaussianParameters::Shape;

constexpr double log_two_pi = 1.8378770664093454835606594728112;
/// Groups are summed in so many parts: a constant, so that threads change no bit.
constexpr std::size_t part_count = 16;
/// Steps of EM that fill the rows for a start.
constexpr int filling_steps = 20;
/// Added to the variances there, relative: a direction may have no spread.
constexpr double filling_ridge = 1e-6;

MatrixXd covariance_of(const GaussianParameters& parameters, Index k) {
    const MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
    if (parameters.shape == Shape::diagonal)
        return factor.col(0).cwiseAbs2().asDiagonal();
    const MatrixXd lower = factor.triangularView<Eigen::Lower>();
    return lower * lower.transpose();
}

void check_shape(const GaussianMixture& model, const MatrixRef& observations) {
    if (observations.cols() != model.feature_count())
        throw InvalidArgument("The model has " + std::to_string(model.feature_count()) +
                              " features; the data have " + std::to_string(observations.cols()) +
                              ".");
    if (model.tails())
        throw InvalidArgument("Missing values are filled for Gaussian components alone.");
    if ((observations.array().isInf()).any())
        throw InvalidArgument("The observations hold an infinite value.");
}

/// Available-case mean and variance of every feature.
GaussianParameters one_component(const MatrixRef& observations, const VectorRef& weights) {
    const Index d = observations.cols();
    GaussianParameters parameters;
    parameters.mixing_weights = VectorXd::Ones(1);
    parameters.means.resize(1, d);
    MatrixXd factor = MatrixXd::Zero(d, d);
    for (Index j = 0; j < d; ++j) {
        double mass = 0.0;
        double sum = 0.0;
        const auto each = [&](const auto& add) {
            for (Index i = 0; i < observations.rows(); ++i) {
                const double weight = weights.size() > 0 ? weights[i] : 1.0;
                if (weight > 0.0 && !std::isnan(observations(i, j)))
                    add(weight, observations(i, j));
            }
        };
        each([&](double weight, double value) {
            mass += weight;
            sum += weight * value;
        });
        if (!(mass > 0.0)) {
            DataLocation location;
            location.column = j + 1;
            throw DataError(
                "Feature " + std::to_string(j + 1) + " has no value in any row. Leave it out.",
                location);
        }
        const double mean = sum / mass;
        double squares = 0.0;
        each([&](double weight, double value) {
            squares += weight * (value - mean) * (value - mean);
        });
        parameters.means(0, j) = mean;
        factor(j, j) = squares > 0.0 ? std::sqrt(squares / mass) : 1.0;
    }
    parameters.covariance_factors = {std::move(factor)};
    return parameters;
}

}  // namespace

/// Parameters with the covariances that the patterns take their blocks from.
struct IncompleteRows::Model {
    explicit Model(const GaussianParameters& given) : parameters(given) {
        for (Index k = 0; k < component_count(); ++k)
            covariances.push_back(covariance_of(given, k));
    }
    [[nodiscard]] Index component_count() const { return parameters.mixing_weights.size(); }

    const GaussianParameters& parameters;
    std::vector<MatrixXd> covariances;  ///< K of d x d
};

/// The missing values of a pattern given the observed ones and the component.
struct IncompleteRows::Conditional {
    /// @throw NumericalError  the covariance of the observed features is not positive definite
    Conditional(const Pattern& pattern, const Model& model, Index component);

    MatrixXd factor;      ///< lower Cholesky factor of Sigma_oo
    MatrixXd regression;  ///< B, |m| x |o|
    MatrixXd covariance;  ///< Sigma_mm - B Sigma_om
    double log_constant;  ///< log pi_k - |o|/2 log 2 pi - 1/2 log |Sigma_oo|
};

/// Of the rows of a pattern, under all components.
struct IncompleteRows::Expectation {
    std::vector<Conditional> conditionals;  ///< K
    std::vector<MatrixXd> deviations;       ///< K of |o| x rows, x_o - mu_o
    VectorXd log_densities;                 ///< rows
    MatrixXd responsibilities;              ///< rows x K
};

IncompleteRows::IncompleteRows(const MatrixRef& rows, const VectorRef& weights,
                               std::stop_token stop)
    : rows_(rows), weights_(weights), stop_(std::move(stop)) {
    std::map<std::vector<bool>, std::size_t> known;
    for (Index i = 0; i < rows_.rows(); ++i) {
        std::vector<bool> is_missing(static_cast<std::size_t>(rows_.cols()));
        for (Index j = 0; j < rows_.cols(); ++j)
            is_missing[static_cast<std::size_t>(j)] = std::isnan(rows_(i, j));
        const auto [found, is_new] = known.emplace(is_missing, patterns_.size());
        if (is_new) {
            Pattern& pattern = patterns_.emplace_back();
            for (Index j = 0; j < rows_.cols(); ++j)
                (is_missing[static_cast<std::size_t>(j)] ? pattern.missing : pattern.observed)
                    .push_back(j);
        }
        patterns_[found->second].rows.push_back(i);
    }
}

IncompleteRows::Conditional::Conditional(const Pattern& pattern, const Model& model,
                                         Index component) {
    const MatrixXd& all = model.covariances[static_cast<std::size_t>(component)];
    const auto& o = pattern.observed;
    const auto& m = pattern.missing;
    factor = all(o, o);
    if (!o.empty() && !cholesky_in_place(factor))
        throw NumericalError("The covariance of observed features of component " +
                             std::to_string(component + 1) + " is not positive definite.");
    const MatrixXd half = factor.triangularView<Eigen::Lower>().solve(MatrixXd(all(o, m)));
    regression = factor.transpose().triangularView<Eigen::Upper>().solve(half).transpose();
    covariance = all(m, m) - half.transpose() * half;
    log_constant = std::log(model.parameters.mixing_weights[component]) -
                   0.5 * static_cast<double>(o.size()) * log_two_pi -
                   factor.diagonal().array().log().sum();
}

IncompleteRows::Expectation IncompleteRows::expectation(const Pattern& pattern,
                                                        const Model& model) const {
    const MatrixXd observed = rows_(pattern.rows, pattern.observed).transpose();
    Expectation result;
    result.responsibilities.resize(observed.cols(), model.component_count());
    for (Index k = 0; k < model.component_count(); ++k) {
        const Conditional& conditional = result.conditionals.emplace_back(pattern, model, k);
        const VectorXd mean = model.parameters.means.row(k)(pattern.observed).transpose();
        const MatrixXd& deviations = result.deviations.emplace_back(observed.colwise() - mean);
        const MatrixXd whitened =
            conditional.factor.triangularView<Eigen::Lower>().solve(deviations);
        result.responsibilities.col(k) =
            (conditional.log_constant - 0.5 * whitened.colwise().squaredNorm().array()).transpose();
    }
    const VectorXd largest = result.responsibilities.rowwise().maxCoeff();
    result.responsibilities =
        (result.responsibilities.colwise() - largest).array().exp().matrix().eval();
    const VectorXd sums = result.responsibilities.rowwise().sum();
    result.responsibilities.array().colwise() /= sums.array();
    result.log_densities = largest.array() + sums.array().log();
    return result;
}

void IncompleteRows::add_pattern(const Pattern& pattern, const Model& model,
                                 GaussianStatistics& sums) const {
    const Expectation expected = expectation(pattern, model);
    const VectorXd weights = weights_.size() > 0
                                 ? VectorXd(weights_(pattern.rows))
                                 : VectorXd::Ones(static_cast<Index>(pattern.rows.size()));
    const Index d = rows_.cols();
    GaussianStatistics of_pattern{
        .log_likelihood = 0.0,
        .masses = expected.responsibilities.transpose() * weights,
        .means = model.parameters.means,
        .scatters = std::vector<MatrixXd>(static_cast<std::size_t>(model.component_count()))};
    for (Index k = 0; k < model.component_count(); ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double mass = of_pattern.masses[k];
        if (!(mass > 0.0))
            continue;
        const Conditional& conditional = expected.conditionals[at];
        const VectorXd shares = expected.responsibilities.col(k).cwiseProduct(weights);
        // Expected deviations from the mean are A y with A = [I; B] and y the observed ones.
        MatrixXd expansion = MatrixXd::Zero(d, static_cast<Index>(pattern.observed.size()));
        for (std::size_t o = 0; o < pattern.observed.size(); ++o)
            expansion(pattern.observed[o], static_cast<Index>(o)) = 1.0;
        expansion(pattern.missing, Eigen::all) = conditional.regression;
        const MatrixXd& y = expected.deviations[at];
        const VectorXd centre = y * shares / mass;
        const MatrixXd centred = y.colwise() - centre;
        const MatrixXd observed_scatter = centred * shares.asDiagonal() * centred.transpose();
        MatrixXd& scatter = of_pattern.scatters[at];
        scatter = expansion * observed_scatter * expansion.transpose();
        scatter(pattern.missing, pattern.missing) += mass * conditional.covariance;
        of_pattern.means.row(k) += (expansion * centre).transpose();
    }
    sums.log_likelihood += weights.dot(expected.log_densities);
    add_moments(sums, of_pattern);
}

GaussianStatistics IncompleteRows::statistics(const GaussianParameters& parameters) const {
    const Model model(parameters);
    std::array<GaussianStatistics, part_count> parts;
    const auto sum_part = [&](std::size_t part) {
        parts[part] = no_statistics(model.component_count(), rows_.cols(), parameters.shape);
        for (std::size_t p = part; p < patterns_.size(); p += part_count) {
            if (stop_.stop_requested())
                throw compute::Cancelled{};
            add_pattern(patterns_[p], model, parts[part]);
        }
    };
    // A thread that waits here must not begin another fit.
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, part_count, sum_part); });
    GaussianStatistics total = std::move(parts.front());
    for (std::size_t part = 1; part < part_count; ++part) {
        total.log_likelihood += parts[part].log_likelihood;
        add_moments(total, parts[part]);
    }
    return total;
}

void IncompleteRows::score(const GaussianParameters& parameters, VectorXd& log_densities,
                           MatrixXd& responsibilities) const {
    const Model model(parameters);
    log_densities.resize(rows_.rows());
    responsibilities.resize(rows_.rows(), model.component_count());
    for (const Pattern& pattern : patterns_) {
        const Expectation expected = expectation(pattern, model);
        log_densities(pattern.rows) = expected.log_densities;
        responsibilities(pattern.rows, Eigen::all) = expected.responsibilities;
    }
}

MatrixXd IncompleteRows::imputed(const GaussianParameters& parameters) const {
    const Model model(parameters);
    MatrixXd filled = rows_;
    for (const Pattern& pattern : patterns_) {
        const Expectation expected = expectation(pattern, model);
        MatrixXd values = MatrixXd::Zero(static_cast<Index>(pattern.rows.size()),
                                         static_cast<Index>(pattern.missing.size()));
        for (Index k = 0; k < model.component_count(); ++k) {
            const auto at = static_cast<std::size_t>(k);
            MatrixXd of_component =
                (expected.conditionals[at].regression * expected.deviations[at]).transpose();
            of_component.rowwise() += Eigen::RowVectorXd(parameters.means.row(k)(pattern.missing));
            values += expected.responsibilities.col(k).asDiagonal() * of_component;
        }
        filled(pattern.rows, pattern.missing) = values;
    }
    return filled;
}

RowsByCompleteness rows_by_completeness(const MatrixRef& observations) {
    RowsByCompleteness rows;
    for (Index i = 0; i < observations.rows(); ++i)
        (observations.row(i).hasNaN() ? rows.incomplete : rows.complete).push_back(i);
    return rows;
}

MatrixXd filled_rows(const MatrixRef& observations, const VectorRef& weights,
                     const std::stop_token& stop) {
    const RowsByCompleteness rows = rows_by_completeness(observations);
    GaussianParameters parameters = one_component(observations, weights);
    const auto weights_at = [&](const std::vector<Index>& at) {
        return weights.size() > 0 ? VectorXd(weights(at)) : VectorXd();
    };
    const IncompleteRows incomplete(observations(rows.incomplete, Eigen::all),
                                    weights_at(rows.incomplete), stop);
    const GaussianStatistics complete =
        partition_statistics(observations(rows.complete, Eigen::all), weights_at(rows.complete),
                             std::vector<std::int32_t>(rows.complete.size(), 0), 1, Shape::full);
    const VectorXd variances = parameters.covariance_factors[0].diagonal().cwiseAbs2();
    for (int step = 0; step < filling_steps; ++step) {
        GaussianStatistics all = incomplete.statistics(parameters);
        add_moments(all, complete);
        MatrixXd covariance = all.scatters[0] / all.masses[0];
        covariance.diagonal() += filling_ridge * variances;
        if (!cholesky_in_place(covariance))
            break;
        parameters.means = all.means;
        parameters.covariance_factors[0] = std::move(covariance);
    }
    MatrixXd filled = observations;
    filled(rows.incomplete, Eigen::all) = incomplete.imputed(parameters);
    return filled;
}

Scores score_observed(const GaussianMixture& model, const MatrixRef& observations,
                      const FitControl& control) {
    const RowsByCompleteness rows = rows_by_completeness(observations);
    if (rows.incomplete.empty())
        return score(model, observations, control);
    check_shape(model, observations);
    Scores scores;
    const Index n = observations.rows();
    scores.log_densities.resize(n);
    scores.responsibilities.resize(n, model.component_count());
    if (!rows.complete.empty()) {
        const Scores complete = score(model, observations(rows.complete, Eigen::all), control);
        scores.log_densities(rows.complete) = complete.log_densities;
        scores.responsibilities(rows.complete, Eigen::all) = complete.responsibilities;
    }
    VectorXd log_densities;
    MatrixXd responsibilities;
    IncompleteRows(observations(rows.incomplete, Eigen::all), VectorXd(), control.stop)
        .score(model.pass_parameters(), log_densities, responsibilities);
    scores.log_densities(rows.incomplete) = log_densities;
    scores.responsibilities(rows.incomplete, Eigen::all) = responsibilities;
    scores.log_likelihood = scores.log_densities.sum();
    classify(scores);
    return scores;
}

MatrixXd imputed_rows(const GaussianMixture& model, const MatrixRef& observations) {
    check_shape(model, observations);
    const RowsByCompleteness rows = rows_by_completeness(observations);
    MatrixXd filled = observations;
    filled(rows.incomplete, Eigen::all) =
        IncompleteRows(observations(rows.incomplete, Eigen::all), VectorXd(), {})
            .imputed(model.pass_parameters());
    return filled;
}

}  // namespace mixtura
