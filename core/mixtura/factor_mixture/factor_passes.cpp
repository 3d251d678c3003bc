// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_passes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/QR>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/compute/reduction_tree.h"

namespace mixtura {

namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double log_two_pi = 1.8378770664093454835606594728112;

/// Rows of a block: a block of d features takes about 256 KiB, whatever the machine.
Index rows_of_block(Index feature_count) {
    constexpr Index numbers_of_block = 32768;
    return std::clamp<Index>(numbers_of_block / feature_count, 32, 1024);
}

/// Reads and writes a flat array of sums piece by piece.
class Cursor {
  public:
    explicit Cursor(double* at) : at_(at) {}
    double& number() { return *at_++; }
    Eigen::Map<MatrixXd> matrix(Index rows, Index columns) {
        double* const begin = at_;
        at_ += rows * columns;
        return {begin, rows, columns};
    }

  private:
    double* at_;
};

}  // namespace

FactorPosterior factor_posterior(const MatrixRef& loadings, const VectorRef& uniquenesses) {
    const Index d = loadings.rows();
    const Index q = loadings.cols();
    const VectorXd roots = uniquenesses.cwiseSqrt();
    MatrixXd stacked(d + q, q);
    stacked.topRows(d) = roots.cwiseInverse().asDiagonal() * loadings;
    stacked.bottomRows(q).setIdentity();
    const Eigen::HouseholderQR<MatrixXd> factorised(stacked);
    MatrixXd inverse = MatrixXd::Identity(q, q);  // R^-1
    factorised.matrixQR().topRows(q).triangularView<Eigen::Upper>().solveInPlace(inverse);
    const MatrixXd orthonormal = factorised.householderQ() * MatrixXd::Identity(d + q, q);
    return {.regression =
                roots.cwiseInverse().asDiagonal() * (orthonormal.topRows(d) * inverse.transpose()),
            .covariance = inverse * inverse.transpose(),
            .log_determinant =
                2.0 * (roots.array().log().sum() +
                       factorised.matrixQR().diagonal().head(q).array().abs().log().sum())};
}

/// A component as the passes need it.
struct FactorPasses::Component {
    Eigen::RowVectorXd mean;  ///< d, of the centred rows
    FactorPosterior posterior;
    MatrixXd loadings;
    VectorXd precisions;        ///< d, 1 / Psi
    double log_constant = 0.0;  ///< log pi - (d log 2 pi + log |Sigma|) / 2

    /// Expected factors of the rows, and pi times the density, logarithmic. Four terms are added at
    /// a time: fewer passes over the sums.
    void look_at(const MatrixXd& rows, MatrixXd& factors, ArrayXd& log_joint,
                 ArrayXd& scratch) const {
        const Index d = rows.cols();
        const Index q = loadings.cols();
        factors.setZero(rows.rows(), q);
        const auto deviation = [&](Index j) { return rows.col(j).array() - mean[j]; };
        const MatrixXd& beta = posterior.regression;
        Index j = 0;
        for (; j + 4 <= d; j += 4) {
            for (Index l = 0; l < q; ++l) {
                factors.col(l).array() +=
                    beta(j, l) * deviation(j) + beta(j + 1, l) * deviation(j + 1) +
                    beta(j + 2, l) * deviation(j + 2) + beta(j + 3, l) * deviation(j + 3);
            }
        }
        for (; j < d; ++j) {
            for (Index l = 0; l < q; ++l) factors.col(l).array() += beta(j, l) * deviation(j);
        }
        ArrayXd& squares = log_joint;
        squares.setZero(rows.rows());
        for (Index l = 0; l < q; ++l) squares += factors.col(l).array().square();
        const auto share = [&](Index of, Index l) {
            return loadings(of, l) * factors.col(l).array();
        };
        for (j = 0; j < d; ++j) {
            scratch = deviation(j);
            Index l = 0;
            for (; l + 4 <= q; l += 4)
                scratch -= share(j, l) + share(j, l + 1) + share(j, l + 2) + share(j, l + 3);
            if (q - l == 3)
                squares += precisions[j] *
                           (scratch - share(j, l) - share(j, l + 1) - share(j, l + 2)).square();
            else if (q - l == 2)
                squares += precisions[j] * (scratch - share(j, l) - share(j, l + 1)).square();
            else if (q - l == 1)
                squares += precisions[j] * (scratch - share(j, l)).square();
            else
                squares += precisions[j] * scratch.square();
        }
        log_joint = log_constant - 0.5 * squares;
    }
};

/// The expectation of a block of rows.
struct FactorPasses::Expectation {
    std::vector<MatrixXd> factors;  ///< K of size x q, given the component
    MatrixXd responsibilities;      ///< size x K
    ArrayXd log_densities;          ///< size

    Expectation(const MatrixXd& rows, const std::vector<Component>& components)
        : factors(components.size()),
          responsibilities(rows.rows(), static_cast<Index>(components.size())) {
        ArrayXd log_joint;
        ArrayXd scratch;
        for (std::size_t k = 0; k < components.size(); ++k) {
            components[k].look_at(rows, factors[k], log_joint, scratch);
            responsibilities.col(static_cast<Index>(k)) = log_joint.matrix();
        }
        const ArrayXd largest = responsibilities.rowwise().maxCoeff().array();
        ArrayXd sum = ArrayXd::Zero(rows.rows());
        for (Index k = 0; k < responsibilities.cols(); ++k) {
            responsibilities.col(k) = (responsibilities.col(k).array() - largest).exp().matrix();
            sum += responsibilities.col(k).array();
        }
        for (Index k = 0; k < responsibilities.cols(); ++k) responsibilities.col(k).array() /= sum;
        log_densities = largest + sum.log();
    }
};

FactorPasses::FactorPasses(const MatrixRef& observations, const VectorRef& weights,
                           std::stop_token stop)
    : stop_(std::move(stop)), centre_(observations.colwise().mean()) {
    const Index size = rows_of_block(observations.cols());
    for (Index begin = 0; begin < observations.rows(); begin += size) {
        const Index count = std::min(size, observations.rows() - begin);
        blocks_.push_back({.rows = observations.middleRows(begin, count).rowwise() - centre_,
                           .weights = weights.size() > 0 ? VectorXd(weights.segment(begin, count))
                                                         : VectorXd(VectorXd::Ones(count))});
    }
}

std::vector<FactorPasses::Component> FactorPasses::components_of(
    const FactorParameters& parameters) const {
    const Index component_count = parameters.mixing_weights.size();
    std::vector<Component> components;
    for (Index k = 0; k < component_count; ++k) {
        const VectorXd uniquenesses = parameters.uniquenesses.row(k).transpose();
        Component component{.mean = parameters.means.row(k) - centre_,
                            .posterior = factor_posterior(
                                parameters.loadings[static_cast<std::size_t>(k)], uniquenesses),
                            .loadings = parameters.loadings[static_cast<std::size_t>(k)],
                            .precisions = uniquenesses.cwiseInverse(),
                            .log_constant = 0.0};
        component.log_constant = std::log(parameters.mixing_weights[k]) -
                                 0.5 * (static_cast<double>(uniquenesses.size()) * log_two_pi +
                                        component.posterior.log_determinant);
        components.push_back(std::move(component));
    }
    return components;
}

template <class Work>
std::vector<double> FactorPasses::sum_over_blocks(std::size_t size, bool is_stoppable,
                                                  const Work& work) const {
    const std::size_t workers =
        std::min(blocks_.size(), static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()));
    std::vector<compute::ReductionTree> trees(workers);
    const auto run = [&](std::size_t worker) {
        const std::size_t last = (worker + 1) * blocks_.size() / workers;
        for (std::size_t b = worker * blocks_.size() / workers; b < last; ++b) {
            if (is_stoppable && stop_.stop_requested())
                throw compute::Cancelled{};
            std::vector<double> sums(size, 0.0);
            work(blocks_[b], sums.data());
            trees[worker].add_block(b, std::move(sums));
        }
    };
    if (workers == 1)
        run(0);
    else
        tbb::parallel_for(std::size_t{0}, workers, run, tbb::simple_partitioner());
    for (std::size_t worker = 1; worker < workers; ++worker)
        trees.front().append(std::move(trees[worker]));
    return std::move(trees.front()).total();
}

FactorMeanStatistics FactorPasses::mean_statistics(const FactorParameters& parameters) const {
    const std::vector<Component> components = components_of(parameters);
    const auto component_count = static_cast<Index>(components.size());
    const Index d = parameters.means.cols();
    std::vector<double> sums = sum_over_blocks(
        static_cast<std::size_t>(1 + component_count * (1 + d)), true,
        [&](const Block& block, double* out) {
            const Expectation expected(block.rows, components);
            const MatrixXd shares = block.weights.asDiagonal() * expected.responsibilities;
            ArrayXd deviations;
            Cursor cursor(out);
            cursor.number() = (block.weights.array() * expected.log_densities).sum();
            cursor.matrix(component_count, 1) = shares.colwise().sum().transpose();
            Eigen::Map<MatrixXd> shifts = cursor.matrix(d, component_count);
            for (Index k = 0; k < component_count; ++k) {
                for (Index j = 0; j < d; ++j) {
                    deviations =
                        block.rows.col(j).array() - components[static_cast<std::size_t>(k)].mean[j];
                    shifts(j, k) = (shares.col(k).array() * deviations).sum();
                }
            }
        });
    Cursor cursor(sums.data());
    FactorMeanStatistics statistics;
    statistics.log_likelihood = cursor.number();
    statistics.masses = cursor.matrix(component_count, 1);
    const Eigen::Map<MatrixXd> shifts = cursor.matrix(d, component_count);
    statistics.means = parameters.means;
    for (Index k = 0; k < component_count; ++k) {
        if (statistics.masses[k] > 0.0)
            statistics.means.row(k) += shifts.col(k).transpose() / statistics.masses[k];
    }
    return statistics;
}

FactorScatterStatistics FactorPasses::scatter_statistics(const FactorParameters& parameters) const {
    const std::vector<Component> components = components_of(parameters);
    const auto component_count = static_cast<Index>(components.size());
    const Index d = parameters.means.cols();
    const Index q = parameters.loadings.front().cols();
    std::vector<double> sums = sum_over_blocks(
        static_cast<std::size_t>(1 + component_count * (1 + d + d * q + q * q)), true,
        [&](const Block& block, double* out) {
            const Expectation expected(block.rows, components);
            const MatrixXd shares = block.weights.asDiagonal() * expected.responsibilities;
            ArrayXd deviations;
            MatrixXd shared_factors;
            Cursor cursor(out);
            cursor.number() = (block.weights.array() * expected.log_densities).sum();
            cursor.matrix(component_count, 1) = shares.colwise().sum().transpose();
            for (std::size_t k = 0; k < components.size(); ++k) {
                const auto share = shares.col(static_cast<Index>(k));
                const MatrixXd& factors = expected.factors[k];
                shared_factors = share.asDiagonal() * factors;
                Eigen::Map<MatrixXd> variances = cursor.matrix(d, 1);
                Eigen::Map<MatrixXd> crossed = cursor.matrix(d, q);
                for (Index j = 0; j < d; ++j) {
                    deviations = block.rows.col(j).array() - components[k].mean[j];
                    variances(j, 0) = (share.array() * deviations.square()).sum();
                    for (Index l = 0; l < q; ++l)
                        crossed(j, l) = (deviations * shared_factors.col(l).array()).sum();
                }
                Eigen::Map<MatrixXd> factored = cursor.matrix(q, q);
                for (Index l = 0; l < q; ++l) {
                    for (Index m = l; m < q; ++m) {
                        factored(m, l) = shared_factors.col(l).dot(factors.col(m));
                        factored(l, m) = factored(m, l);
                    }
                }
            }
        });
    Cursor cursor(sums.data());
    FactorScatterStatistics statistics;
    statistics.log_likelihood = cursor.number();
    statistics.masses = cursor.matrix(component_count, 1);
    statistics.variances.resize(component_count, d);
    for (Index k = 0; k < component_count; ++k) {
        const double divisor = statistics.masses[k] > 0.0 ? statistics.masses[k] : 1.0;
        statistics.variances.row(k) = cursor.matrix(d, 1).transpose() / divisor;
        statistics.crossed.emplace_back(cursor.matrix(d, q) / divisor);
        statistics.factored.emplace_back(cursor.matrix(q, q) / divisor);
    }
    return statistics;
}

FactorCertainty FactorPasses::certainty(const FactorParameters& parameters) const {
    const std::vector<Component> components = components_of(parameters);
    const std::vector<double> sums =
        sum_over_blocks(3, false, [&](const Block& block, double* out) {
            const Expectation expected(block.rows, components);
            out[0] = (block.weights.array() * expected.log_densities).sum();
            const ArrayXd largest = expected.responsibilities.rowwise().maxCoeff().array();
            out[2] = 2.0 * (block.weights.array() * largest.log()).sum();
            for (Index k = 0; k < expected.responsibilities.cols(); ++k) {
                const ArrayXd r = expected.responsibilities.col(k).array();
                out[1] -= (r > 0.0).select(block.weights.array() * r * r.log(), 0.0).sum();
            }
        });
    return {.log_likelihood = sums[0], .entropy = sums[1], .map_term = sums[2]};
}

}  // namespace mixtura
