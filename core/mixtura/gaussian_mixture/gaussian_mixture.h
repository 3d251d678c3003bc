// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/covariance_form.h"
#include "mixtura/gaussian_mixture/covariance_structure.h"
#include "mixtura/gaussian_mixture/factor_decomposition.h"
#include "mixtura/gaussian_mixture/noise_component.h"
#include "mixtura/gaussian_mixture/student_tails.h"

namespace mixtura {

/// A Gaussian mixture p(x) = sum_k pi_k N(x; mu_k, Sigma_k), or with tails its relative of Student-t
/// components, of which Sigma_k are the scale matrices; or one of factor analysers, of which Sigma_k =
/// Lambda_k Lambda_k' + Psi_k. With noise, a part of the rows belongs to none of the components. A
/// value that cannot be invalid.
class GaussianMixture {
  public:
    /// @param mixing_weights  K, > 0, sum 1 within 1e-9 with that of the noise (then renormalised)
    /// @param means           K x d, finite
    /// @param covariances     K of d x d, symmetric within 1e-9 relative, positive definite
    /// @param tails           K degrees of freedom, finite and > 0; none: Gaussian components
    /// @param noise           in the same features, weight >= 0; none: every row has a component
    /// @throw InvalidArgument  names the component and what is wrong with it
    GaussianMixture(Eigen::VectorXd mixing_weights, Eigen::MatrixXd means,
                    std::vector<Eigen::MatrixXd> covariances,
                    CovarianceStructure structure = CovarianceStructure::VVV,
                    std::optional<StudentTails> tails = std::nullopt,
                    std::optional<NoiseComponent> noise = std::nullopt);
    /// A mixture of factor analysers.
    /// @param factors  K loadings and uniquenesses, see factor_decomposition.h
    /// @throw InvalidArgument  as above
    GaussianMixture(Eigen::VectorXd mixing_weights, Eigen::MatrixXd means,
                    FactorDecomposition factors);

    [[nodiscard]] int component_count() const noexcept;
    [[nodiscard]] int feature_count() const noexcept;
    /// What a row may belong to: the components, and with noise one more, the last.
    [[nodiscard]] int group_count() const noexcept { return component_count() + (noise_ ? 1 : 0); }
    /// VVV for factor analysers.
    [[nodiscard]] CovarianceStructure covariance_structure() const noexcept { return structure_; }
    /// The structure, or that of the factor analysers.
    [[nodiscard]] CovarianceForm covariance_form() const noexcept;
    [[nodiscard]] const Eigen::VectorXd& mixing_weights() const noexcept { return weights_; }
    [[nodiscard]] const Eigen::MatrixXd& means() const noexcept { return means_; }
    /// Of Student-t components the scale matrices.
    [[nodiscard]] const std::vector<Eigen::MatrixXd>& covariances() const noexcept {
        return covariances_;
    }
    /// None where the components are Gaussian.
    [[nodiscard]] const std::optional<StudentTails>& tails() const noexcept { return tails_; }
    /// None where the components are no factor analysers.
    [[nodiscard]] const std::optional<FactorDecomposition>& factors() const noexcept {
        return decomposition_;
    }
    /// None where every row has a component.
    [[nodiscard]] const std::optional<NoiseComponent>& noise() const noexcept { return noise_; }
    /// Lower Cholesky factors of the covariances.
    [[nodiscard]] const std::vector<Eigen::MatrixXd>& covariance_factors() const noexcept {
        return factors_;
    }
    /// Free parameters under the covariance form, those of the tails and of the noise included.
    [[nodiscard]] int parameter_count() const noexcept;
    /// The parameters in the form that passes over rows take.
    [[nodiscard]] compute::GaussianParameters pass_parameters() const;

  private:
    Eigen::VectorXd weights_;
    Eigen::MatrixXd means_;
    std::vector<Eigen::MatrixXd> covariances_;
    std::vector<Eigen::MatrixXd> factors_;
    CovarianceStructure structure_;
    std::optional<StudentTails> tails_;
    std::optional<FactorDecomposition> decomposition_;
    std::optional<NoiseComponent> noise_;
};

/// Squared Mahalanobis distance that a row of component `component` (0-based) stays below with
/// `probability` in [0, 1), in the plane or space of any `feature_count` of its features.
double squared_radius(const GaussianMixture& model, int component, double probability,
                      int feature_count);

/// The mixture of the components alone, their weights divided by their sum.
GaussianMixture without_noise(const GaussianMixture& model);
/// The mixture of the components in the order `order` (a permutation of 0..K-1).
GaussianMixture reordered(const GaussianMixture& model, const std::vector<int>& order);
/// Order by descending mixing weight, ties by the first mean coordinate: the order of every fit.
/// @param kept_count  so many first components, those that labels name, keep their places
std::vector<int> canonical_order(const GaussianMixture& model, int kept_count = 0);
/// Exact marginal of the components, without noise, over the given features, in the given order.
GaussianMixture marginal(const GaussianMixture& model, const std::vector<int>& features);

/// What a mixture says of each row.
struct Scores {
    double log_likelihood = 0.0;               ///< nats, sum of the log densities
    Eigen::VectorXd log_densities;             ///< n, nats
    Eigen::MatrixXd responsibilities;          ///< n x group_count(), rows sum to 1
    std::vector<std::int32_t> classification;  ///< n, most probable component, 0-based; K: noise
    Eigen::VectorXd uncertainty;               ///< n, 1 - largest responsibility
    bool has_noise = false;  ///< the last column of the responsibilities is that of the noise

    /// K
    [[nodiscard]] int component_count() const noexcept {
        return static_cast<int>(responsibilities.cols()) - (has_noise ? 1 : 0);
    }
    /// Whether the entry `group` of a classification means noise.
    [[nodiscard]] bool is_noise(std::int32_t group) const noexcept {
        return has_noise && group == component_count();
    }
    /// What `group` is called in tables: the component counted from 1, or 0 for noise.
    [[nodiscard]] std::int32_t number_of(std::int32_t group) const noexcept {
        return is_noise(group) ? 0 : group + 1;
    }
};
/// Classification and uncertainty from the responsibilities.
void classify(Scores& scores);
/// @param observations  n x d, finite. Time O(n K d^2). @throw InvalidArgument  wrong d, not finite
Scores score(const GaussianMixture& model, const MatrixRef& observations,
             const FitControl& control = {});

/// Draws with their components.
struct Sample {
    Eigen::MatrixXd observations;          ///< rows x d
    std::vector<std::int32_t> components;  ///< rows, 0-based
    std::int32_t noise_group = -1;         ///< the component that stands for noise; -1: none does

    /// The component of row `row` counted from 1, or 0 for noise.
    [[nodiscard]] std::int32_t number_of(std::size_t row) const noexcept {
        return components[row] == noise_group ? 0 : components[row] + 1;
    }
};
Sample sample(const GaussianMixture& model, std::int64_t rows, RandomStream& random);

}  // namespace mixtura
