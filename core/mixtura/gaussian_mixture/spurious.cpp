// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/spurious.h"

#include <algorithm>

#include "mixtura/common/brief_text.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

/// A component whose covariance, relative to the mean covariance of the mixture, has a smaller
/// eigenvalue is spurious.
constexpr double least_eigenvalue_ratio = 1e-6;
/// From so many rows a variance has a relative standard error below a half.
constexpr int rows_for_variance = 10;

}  // namespace

int rows_for_covariance(CovarianceStructure structure, int feature_count) {
    const bool is_shared = structure == CovarianceStructure::EII ||
                           structure == CovarianceStructure::EEI ||
                           structure == CovarianceStructure::EEE;
    if (is_shared)
        return 1;
    return is_diagonal(structure) ? std::min(feature_count + 1, rows_for_variance)
                                  : feature_count + 1;
}

std::string component_of(Eigen::Index k, Eigen::Index component_count) {
    return "component " + std::to_string(k + 1) + " of " + std::to_string(component_count);
}

std::string spurious_reason(const GaussianMixture& model, double weight_sum, int floors_applied,
                            bool has_prior) {
    if (floors_applied > 0) {
        return "The covariance floor holds " + std::to_string(floors_applied) +
               (floors_applied == 1 ? " eigenvalue" : " eigenvalues") +
               ": rows coincide or features depend on each other linearly. Try fewer components "
               "or a simpler covariance structure.";
    }
    const int component_count = model.component_count();
    if (component_count == 1)
        return {};
    const int least_mass =
        has_prior ? 1 : rows_for_covariance(model.covariance_structure(), model.feature_count());
    for (int k = 0; k < component_count; ++k) {
        const double mass = model.mixing_weights()[k] * weight_sum;
        if (mass < least_mass) {
            return "The mass of " + component_of(k, component_count) + " is " +
                   brief_text(mass, 3) +
                   (least_mass == 1 ? std::string(", less than one row")
                                    : ", less than the " + std::to_string(least_mass) +
                                          " rows that determine a covariance") +
                   ". Try fewer components.";
        }
    }
    Eigen::MatrixXd mean_factor =
        Eigen::MatrixXd::Zero(model.feature_count(), model.feature_count());
    for (int k = 0; k < component_count; ++k)
        mean_factor += model.mixing_weights()[k] * model.covariances()[static_cast<std::size_t>(k)];
    if (!cholesky_in_place(mean_factor))
        return "The mean covariance of the mixture is singular to rounding.";
    for (int k = 0; k < component_count; ++k) {
        // L^-1 Sigma_k L^-T with L L' the mean covariance: its spectrum has no unit.
        Eigen::MatrixXd relative = model.covariance_factors()[static_cast<std::size_t>(k)];
        mean_factor.triangularView<Eigen::Lower>().solveInPlace(relative);
        const double least = symmetric_eigen(relative * relative.transpose()).values.minCoeff();
        if (least < least_eigenvalue_ratio) {
            return "The covariance of " + component_of(k, component_count) +
                   " is nearly flat: its least eigenvalue is " + brief_text(least, 2) +
                   " of the mean covariance. Try fewer components or another start.";
        }
    }
    return {};
}

}  // namespace mixtura
