// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/centre_arrangement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;

Eigen::MatrixXd pooled_covariance(const GaussianMixture& model) {
    Eigen::MatrixXd pooled = Eigen::MatrixXd::Zero(model.feature_count(), model.feature_count());
    for (Index k = 0; k < model.component_count(); ++k)
        pooled += model.mixing_weights()[k] * model.covariances()[static_cast<std::size_t>(k)];
    return pooled;
}

}  // namespace

CentreArrangement centre_arrangement(const GaussianMixture& model) {
    if (model.component_count() < 2)
        throw InvalidArgument(
            "The mixture has a single component; how centres lie to each other needs two or more.");
    CentreArrangement arrangement;
    arrangement.mixing_weights = model.mixing_weights();
    const Eigen::RowVectorXd mean = model.mixing_weights().transpose() * model.means();
    const Eigen::MatrixXd differences = model.means().rowwise() - mean;
    Eigen::MatrixXd factor = pooled_covariance(model);
    cholesky_in_place(factor);  // a mean of covariances is one
    const Eigen::MatrixXd whitened =
        factor.triangularView<Eigen::Lower>().solve(differences.transpose()).transpose();
    const double signal =
        (arrangement.mixing_weights.array() * whitened.rowwise().squaredNorm().array()).sum();
    const double size = model.means().cwiseAbs().maxCoeff();
    const bool coincide =
        differences.cwiseAbs().maxCoeff() <= size * 16 * std::numeric_limits<double>::epsilon();
    if (coincide || !(signal > 0.0) || !std::isfinite(signal))
        throw InvalidArgument(
            "The centres of the mixture coincide; give it centres that lie apart.");
    arrangement.signal_to_noise = signal;
    arrangement.centres = whitened / std::sqrt(signal);
    const Eigen::MatrixXd scatter = arrangement.centres.transpose() *
                                    arrangement.mixing_weights.asDiagonal() * arrangement.centres;
    const SymmetricEigen axes = symmetric_eigen(scatter);
    arrangement.leading_share = std::min(axes.values[0], 1.0);
    arrangement.leading_axis = axes.vectors.col(0);
    return arrangement;
}

double collapse_ratio(const CentreArrangement& arrangement, double signal_to_noise) {
    return std::sqrt(1.0 + arrangement.leading_share * signal_to_noise);
}

}  // namespace mixtura
