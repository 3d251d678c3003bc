// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Cholesky>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/incremental/incremental_mixture.h"

namespace mixtura {

/// A Gaussian mixture by its precisions.
struct PrecisionMixture {
    Eigen::VectorXd mixing_weights;           ///< K
    Eigen::MatrixXd means;                    ///< K x d
    std::vector<Eigen::MatrixXd> precisions;  ///< K of d x d
    Eigen::VectorXd log_dets;                 ///< K, of the covariances
};
PrecisionMixture precision_mixture(const IncrementalMixture& mixture);
/// @throw InvalidArgument  the components are not Gaussian
PrecisionMixture precision_mixture(const GaussianMixture& mixture);

/// What a mixture says of some features where others are given: again a Gaussian mixture.
struct ConditionalPrediction {
    double log_density = 0.0;          ///< log p(given), nats
    Eigen::VectorXd weights;           ///< K, sum 1: how much each component has to say
    Eigen::MatrixXd branch_means;      ///< K x t
    Eigen::MatrixXd branch_variances;  ///< K x t
    Eigen::VectorXd mean;              ///< t
    Eigen::MatrixXd covariance;        ///< t x t
};

/// log p(given) and the mixture of the wanted features given others, by blocks of the precisions: only
/// the block of what is not given is inverted, and only once.
class ConditionalMixture {
  public:
    /// @param given   features whose values are known, 0-based, distinct; may be empty
    /// @param wanted  features to predict, not among `given`; all others are integrated out
    /// @throw InvalidArgument  an index out of range or named twice, nothing wanted
    ConditionalMixture(const PrecisionMixture& mixture, std::vector<Eigen::Index> given,
                       std::vector<Eigen::Index> wanted);

    /// @param values  of the features `given`, in their order, finite
    /// @throw InvalidArgument  wrong size, not finite
    [[nodiscard]] ConditionalPrediction predict(const VectorRef& values) const;

  private:
    struct Branch {
        double log_weight = 0.0;  ///< log pi - 1/2 (g log 2 pi + log |C_given|)
        Eigen::VectorXd given_mean;
        Eigen::VectorXd wanted_mean;
        Eigen::MatrixXd gain;               ///< t x g: mean = wanted_mean - gain (x - given_mean)
        Eigen::MatrixXd marginal_factor;    ///< lower, of the precision of the given features
        Eigen::MatrixXd wanted_covariance;  ///< t x t
    };
    std::vector<Eigen::Index> given_;
    std::vector<Branch> branches_;
};

/// The same for the row that `mixture` last looked at, which must be complete: what it would have
/// predicted of the features `wanted` from the others. By the identity x_w - (C^-1_ww)^-1 y_w with
/// y = C^-1 (x - mu), which costs no second pass.
ConditionalPrediction predict_of_others(const IncrementalMixture& mixture, const VectorRef& x,
                                        const std::vector<Eigen::Index>& wanted);

/// The value that the wanted feature number `wanted` stays below with `probability` in (0, 1).
double conditional_quantile(const ConditionalPrediction& prediction, Eigen::Index wanted,
                            double probability);

/// Probabilities of classes from predicted indicators: clipped at zero and normalised; equal where
/// nothing is left.
Eigen::VectorXd class_probabilities(const VectorRef& indicators);

/// p(class | x) of a mixture whose components have classes, from log (pi_j p(x | j)).
/// @param component_classes  K, 0-based; -1 of no class: left out
Eigen::VectorXd class_probabilities(const VectorRef& log_terms,
                                    const std::vector<int>& component_classes, int class_count);

}  // namespace mixtura
