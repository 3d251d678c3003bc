// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/incremental_component.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Cholesky>

#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double shrinkage_floor = 1e-3;

RankOneChange pending_change(const IncrementalComponent& component) noexcept {
    return {.scale = component.pending_scale,
            .coefficient = component.pending_coefficient,
            .vector = component.pending_vector.data()};
}

/// Lower Cholesky factor of `matrix`, with up to 1e-6 of its mean diagonal added where it has none.
/// @return false if that does not help
bool factorise(MatrixXd& matrix, bool& is_repaired) {
    MatrixXd factor = matrix;
    if (cholesky_in_place(factor)) {
        matrix = std::move(factor);
        return true;
    }
    is_repaired = true;
    const double mean = matrix.diagonal().mean();
    if (!(mean > 0.0) || !std::isfinite(mean))
        return false;
    for (double jitter = 1e-12; jitter < 2e-6; jitter *= 10.0) {
        factor = matrix;
        factor.diagonal().array() += jitter * mean;
        if (cholesky_in_place(factor)) {
            matrix = std::move(factor);
            return true;
        }
    }
    return false;
}

/// (L L')^-1, exactly symmetric.
MatrixXd inverse_of_factor(const MatrixXd& factor) {
    MatrixXd inverse = MatrixXd::Identity(factor.rows(), factor.cols());
    factor.triangularView<Eigen::Lower>().solveInPlace(inverse);
    MatrixXd result(factor.rows(), factor.cols());
    result.setZero();
    result.selfadjointView<Eigen::Lower>().rankUpdate(inverse.transpose());
    result.triangularView<Eigen::StrictlyUpper>() = result.transpose();
    return result;
}

void reset_to_diagonal(IncrementalComponent& component) {
    const Index d = component.initial_variances.size();
    for (Index i = 0; i < d; ++i) {
        const double floor = 1e-9 * component.initial_variances[i];
        const double variance = component.variances[i];
        component.variances[i] =
            std::isfinite(variance) ? std::max(variance, floor) : component.initial_variances[i];
    }
    component.precision = TiledTriangle::from_diagonal(component.variances.cwiseInverse());
    component.log_det = component.variances.array().log().sum();
}

}  // namespace

IncrementalComponent component_at(const VectorRef& x, const VectorRef& initial_variances,
                                  double weight, double prior_strength) {
    IncrementalComponent component;
    component.mean = x;
    component.precision = TiledTriangle::from_diagonal(initial_variances.cwiseInverse());
    component.log_det = initial_variances.array().log().sum();
    component.mass = weight;
    component.covariance_mass = prior_strength;
    component.prior_mass = prior_strength;
    component.initial_variances = initial_variances;
    component.variances = initial_variances;
    component.pending_vector = VectorXd::Zero(x.size());
    return component;
}

void measure(IncrementalComponent& component, const VectorRef& x, ComponentDistance& distance) {
    distance.difference = x - component.mean;
    distance.image.resize(x.size());
    distance.log_det = component.log_det;
    if (component.has_pending)
        distance.squared = change_and_multiply(component.precision, pending_change(component),
                                               distance.difference.data(), distance.image.data());
    else
        distance.squared =
            multiply(component.precision, distance.difference.data(), distance.image.data());
    component.has_pending = false;
}

void apply_pending(IncrementalComponent& component) noexcept {
    if (component.has_pending)
        apply_change(component.precision, pending_change(component));
    component.has_pending = false;
}

MatrixXd precision_matrix(const IncrementalComponent& component) {
    TiledTriangle precision = component.precision;
    if (component.has_pending)
        apply_change(precision, pending_change(component));
    return precision.dense();
}

UpdateCoefficients exact_coefficients(double mass, double covariance_mass, double share) noexcept {
    UpdateCoefficients result;
    const double new_mass = mass + share;
    const double new_covariance_mass = covariance_mass + share;
    result.mean_step = share / new_mass;
    result.shrinkage = covariance_mass / new_covariance_mass;
    result.log_shrinkage = std::log1p(-share / new_covariance_mass);
    if (result.shrinkage < shrinkage_floor) {
        result.shrinkage = shrinkage_floor;
        result.log_shrinkage = std::log(shrinkage_floor);
    }
    result.rank_one = share * mass / (new_mass * covariance_mass);
    return result;
}

UpdateCoefficients published_coefficients(double mass, double share) noexcept {
    UpdateCoefficients result;
    const double omega = share / (mass + share);
    result.mean_step = omega;
    result.shrinkage = 1.0 - omega;
    result.log_shrinkage = std::log1p(-omega);
    result.rank_one = omega * (1.0 - 3.0 * omega + omega * omega) / (1.0 - omega);
    return result;
}

bool moves_component(double mass_after, double share, double squared_distance) noexcept {
    return share * (1.0 + squared_distance) >= negligible_step * mass_after;
}

void take_step(IncrementalComponent& component, ComponentDistance& distance,
               const UpdateCoefficients& coefficients) {
    const auto d = static_cast<double>(component.initial_variances.size());
    const double growth = coefficients.rank_one * distance.squared;
    component.mean += coefficients.mean_step * distance.difference;
    component.log_det += d * coefficients.log_shrinkage + std::log1p(growth);
    component.variances =
        coefficients.shrinkage *
        (component.variances.array() +
         coefficients.rank_one *
             distance.difference.head(component.variances.size()).array().square());
    apply_pending(component);
    component.has_pending = true;
    component.pending_scale = 1.0 / coefficients.shrinkage;
    component.pending_coefficient = coefficients.rank_one / (1.0 + growth);
    component.pending_vector.swap(distance.image);
}

bool learn(IncrementalComponent& component, ComponentDistance& distance, double share,
           UpdateRule rule) {
    bool is_definite = true;
    UpdateCoefficients coefficients =
        exact_coefficients(component.mass, component.covariance_mass, share);
    if (rule == UpdateRule::published) {
        const UpdateCoefficients published = published_coefficients(component.mass, share);
        is_definite = 1.0 + published.rank_one * distance.squared > 0.0;
        if (is_definite)
            coefficients = published;
    }
    component.mass += share;
    component.covariance_mass += share;
    if (moves_component(component.mass, share, distance.squared))
        take_step(component, distance, coefficients);
    return is_definite;
}

RefactorOutcome refactorise(IncrementalComponent& component, double prior_strength) {
    RefactorOutcome outcome;
    apply_pending(component);
    component.refactor_count = 0;
    const double log_det_before = component.log_det;
    MatrixXd factor = component.precision.dense();
    if (!factorise(factor, outcome.is_repaired)) {
        reset_to_diagonal(component);
        return outcome;
    }
    const double lost_prior = prior_strength - component.prior_mass;
    component.log_det = -2.0 * half_log_determinant(factor);
    outcome.log_det_change = component.log_det - log_det_before;
    if (lost_prior <= 0.0 && !outcome.is_repaired) {
        // The diagonal of C is kept by a recursion of its own; here it is the inverse's.
        return outcome;
    }
    MatrixXd covariance = inverse_of_factor(factor);
    if (lost_prior > 0.0) {
        const double total = component.covariance_mass + lost_prior;
        covariance *= component.covariance_mass / total;
        covariance.diagonal() += lost_prior / total * component.initial_variances;
        component.covariance_mass = total;
        component.prior_mass = prior_strength;
    }
    component.variances = covariance.diagonal();
    factor = covariance;
    if (!factorise(factor, outcome.is_repaired)) {
        reset_to_diagonal(component);
        return outcome;
    }
    component.log_det = 2.0 * half_log_determinant(factor);
    component.precision = TiledTriangle(inverse_of_factor(factor));
    return outcome;
}

MatrixXd covariance_matrix(const IncrementalComponent& component) {
    MatrixXd factor = precision_matrix(component);
    bool is_repaired = false;
    if (!factorise(factor, is_repaired))
        return component.variances.asDiagonal();
    return inverse_of_factor(factor);
}

void set_covariance(IncrementalComponent& component, const MatrixXd& covariance) {
    component.has_pending = false;
    component.refactor_count = 0;
    component.variances = covariance.diagonal();
    MatrixXd factor = covariance;
    bool is_repaired = false;
    if (!factorise(factor, is_repaired)) {
        reset_to_diagonal(component);
        return;
    }
    component.log_det = 2.0 * half_log_determinant(factor);
    component.precision = TiledTriangle(inverse_of_factor(factor));
}

}  // namespace mixtura
