// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/variational/variational_posterior.h"

namespace mixtura::test {

/// A variational mixture by the textbook formulas: plain loops, explicit inverses and determinants,
/// digamma by its asymptotic series, the bound term by term of its ten expectations (Bishop 2006,
/// PRML, eqs. 10.71 to 10.77) and not by its value at the optimum.
struct NaivePosterior {
    Eigen::VectorXd masses;           ///< K
    Eigen::VectorXd concentrations;   ///< K, alpha or a
    Eigen::VectorXd remainders;       ///< K, b of a process
    Eigen::VectorXd mean_precisions;  ///< K
    Eigen::MatrixXd means;            ///< K x d
    Eigen::VectorXd degrees_of_freedom;
    std::vector<Eigen::MatrixXd> wisharts;  ///< K, W_k
};

/// @param responsibilities  n x K, rows sum to 1
NaivePosterior naive_update(const VariationalPrior& prior, const Eigen::MatrixXd& observations,
                            const Eigen::VectorXd& weights,
                            const Eigen::MatrixXd& responsibilities);
/// n x K.
Eigen::MatrixXd naive_responsibilities(const VariationalPrior& prior,
                                       const NaivePosterior& posterior,
                                       const Eigen::MatrixXd& observations);
/// Lower bound of any posterior with any responsibilities, nats.
double naive_lower_bound(const VariationalPrior& prior, const NaivePosterior& posterior,
                         const Eigen::MatrixXd& observations, const Eigen::VectorXd& weights,
                         const Eigen::MatrixXd& responsibilities);

/// log p(X) of one Gaussian component under the prior, as the product of the densities of each row
/// given those before it, which are Student-t.
double sequential_log_evidence(const VariationalPrior& prior, const Eigen::MatrixXd& observations);

/// n x K with a one in each row.
Eigen::MatrixXd indicators(const std::vector<std::int32_t>& partition, int component_count);

}  // namespace mixtura::test
