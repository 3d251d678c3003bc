// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/discriminant_subspace.h"

#include <cmath>
#include <utility>
#include <vector>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/interpretation/row_checks.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// An eigenvalue below this is rounding: along a direction of variance 1 those of M are of order 1.
constexpr double least_eigenvalue = 1e-10;

void check(const GaussianMixture& model, const MatrixRef& observations, double lambda,
           const VectorRef& weights) {
    if (!(lambda >= 0.0 && lambda <= 1.0))
        throw InvalidArgument("lambda is " + brief_text(lambda) + "; it must be from 0 to 1.");
    check_rows(model, observations, weights);
}

/// Covariance of the rows with divisor n (the sum of the weights).
Eigen::MatrixXd total_covariance(const MatrixRef& observations, const VectorRef& weights) {
    const Eigen::VectorXd shares =
        weights.size() > 0
            ? Eigen::VectorXd(weights / weights.sum())
            : Eigen::VectorXd::Constant(observations.rows(),
                                        1.0 / static_cast<double>(observations.rows()));
    const Eigen::RowVectorXd mean = shares.transpose() * observations;
    const Eigen::MatrixXd centred = observations.rowwise() - mean;
    return centred.transpose() * shares.asDiagonal() * centred;
}

/// M in features in which the data have covariance I.
Eigen::MatrixXd whitened_kernel(const GaussianMixture& model, const Eigen::RowVectorXd& centre,
                                const Eigen::MatrixXd& factor, double lambda) {
    const Index d = model.feature_count();
    const auto whitening = factor.triangularView<Eigen::Lower>();
    Eigen::MatrixXd between = Eigen::MatrixXd::Zero(d, d);
    Eigen::MatrixXd average = Eigen::MatrixXd::Zero(d, d);
    std::vector<Eigen::MatrixXd> covariances;
    for (Index k = 0; k < model.component_count(); ++k) {
        const double weight = model.mixing_weights()[k];
        const Eigen::VectorXd mean =
            whitening.solve((model.means().row(k) - centre).transpose().eval());
        const Eigen::MatrixXd half =
            whitening.solve(model.covariance_factors()[static_cast<std::size_t>(k)]);
        covariances.emplace_back(half * half.transpose());
        between += weight * mean * mean.transpose();
        average += weight * covariances.back();
    }
    Eigen::MatrixXd kernel = 2.0 * lambda * between * between;
    for (Index k = 0; k < model.component_count(); ++k) {
        const Eigen::MatrixXd difference = covariances[static_cast<std::size_t>(k)] - average;
        kernel += 2.0 * (1.0 - lambda) * model.mixing_weights()[k] * difference * difference;
    }
    return kernel;
}

GaussianMixture projected_mixture(const GaussianMixture& model, const Eigen::RowVectorXd& centre,
                                  const Eigen::MatrixXd& directions) {
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& factor : model.covariance_factors()) {
        const Eigen::MatrixXd half = directions.transpose() * factor;
        covariances.emplace_back(half * half.transpose());
    }
    return {model.mixing_weights(), (model.means().rowwise() - centre) * directions,
            std::move(covariances), CovarianceStructure::VVV, model.tails()};
}

}  // namespace

DiscriminantSubspace discriminant_subspace(const GaussianMixture& model,
                                           const MatrixRef& observations, double lambda,
                                           const VectorRef& weights) {
    check(model, observations, lambda, weights);
    Eigen::MatrixXd factor = total_covariance(observations, weights);
    const Eigen::VectorXd spread = factor.diagonal().cwiseSqrt();
    if (!cholesky_in_place(factor))
        throw NumericalError(
            "The covariance of the data is singular, so there is no discriminant subspace: leave "
            "out a feature that the others determine, or add rows.");
    const Eigen::RowVectorXd centre = model.mixing_weights().transpose() * model.means();
    const SymmetricEigen eigen = symmetric_eigen(whitened_kernel(model, centre, factor, lambda));
    const Index count = (eigen.values.array() > least_eigenvalue).count();
    if (count == 0)
        throw NumericalError(
            "The components do not differ in " +
            std::string(lambda < 1.0 ? "their means or covariances" : "their means") +
            ", so there is no discriminant subspace.");
    Eigen::MatrixXd directions =
        factor.transpose().triangularView<Eigen::Upper>().solve(eigen.vectors.leftCols(count));
    for (Index j = 0; j < count; ++j) {
        Index largest = 0;
        directions.col(j).cwiseProduct(spread).cwiseAbs().maxCoeff(&largest);
        if (directions(largest, j) < 0.0)
            directions.col(j) = -directions.col(j);
    }
    return {.eigenvalues = eigen.values.head(count),
            .directions = directions,
            .centre = centre,
            .projected = projected_mixture(model, centre, directions)};
}

Eigen::MatrixXd projected_rows(const DiscriminantSubspace& subspace,
                               const MatrixRef& observations) {
    return (observations.rowwise() - subspace.centre) * subspace.directions;
}

}  // namespace mixtura
