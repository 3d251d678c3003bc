// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/factor_decomposition.h"

#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

using Eigen::Index;
using Eigen::MatrixXd;

int FactorDecomposition::factor_count() const noexcept {
    return loadings.empty() ? 0 : static_cast<int>(loadings.front().cols());
}

std::vector<MatrixXd> covariances_of(const FactorDecomposition& factors) {
    std::vector<MatrixXd> covariances;
    covariances.reserve(factors.loadings.size());
    for (std::size_t k = 0; k < factors.loadings.size(); ++k) {
        const MatrixXd& loadings = factors.loadings[k];
        MatrixXd lower = MatrixXd::Zero(loadings.rows(), loadings.rows());
        lower.selfadjointView<Eigen::Lower>().rankUpdate(loadings);
        lower.diagonal() += factors.uniquenesses.row(static_cast<Index>(k)).transpose();
        covariances.emplace_back(lower.selfadjointView<Eigen::Lower>());
    }
    return covariances;
}

StandardisedLoadings standardised_loadings(const FactorDecomposition& factors, int component) {
    const MatrixXd& loadings = factors.loadings.at(static_cast<std::size_t>(component));
    const Eigen::VectorXd explained = loadings.rowwise().squaredNorm();
    const Eigen::VectorXd variances = explained + factors.uniquenesses.row(component).transpose();
    return {.correlations = variances.cwiseSqrt().cwiseInverse().asDiagonal() * loadings,
            .communalities = explained.cwiseQuotient(variances)};
}

FactorDecomposition rescaled(const FactorDecomposition& factors, const VectorRef& factor) {
    FactorDecomposition result = factors;
    for (MatrixXd& loadings : result.loadings) loadings = factor.asDiagonal() * loadings;
    result.uniquenesses *= factor.cwiseAbs2().asDiagonal();
    return result;
}

FactorDecomposition reordered(const FactorDecomposition& factors, const std::vector<int>& order) {
    FactorDecomposition result{.structure = factors.structure,
                               .loadings = {},
                               .uniquenesses = factors.uniquenesses(order, Eigen::all)};
    for (const int k : order)
        result.loadings.push_back(factors.loadings[static_cast<std::size_t>(k)]);
    return result;
}

void validate(const FactorDecomposition& factors) {
    const Index component_count = factors.uniquenesses.rows();
    const Index feature_count = factors.uniquenesses.cols();
    if (static_cast<Index>(factors.loadings.size()) != component_count)
        throw InvalidArgument("There are loadings of " + std::to_string(factors.loadings.size()) +
                              " components and uniquenesses of " + std::to_string(component_count) +
                              "; the counts must agree.");
    for (Index k = 0; k < component_count; ++k) {
        const MatrixXd& loadings = factors.loadings[static_cast<std::size_t>(k)];
        const std::string name = "component " + std::to_string(k + 1);
        if (loadings.rows() != feature_count || loadings.cols() < 1 ||
            loadings.cols() != factors.factor_count())
            throw InvalidArgument("The loadings of " + name + " are " +
                                  std::to_string(loadings.rows()) + " x " +
                                  std::to_string(loadings.cols()) + "; they must be " +
                                  std::to_string(feature_count) + " features x " +
                                  std::to_string(factors.factor_count()) + " factors.");
        if (!loadings.allFinite())
            throw InvalidArgument("The loadings of " + name + " have an entry that is not finite.");
        const auto uniquenesses = factors.uniquenesses.row(k);
        if (!uniquenesses.allFinite() || !(uniquenesses.minCoeff() > 0.0))
            throw InvalidArgument("A uniqueness of " + name +
                                  " is not a finite number greater than zero.");
    }
}

}  // namespace mixtura
