// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Cholesky>

#include "mixtura/gaussian_mixture/axis_variances.h"
#include "mixtura/gaussian_mixture/common_orientation.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Matrices = std::vector<MatrixXd>;

// Diagonal structures: scatters are columns of sums of squares.

MatrixXd as_columns(const Matrices& diagonals) {
    MatrixXd columns(diagonals.front().rows(), static_cast<Index>(diagonals.size()));
    for (std::size_t k = 0; k < diagonals.size(); ++k)
        columns.col(static_cast<Index>(k)) = diagonals[k];
    return columns;
}

CovarianceEstimate from_columns(const AxisVariances& axes) {
    CovarianceEstimate estimate;
    for (Index k = 0; k < axes.variances.cols(); ++k)
        estimate.covariances.emplace_back(axes.variances.col(k));
    estimate.floors_applied = axes.floors_applied;
    if (axes.shape.size() > 0)
        estimate.common_part = axes.shape;
    return estimate;
}

/// EII and VII: the pooled or own sum of squares over all features counts as one feature of d
/// observations a row.
CovarianceEstimate spherical(CovarianceStructure structure, const VectorRef& masses,
                             const MatrixXd& spreads, double floor) {
    const Index d = spreads.rows();
    const MatrixXd sums = spreads.colwise().sum();
    const VectorXd floors = VectorXd::Constant(1, floor);
    const VectorXd observation_counts = masses * static_cast<double>(d);
    AxisVariances axes = structure == CovarianceStructure::EII
                             ? equal_variances(observation_counts, sums, floors)
                             : free_variances(observation_counts, sums, floors);
    axes.variances = axes.variances.replicate(d, 1).eval();
    return from_columns(axes);
}

CovarianceEstimate diagonal(CovarianceStructure structure, const VectorRef& masses,
                            const Matrices& scatters, const VectorRef& floor,
                            const MatrixXd& start) {
    const MatrixXd spreads = as_columns(scatters);
    switch (structure) {
        case CovarianceStructure::EEI:
            return from_columns(equal_variances(masses, spreads, floor));
        case CovarianceStructure::VEI:
            return from_columns(common_shape_variances(masses, spreads, floor, start.reshaped()));
        case CovarianceStructure::EVI:
            return from_columns(equal_volume_variances(masses, spreads, floor));
        case CovarianceStructure::VVI:
            return from_columns(free_variances(masses, spreads, floor));
        default:
            return spherical(structure, masses, spreads, floor.minCoeff());
    }
}

// Structures without axes of their own, in a scale where the floor is the unit matrix.

MatrixXd divided_by_floor(const MatrixXd& matrix, const VectorXd& floor_root) {
    return floor_root.cwiseInverse().asDiagonal() * matrix * floor_root.cwiseInverse().asDiagonal();
}

MatrixXd multiplied_by_floor(const MatrixXd& matrix, const VectorXd& floor_root) {
    return floor_root.asDiagonal() * matrix * floor_root.asDiagonal();
}

/// `covariance` with the eigenvalues below the floor raised to it; counts them.
MatrixXd clipped(MatrixXd covariance, const VectorRef& floor, int& floors_applied) {
    if (exceeds_diagonal(covariance, floor))
        return covariance;
    const VectorXd root = floor.cwiseSqrt();
    SymmetricEigen eigen = symmetric_eigen(divided_by_floor(covariance, root));
    floors_applied += static_cast<int>((eigen.values.array() <= 1.0 + 1e-9).count());
    eigen.values = eigen.values.cwiseMax(1.0);
    return multiplied_by_floor(recompose(eigen.vectors, eigen.values), root);
}

MatrixXd pooled(const Matrices& scatters) {
    MatrixXd sum = scatters.front();
    for (std::size_t k = 1; k < scatters.size(); ++k) sum += scatters[k];
    return sum;
}

CovarianceEstimate all_equal(const VectorRef& masses, const Matrices& scatters,
                             const VectorRef& floor) {
    CovarianceEstimate estimate;
    const MatrixXd common =
        clipped(pooled(scatters) / masses.sum(), floor, estimate.floors_applied);
    estimate.covariances.assign(scatters.size(), common);
    return estimate;
}

CovarianceEstimate all_free(const VectorRef& masses, const Matrices& scatters,
                            const VectorRef& floor) {
    CovarianceEstimate estimate;
    estimate.covariances.reserve(scatters.size());
    for (std::size_t k = 0; k < scatters.size(); ++k) {
        estimate.covariances.push_back(
            clipped(scatters[k] / masses[static_cast<Index>(k)], floor, estimate.floors_applied));
    }
    return estimate;
}

/// EVV: Sigma_k = lambda C_k with C_k = W_k / |W_k|^(1/d).
CovarianceEstimate equal_volume(const VectorRef& masses, const Matrices& scatters,
                                const VectorRef& floor) {
    const Index d = floor.size();
    const Index component_count = masses.size();
    CovarianceEstimate estimate;
    estimate.covariances = scatters;
    VectorXd sizes(component_count);  // |W_k|^(1/d)
    bool regular = true;
    for (Index k = 0; k < component_count && regular; ++k) {
        MatrixXd factor = scatters[static_cast<std::size_t>(k)];
        regular = cholesky_in_place(factor);
        if (regular)
            sizes[k] = std::exp(2.0 * half_log_determinant(factor) / static_cast<double>(d));
    }
    if (regular) {
        const double volume = sizes.sum() / masses.sum();
        for (Index k = 0; k < component_count && regular; ++k) {
            MatrixXd& covariance = estimate.covariances[static_cast<std::size_t>(k)];
            covariance *= volume / sizes[k];
            regular = exceeds_diagonal(covariance, floor);
        }
        if (regular)
            return estimate;
    }
    const VectorXd root = floor.cwiseSqrt();
    std::vector<SymmetricEigen> eigen;
    MatrixXd spreads(d, component_count);
    for (Index k = 0; k < component_count; ++k) {
        eigen.push_back(
            symmetric_eigen(divided_by_floor(scatters[static_cast<std::size_t>(k)], root)));
        spreads.col(k) = eigen.back().values.cwiseMax(0.0);
    }
    const AxisVariances axes = equal_volume_variances(masses, spreads, VectorXd::Ones(d));
    for (Index k = 0; k < component_count; ++k) {
        estimate.covariances[static_cast<std::size_t>(k)] = multiplied_by_floor(
            recompose(eigen[static_cast<std::size_t>(k)].vectors, axes.variances.col(k)), root);
    }
    estimate.floors_applied = axes.floors_applied;
    return estimate;
}

/// |C|^(1/d) of a positive definite matrix.
double size_of(const MatrixXd& matrix) {
    MatrixXd factor = matrix;
    cholesky_in_place(factor);
    return std::exp(2.0 * half_log_determinant(factor) / static_cast<double>(matrix.rows()));
}

/// C of VEE as the volumes leave it, or nothing if it is singular or not above `bound`.
struct CommonForm {
    MatrixXd form;       ///< C, determinant 1
    MatrixXd precision;  ///< its inverse
};

bool normalise(CommonForm& common) {
    MatrixXd factor = common.form;
    if (!cholesky_in_place(factor))
        return false;
    const Index d = factor.rows();
    const double size = std::exp(2.0 * half_log_determinant(factor) / static_cast<double>(d));
    common.form /= size;
    // C^-1 = size * L^-T L^-1.
    common.precision.setIdentity(d, d);
    factor.triangularView<Eigen::Lower>().solveInPlace(common.precision);
    common.precision = (size * common.precision.transpose() * common.precision).eval();
    return true;
}

// Alternations end at this relative change, where the objective is flat to its square, or after so
// many rounds, since any number of them keeps EM monotone and the next M-step goes on from there.
constexpr double least_change = 1e-10;
constexpr int round_limit = 50;
constexpr int floored_round_limit = 5;

/// VEE where no floor acts: lambda_k = tr(W_k C^-1) / (n_k d), C = sum W_k / lambda_k, |C| = 1.
/// @return false if a scatter or the common form is singular
bool alternate_volumes_and_form(const VectorRef& masses, const Matrices& scatters,
                                CommonForm& common, VectorXd& volumes) {
    const Index d = common.form.rows();
    const Index component_count = masses.size();
    if (!normalise(common))
        return false;
    volumes.setZero(component_count);
    for (int round = 0;; ++round) {
        double change = 0.0;
        for (Index k = 0; k < component_count; ++k) {
            const double volume =
                scatters[static_cast<std::size_t>(k)].cwiseProduct(common.precision).sum() /
                (masses[k] * static_cast<double>(d));
            if (!(volume > 0.0))
                return false;
            change = std::max(change, std::abs(volume - volumes[k]) / volume);
            volumes[k] = volume;
        }
        if (change < least_change || round == round_limit)
            return true;
        common.form.setZero();
        for (Index k = 0; k < component_count; ++k)
            common.form += scatters[static_cast<std::size_t>(k)] / volumes[k];
        if (!normalise(common))
            return false;
    }
}

/// The same alternation in the scale where the floor is the unit matrix, each step the exact
/// minimiser subject to lambda_k C >= 1.
void alternate_floored_volumes_and_form(const VectorRef& masses, const Matrices& scatters,
                                        MatrixXd& form, VectorXd& volumes) {
    const Index d = form.rows();
    const Index component_count = masses.size();
    const double total = masses.sum();
    volumes.setZero(component_count);
    for (int round = 0;; ++round) {
        SymmetricEigen eigen = symmetric_eigen(form);
        const double least_volume = 1.0 / eigen.values.minCoeff();
        const MatrixXd precision = recompose(eigen.vectors, eigen.values.cwiseInverse());
        double change = 0.0;
        for (Index k = 0; k < component_count; ++k) {
            const double volume = std::max(
                least_volume, scatters[static_cast<std::size_t>(k)].cwiseProduct(precision).sum() /
                                  (masses[k] * static_cast<double>(d)));
            change = std::max(change, std::abs(volume - volumes[k]) / volume);
            volumes[k] = volume;
        }
        if (change < least_change || round == floored_round_limit)
            return;
        form.setZero();
        for (Index k = 0; k < component_count; ++k)
            form += scatters[static_cast<std::size_t>(k)] / (volumes[k] * total);
        eigen = symmetric_eigen(form);
        form = recompose(eigen.vectors, eigen.values.cwiseMax(1.0 / volumes.minCoeff()));
        form /= size_of(form);
    }
}

CovarianceEstimate common_shape_and_orientation(const VectorRef& masses, const Matrices& scatters,
                                                const VectorRef& floor, const MatrixXd& start) {
    const Index component_count = masses.size();
    CovarianceEstimate estimate;
    VectorXd volumes;
    const MatrixXd first = start.size() > 0 ? start : pooled(scatters);
    CommonForm common{first, {}};
    if (alternate_volumes_and_form(masses, scatters, common, volumes)) {
        bool above_floor = true;
        for (Index k = 0; k < component_count; ++k) {
            estimate.covariances.emplace_back(volumes[k] * common.form);
            above_floor = above_floor && exceeds_diagonal(estimate.covariances.back(), floor);
        }
        if (above_floor) {
            estimate.common_part = std::move(common.form);
            return estimate;
        }
    }
    const VectorXd root = floor.cwiseSqrt();
    Matrices scaled;
    for (const MatrixXd& scatter : scatters) scaled.push_back(divided_by_floor(scatter, root));
    MatrixXd form = divided_by_floor(first, root);
    if (start.size() == 0) {
        const SymmetricEigen eigen = symmetric_eigen(form / masses.sum());
        form = recompose(eigen.vectors, eigen.values.cwiseMax(1.0));
    }
    form /= size_of(form);
    alternate_floored_volumes_and_form(masses, scaled, form, volumes);
    estimate.covariances.clear();
    for (Index k = 0; k < component_count; ++k) {
        int floors_applied = 0;
        estimate.covariances.push_back(multiplied_by_floor(
            clipped(volumes[k] * form, VectorXd::Ones(form.rows()), floors_applied), root));
        estimate.floors_applied += floors_applied;
    }
    estimate.common_part = multiplied_by_floor(form, root);
    return estimate;
}

// Structures with axes: D_k from each scatter, or one D for all.

CovarianceEstimate own_orientation(CovarianceStructure structure, const VectorRef& masses,
                                   const Matrices& scatters, double floor, const MatrixXd& start) {
    const Index d = scatters.front().rows();
    const Index component_count = masses.size();
    std::vector<SymmetricEigen> eigen;
    eigen.reserve(scatters.size());
    MatrixXd spreads(d, component_count);
    for (Index k = 0; k < component_count; ++k) {
        eigen.push_back(symmetric_eigen(scatters[static_cast<std::size_t>(k)]));
        spreads.col(k) = eigen.back().values.cwiseMax(0.0);
    }
    const VectorXd floors = VectorXd::Constant(d, floor);
    const AxisVariances axes =
        structure == CovarianceStructure::EEV
            ? equal_variances(masses, spreads, floors)
            : common_shape_variances(masses, spreads, floors, start.reshaped());
    CovarianceEstimate estimate;
    estimate.covariances.reserve(scatters.size());
    for (Index k = 0; k < component_count; ++k) {
        estimate.covariances.push_back(
            recompose(eigen[static_cast<std::size_t>(k)].vectors, axes.variances.col(k)));
    }
    estimate.floors_applied = axes.floors_applied;
    if (axes.shape.size() > 0)
        estimate.common_part = axes.shape;
    return estimate;
}

CovarianceEstimate one_orientation(CovarianceStructure structure, const VectorRef& masses,
                                   const Matrices& scatters, double floor, const MatrixXd& start) {
    const VolumeKind volumes =
        structure == CovarianceStructure::EVE ? VolumeKind::equal : VolumeKind::variable;
    CommonOrientation common = common_orientation(volumes, masses, scatters, floor, start);
    CovarianceEstimate estimate;
    estimate.covariances.reserve(scatters.size());
    for (Index k = 0; k < masses.size(); ++k) {
        estimate.covariances.push_back(recompose(common.orientation, common.axes.variances.col(k)));
    }
    estimate.floors_applied = common.axes.floors_applied;
    estimate.common_part = std::move(common.orientation);
    return estimate;
}

}  // namespace

CovarianceEstimate estimate_covariances(CovarianceStructure structure, const VectorRef& masses,
                                        const Matrices& scatters, const VectorRef& floor,
                                        const MatrixXd& start) {
    if (is_diagonal(structure))
        return diagonal(structure, masses, scatters, floor, start);
    switch (structure) {
        case CovarianceStructure::EEE:
            return all_equal(masses, scatters, floor);
        case CovarianceStructure::VEE:
            return common_shape_and_orientation(masses, scatters, floor, start);
        case CovarianceStructure::EVE:
        case CovarianceStructure::VVE:
            return one_orientation(structure, masses, scatters, floor.minCoeff(), start);
        case CovarianceStructure::EEV:
        case CovarianceStructure::VEV:
            return own_orientation(structure, masses, scatters, floor.minCoeff(), start);
        case CovarianceStructure::EVV:
            return equal_volume(masses, scatters, floor);
        default:
            return all_free(masses, scatters, floor);
    }
}

}  // namespace mixtura
