// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_estimate.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/common_orientation.h"

#include "support/near.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

MatrixXd random_matrix(Index rows, Index columns, RandomStream& random) {
    MatrixXd matrix(rows, columns);
    for (Index j = 0; j < columns; ++j) {
        for (Index i = 0; i < rows; ++i) matrix(i, j) = random.normal();
    }
    return matrix;
}

struct Moments {
    VectorXd masses;
    std::vector<MatrixXd> scatters;
};

Moments random_moments(Index d, int component_count, std::uint64_t seed) {
    RandomStream random(seed);
    Moments moments;
    moments.masses.resize(component_count);
    for (int k = 0; k < component_count; ++k) {
        moments.masses[k] = 10.0 + 40.0 * random.uniform();
        const MatrixXd factor = random_matrix(d, d, random) + MatrixXd::Identity(d, d);
        moments.scatters.emplace_back(moments.masses[k] * factor * factor.transpose());
    }
    return moments;
}

std::vector<MatrixXd> scatters_for(CovarianceStructure structure, const Moments& moments) {
    if (!is_diagonal(structure))
        return moments.scatters;
    std::vector<MatrixXd> diagonals;
    for (const MatrixXd& scatter : moments.scatters) diagonals.emplace_back(scatter.diagonal());
    return diagonals;
}

std::vector<MatrixXd> full_covariances(const CovarianceEstimate& estimate) {
    std::vector<MatrixXd> full;
    for (const MatrixXd& covariance : estimate.covariances) {
        full.emplace_back(covariance.cols() == 1 && covariance.rows() > 1
                              ? MatrixXd(covariance.col(0).asDiagonal())
                              : covariance);
    }
    return full;
}

/// sum_k (n_k log det Sigma_k + tr(W_k Sigma_k^-1)), the objective that an M-step minimises.
double objective(const Moments& moments, const std::vector<MatrixXd>& covariances) {
    double sum = 0.0;
    for (std::size_t k = 0; k < covariances.size(); ++k) {
        sum += moments.masses[static_cast<Index>(k)] * std::log(covariances[k].determinant()) +
               (moments.scatters[k] * covariances[k].inverse()).trace();
    }
    return sum;
}

CovarianceEstimate estimate(CovarianceStructure structure, const Moments& moments,
                            double floor = 1e-12) {
    return estimate_covariances(structure, moments.masses, scatters_for(structure, moments),
                                VectorXd::Constant(moments.scatters[0].rows(), floor));
}

/// A parameter point of a structure as Sigma_k = exp(v_k) D_k diag(exp(a_k)) D_k', with what the
/// letters say is equal shared, moved at random from `covariances` by about `step`.
std::vector<MatrixXd> neighbour(CovarianceStructure structure,
                                const std::vector<MatrixXd>& covariances, double step,
                                RandomStream& random) {
    const std::string name(to_string(structure));
    const Index d = covariances[0].rows();
    const auto shift = [&] {
        VectorXd v = step * random_matrix(d, 1, random);
        v.array() -= v.mean();
        return v;
    };
    const auto turn = [&] {
        const MatrixXd skew = step * random_matrix(d, d, random);
        return MatrixXd(
            (MatrixXd::Identity(d, d) + skew - skew.transpose()).householderQr().householderQ());
    };
    const double volume = step * random.normal();
    const VectorXd shape = shift();
    const MatrixXd turned = turn();
    // A common orientation must be read from one matrix: with equal eigenvectors any will do.
    const MatrixXd common = Eigen::SelfAdjointEigenSolver<MatrixXd>(covariances[0]).eigenvectors();
    std::vector<MatrixXd> moved;
    for (const MatrixXd& covariance : covariances) {
        MatrixXd axes;
        VectorXd logs;
        if (name[2] == 'I') {
            axes = MatrixXd::Identity(d, d);
            logs = covariance.diagonal().array().log();
        } else if (name[2] == 'E') {
            axes = common;
            logs = (common.transpose() * covariance * common).diagonal().array().log();
        } else {
            const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(covariance);
            axes = eigen.eigenvectors();
            logs = eigen.eigenvalues().array().log();
        }
        logs.array() += name[0] == 'E' ? volume : step * random.normal();
        if (name[1] != 'I')
            logs += name[1] == 'E' ? shape : shift();
        if (name[2] != 'I')
            axes = (axes * (name[2] == 'E' ? turned : turn())).eval();
        moved.emplace_back(axes * logs.array().exp().matrix().asDiagonal() * axes.transpose());
    }
    return moved;
}

class EstimateOfEveryStructure : public testing::TestWithParam<CovarianceStructure> {};

TEST_P(EstimateOfEveryStructure, IsTheMinimumAmongNeighboursOfTheStructure) {
    for (const Index d : {2, 3, 5}) {
        const Moments moments = random_moments(d, 4, 7 + static_cast<std::uint64_t>(d));
        const std::vector<MatrixXd> best = full_covariances(estimate(GetParam(), moments));
        const double least = objective(moments, best);
        RandomStream random(11);
        for (const double step : {1e-3, 1e-2, 0.1, 0.5}) {
            for (int trial = 0; trial < 50; ++trial)
                EXPECT_GE(objective(moments, neighbour(GetParam(), best, step, random)),
                          least - 1e-9 * std::abs(least));
        }
    }
}

TEST_P(EstimateOfEveryStructure, HasTheFormThatItsLettersSay) {
    const Moments moments = random_moments(4, 3, 5);
    const std::vector<MatrixXd> covariances = full_covariances(estimate(GetParam(), moments));
    const std::string name(to_string(GetParam()));
    const auto volume = [](const MatrixXd& m) { return std::pow(m.determinant(), 0.25); };
    const auto spectrum = [](const MatrixXd& m) {
        return VectorXd(Eigen::SelfAdjointEigenSolver<MatrixXd>(m).eigenvalues());
    };
    for (const MatrixXd& covariance : covariances) {
        EXPECT_TRUE(covariance.isApprox(covariance.transpose(), 0.0));
        if (name[0] == 'E') {
            EXPECT_TRUE(near(volume(covariances[0]), volume(covariance), 1e-10));
        }
        if (name[1] == 'I') {
            EXPECT_TRUE(covariance.isApprox(covariance(0, 0) * MatrixXd::Identity(4, 4), 1e-14));
        }
        if (name[1] == 'E') {
            EXPECT_TRUE((spectrum(covariance) / volume(covariance))
                            .isApprox(spectrum(covariances[0]) / volume(covariances[0]), 1e-10));
        }
        if (name[2] == 'I') {
            EXPECT_TRUE(covariance.isDiagonal(0.0));
        }
        if (name[2] == 'E') {  // matrices with common axes commute
            EXPECT_TRUE((covariance * covariances[0]).isApprox(covariances[0] * covariance, 1e-9));
        }
    }
}

TEST_P(EstimateOfEveryStructure, AgreesWithVolumeAloneInOneDimension) {
    const Moments moments = random_moments(1, 3, 3);
    const CovarianceEstimate found = estimate(GetParam(), moments);
    for (std::size_t k = 0; k < 3; ++k) {
        const double own = moments.scatters[k](0, 0) / moments.masses[static_cast<Index>(k)];
        const double equal =
            (moments.scatters[0] + moments.scatters[1] + moments.scatters[2])(0, 0) /
            moments.masses.sum();
        EXPECT_TRUE(
            near(to_string(GetParam())[0] == 'E' ? equal : own, found.covariances[k](0, 0), 1e-9));
    }
}

// A floor that acts: no eigenvalue below it, still the least among neighbours above it.
TEST_P(EstimateOfEveryStructure, IsTheMinimumAboveTheFloor) {
    Moments moments = random_moments(3, 3, 17);
    moments.scatters[1] *= 1e-9;           // a component that collapses,
    moments.scatters[2].setZero();         // one without any spread,
    moments.scatters[0].col(2).setZero();  // and one that is flat
    moments.scatters[0].row(2).setZero();
    constexpr double floor = 0.05;
    const CovarianceEstimate found = estimate(GetParam(), moments, floor);
    const std::vector<MatrixXd> covariances = full_covariances(found);
    for (const MatrixXd& covariance : covariances) {
        EXPECT_TRUE(covariance.allFinite());
        EXPECT_GE(Eigen::SelfAdjointEigenSolver<MatrixXd>(covariance).eigenvalues().minCoeff(),
                  floor * (1.0 - 1e-9));
    }
    const std::string name(to_string(GetParam()));
    if (name[0] == 'V' || name[1] == 'V') {
        EXPECT_GT(found.floors_applied, 0);
    }
    const double least = objective(moments, covariances);
    RandomStream random(23);
    int compared = 0;
    for (int trial = 0; trial < 3000; ++trial) {
        const std::vector<MatrixXd> other = neighbour(GetParam(), covariances, 0.02, random);
        bool feasible = true;
        for (const MatrixXd& covariance : other) {
            feasible =
                feasible &&
                Eigen::SelfAdjointEigenSolver<MatrixXd>(covariance).eigenvalues().minCoeff() >=
                    floor;
        }
        if (!feasible)
            continue;
        ++compared;
        // VEI, VEE, VEV alternate in coupled bounds, which a corner can hold up.
        if (!(name[0] == 'V' && name[1] == 'E')) {
            EXPECT_GE(objective(moments, other), least - 1e-7 * std::abs(least));
        }
    }
    EXPECT_GT(compared, 0);
}

TEST_P(EstimateOfEveryStructure, ContinuingFromTheCommonPartNeverDoesWorse) {
    const Moments first = random_moments(4, 3, 29);
    Moments second = first;
    RandomStream random(31);
    for (MatrixXd& scatter : second.scatters) {
        const MatrixXd bump = 0.3 * random_matrix(4, 4, random);
        scatter += bump * bump.transpose();
    }
    const VectorXd floor = VectorXd::Constant(4, 1e-12);
    const CovarianceEstimate before = estimate(GetParam(), first);
    const CovarianceEstimate after = estimate_covariances(
        GetParam(), second.masses, scatters_for(GetParam(), second), floor, before.common_part);
    EXPECT_LE(objective(second, full_covariances(after)),
              objective(second, full_covariances(before)) + 1e-9);
    // A common orientation has local minima; the other structures have one.
    if (GetParam() == EVE || GetParam() == VVE)
        return;
    const CovarianceEstimate afresh = estimate(GetParam(), second);
    EXPECT_TRUE(near(objective(second, full_covariances(afresh)),
                     objective(second, full_covariances(after)), 1e-9));
}

std::string name_of(const testing::TestParamInfo<CovarianceStructure>& structure) {
    return std::string(to_string(structure.param));
}

INSTANTIATE_TEST_SUITE_P(CovarianceEstimate, EstimateOfEveryStructure,
                         testing::ValuesIn(all_covariance_structures), name_of);

/// The majorising iteration of Browne & McNicholas (2014), run to rounding: slow, independent of
/// the rotations that the library takes. @return the least profile objective from many starts
double least_by_majorising(VolumeKind volumes, const Moments& moments) {
    const Index d = moments.scatters[0].rows();
    const auto shape_of = [&](const MatrixXd& axes, std::size_t k) {
        VectorXd o = (axes.transpose() * moments.scatters[k] * axes).diagonal();
        return volumes == VolumeKind::equal ? VectorXd(o / std::exp(o.array().log().mean()))
                                            : VectorXd(o / moments.masses[static_cast<Index>(k)]);
    };
    const auto profile = [&](const MatrixXd& axes) {
        double sum = 0.0;
        for (std::size_t k = 0; k < moments.scatters.size(); ++k) {
            const VectorXd o = (axes.transpose() * moments.scatters[k] * axes).diagonal();
            const double n = moments.masses[static_cast<Index>(k)];
            sum += volumes == VolumeKind::equal ? std::exp(o.array().log().mean())
                                                : n * (o / n).array().log().sum();
        }
        return volumes == VolumeKind::equal ? moments.masses.sum() * static_cast<double>(d) *
                                                  std::log(sum / moments.masses.sum())
                                            : sum;
    };
    double least = std::numeric_limits<double>::infinity();
    RandomStream random(1);
    for (int start = 0; start < 5; ++start) {
        MatrixXd axes = random_matrix(d, d, random).householderQr().householderQ();
        for (int round = 0; round < 5000; ++round) {
            MatrixXd step = MatrixXd::Zero(d, d);
            for (std::size_t k = 0; k < moments.scatters.size(); ++k) {
                const VectorXd inverse = shape_of(axes, k).cwiseInverse();
                step += moments.scatters[k] * axes * inverse.asDiagonal();
                step -= inverse.maxCoeff() * moments.scatters[k] * axes;
            }
            const Eigen::JacobiSVD<MatrixXd> svd(-step, Eigen::ComputeFullU | Eigen::ComputeFullV);
            axes = svd.matrixU() * svd.matrixV().transpose();
        }
        least = std::min(least, profile(axes));
    }
    return least;
}

TEST(CommonOrientation, ReachesTheMinimumOfAnIndependentIteration) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const Moments moments = random_moments(4, 3, seed);
        const double total = moments.masses.sum();
        for (const VolumeKind volumes : {VolumeKind::equal, VolumeKind::variable}) {
            const CommonOrientation found =
                common_orientation(volumes, moments.masses, moments.scatters, 1e-12, MatrixXd());
            EXPECT_TRUE((found.orientation.transpose() * found.orientation)
                            .isApprox(MatrixXd::Identity(4, 4), 1e-13));
            std::vector<MatrixXd> covariances;
            for (Index k = 0; k < 3; ++k)
                covariances.emplace_back(found.orientation *
                                         found.axes.variances.col(k).asDiagonal() *
                                         found.orientation.transpose());
            // At the variances of given axes the trace term is d times the mass.
            const double profile = objective(moments, covariances) - 4.0 * total;
            EXPECT_LE(profile, least_by_majorising(volumes, moments) + 1e-8 * total);
        }
    }
}

TEST(CommonOrientation, LeavesScattersThatShareAxesAlone) {
    RandomStream random(5);
    const MatrixXd axes = random_matrix(3, 3, random).householderQr().householderQ();
    Moments moments;
    moments.masses = Eigen::Vector2d(10.0, 20.0);
    for (const Eigen::Vector3d& spread : {Eigen::Vector3d(1, 2, 3), Eigen::Vector3d(5, 1, 2)})
        moments.scatters.emplace_back(axes * spread.asDiagonal() * axes.transpose());
    const CommonOrientation found = common_orientation(VolumeKind::variable, moments.masses,
                                                       moments.scatters, 1e-12, MatrixXd());
    for (Index k = 0; k < 2; ++k) {
        EXPECT_TRUE((found.orientation * found.axes.variances.col(k).asDiagonal() *
                     found.orientation.transpose())
                        .isApprox(moments.scatters[static_cast<std::size_t>(k)] / moments.masses[k],
                                  1e-12));
    }
}

}  // namespace
}  // namespace mixtura
