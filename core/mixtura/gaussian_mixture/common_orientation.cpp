// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/common_orientation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "mixtura/linalg/log_domain.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;

struct Rotation {
    double cosine;
    double sine;
};

Rotation rotation_by(double angle) {
    return {std::cos(angle), std::sin(angle)};
}

/// The 2 x 2 part of a rotated scatter in the plane of the axes j and l.
struct PlaneScatter {
    double first;
    double second;
    double cross;

    /// The cross term after a rotation; the product of the diagonal terms then is
    /// first * second + rotated^2 - cross^2, since the determinant stays.
    [[nodiscard]] double rotated_cross(Rotation r) const {
        return r.cosine * r.sine * (second - first) +
               (r.cosine * r.cosine - r.sine * r.sine) * cross;
    }
    /// log of (product of the diagonal terms after) / (before).
    [[nodiscard]] double log_growth(Rotation r) const {
        const double rotated = rotated_cross(r);
        const double growth = (rotated - cross) * (rotated + cross) / (first * second);
        return std::log1p(std::max(growth, least_growth));  // a determinant of rounding alone
    }
    static constexpr double least_growth = -1.0 + 1e-12;
};

/// Scatters D' W_k D along the present axes, and the axes.
class RotatedScatters {
  public:
    RotatedScatters(const std::vector<Eigen::MatrixXd>& scatters, Eigen::MatrixXd axes)
        : axes_(std::move(axes)) {
        scatters_.reserve(scatters.size());
        for (const Eigen::MatrixXd& scatter : scatters)
            scatters_.emplace_back(axes_.transpose() * scatter * axes_);
    }

    [[nodiscard]] PlaneScatter plane(Index k, Index j, Index l) const {
        const Eigen::MatrixXd& scatter = scatters_[static_cast<std::size_t>(k)];
        return {scatter(j, j), scatter(l, l), scatter(l, j)};
    }

    void rotate(Index j, Index l, Rotation r) {
        for (Eigen::MatrixXd& scatter : scatters_) {
            rotate_columns(scatter, j, l, r);
            for (Index i = 0; i < scatter.cols(); ++i) {
                const double first = scatter(j, i);
                const double second = scatter(l, i);
                scatter(j, i) = r.cosine * first + r.sine * second;
                scatter(l, i) = r.cosine * second - r.sine * first;
            }
        }
        rotate_columns(axes_, j, l, r);
    }

    /// d x K, the sums of squares along the axes.
    [[nodiscard]] Eigen::MatrixXd spreads() const {
        Eigen::MatrixXd result(axes_.cols(), static_cast<Index>(scatters_.size()));
        for (Index k = 0; k < result.cols(); ++k)
            result.col(k) = scatters_[static_cast<std::size_t>(k)].diagonal().cwiseMax(0.0);
        return result;
    }
    [[nodiscard]] const Eigen::MatrixXd& axes() const { return axes_; }

  private:
    static void rotate_columns(Eigen::MatrixXd& matrix, Index j, Index l, Rotation r) {
        for (Index i = 0; i < matrix.rows(); ++i) {
            const double first = matrix(i, j);
            const double second = matrix(i, l);
            matrix(i, j) = r.cosine * first + r.sine * second;
            matrix(i, l) = r.cosine * second - r.sine * first;
        }
    }

    std::vector<Eigen::MatrixXd> scatters_;
    Eigen::MatrixXd axes_;
};

/// Angle that minimises the quadratic form with diagonal `first`, `second` and off-diagonal
/// `cross` along the first rotated axis.
double least_quadratic_angle(double first, double second, double cross) {
    if (cross == 0.0 && first <= second)
        return 0.0;
    return 0.5 * std::atan2(-2.0 * cross, second - first);
}

/// One sweep over all planes with the variances held: descends sum_k tr(W_k D V_k^-1 D').
double sweep_majoriser(RotatedScatters& rotated, const Eigen::MatrixXd& variances) {
    const Index d = variances.rows();
    double largest_angle = 0.0;
    for (Index j = 0; j + 1 < d; ++j) {
        for (Index l = j + 1; l < d; ++l) {
            double first = 0.0;
            double second = 0.0;
            double cross = 0.0;
            for (Index k = 0; k < variances.cols(); ++k) {
                const PlaneScatter plane = rotated.plane(k, j, l);
                const double weight = 1.0 / variances(j, k) - 1.0 / variances(l, k);
                first += weight * plane.first;
                second += weight * plane.second;
                cross += weight * plane.cross;
            }
            const double angle = least_quadratic_angle(first, second, cross);
            if (angle == 0.0)
                continue;
            rotated.rotate(j, l, rotation_by(angle));
            largest_angle = std::max(largest_angle, std::abs(angle));
        }
    }
    return largest_angle;
}

/// A Newton step below this angle could raise the objective only by its third order, 1e-12 of it.
constexpr double safe_angle = 1e-4;

/// One sweep over all planes on the profile objective itself, where no floor acts: for VVE
/// sum_k n_k log(o_kj o_kl), for EVE sum_k g_k with g_k the geometric mean of the spreads o_k.
/// @param weights  n_k (VVE) or g_k (EVE, kept up to date)
double sweep_profile(RotatedScatters& rotated, VolumeKind volumes, Eigen::VectorXd& weights,
                     std::vector<PlaneScatter>& planes) {
    const Index d = rotated.axes().cols();
    const Index component_count = weights.size();
    const double power = volumes == VolumeKind::equal ? 1.0 / static_cast<double>(d) : 0.0;
    double largest_angle = 0.0;
    for (Index j = 0; j + 1 < d; ++j) {
        for (Index l = j + 1; l < d; ++l) {
            // First and second derivative in the angle, and the majoriser's quadratic form.
            double slope = 0.0;
            double curvature = 0.0;
            double first = 0.0;
            double second = 0.0;
            double cross = 0.0;
            for (Index k = 0; k < component_count; ++k) {
                const PlaneScatter plane = rotated.plane(k, j, l);
                planes[static_cast<std::size_t>(k)] = plane;
                const double inverse_first = 1.0 / plane.first;
                const double inverse_second = 1.0 / plane.second;
                const double weight = weights[k] * (inverse_first - inverse_second);
                first += weight * plane.first;
                second += weight * plane.second;
                cross += weight * plane.cross;
                const double log_slope = 2.0 * plane.cross * (inverse_first - inverse_second);
                const double log_curvature =
                    2.0 * (plane.second - plane.first) * (inverse_first - inverse_second) -
                    4.0 * plane.cross * plane.cross *
                        (inverse_first * inverse_first + inverse_second * inverse_second);
                slope += weights[k] * log_slope;
                curvature += weights[k] * (log_curvature + power * log_slope * log_slope);
            }
            const auto descends = [&](Rotation r) {
                double change = 0.0;
                for (Index k = 0; k < component_count; ++k) {
                    const double growth = planes[static_cast<std::size_t>(k)].log_growth(r);
                    change += weights[k] *
                              (volumes == VolumeKind::equal ? std::expm1(power * growth) : growth);
                }
                return change < 0.0;
            };
            double angle = 0.0;
            Rotation rotation{1.0, 0.0};
            const double newton = curvature > 0.0 ? -slope / curvature : std::numbers::pi;
            if (std::abs(newton) < std::numbers::pi / 8.0) {
                angle = newton;
                rotation = rotation_by(angle);
            }
            if (angle == 0.0 || (std::abs(angle) > safe_angle && !descends(rotation))) {
                angle = least_quadratic_angle(first, second, cross);
                rotation = rotation_by(angle);
            }
            // Below the rounding of the objective neither step can be told from none.
            if (std::abs(angle) < 1e-9)
                continue;
            if (volumes == VolumeKind::equal) {
                for (Index k = 0; k < component_count; ++k) {
                    weights[k] *=
                        std::exp(power * planes[static_cast<std::size_t>(k)].log_growth(rotation));
                }
            }
            rotated.rotate(j, l, rotation);
            largest_angle = std::max(largest_angle, std::abs(angle));
        }
    }
    return largest_angle;
}

AxisVariances variances_along(VolumeKind volumes, const VectorRef& masses,
                              const Eigen::MatrixXd& spreads, const VectorRef& floor) {
    return volumes == VolumeKind::equal ? equal_volume_variances(masses, spreads, floor)
                                        : free_variances(masses, spreads, floor);
}

/// Sweeps from `axes` until no plane turns any more.
CommonOrientation sweep_to_rest(VolumeKind volumes, const VectorRef& masses,
                                const std::vector<Eigen::MatrixXd>& scatters,
                                const Eigen::VectorXd& floors, Eigen::MatrixXd axes) {
    RotatedScatters rotated(scatters, std::move(axes));
    std::vector<PlaneScatter> planes(scatters.size());
    constexpr int sweep_limit = 200;
    // Where a floor acts sweeps creep; any number of them keeps EM monotone, and the next M-step goes
    // on from there.
    constexpr int floored_sweep_limit = 5;
    int floored_sweeps = 0;
    constexpr double least_angle = 1e-7;  // the objective is flat to its square at a minimum
    Eigen::MatrixXd spreads = rotated.spreads();
    AxisVariances best = variances_along(volumes, masses, spreads, floors);
    for (int sweep = 0; sweep < sweep_limit; ++sweep) {
        double largest_angle = 0.0;
        if (best.floors_applied > 0 || spreads.minCoeff() <= 0.0) {
            if (++floored_sweeps > floored_sweep_limit)
                break;
            largest_angle = sweep_majoriser(rotated, best.variances);
        } else {
            Eigen::VectorXd weights = masses;
            if (volumes == VolumeKind::equal) {
                for (Index k = 0; k < weights.size(); ++k)
                    weights[k] = geometric_mean(spreads.col(k));
            }
            largest_angle = sweep_profile(rotated, volumes, weights, planes);
        }
        if (largest_angle == 0.0)
            break;
        spreads = rotated.spreads();
        best = variances_along(volumes, masses, spreads, floors);
        if (largest_angle < least_angle)
            break;
    }
    return {rotated.axes(), std::move(best)};
}

/// sum_k sum_j (n_k log v_kj + o_kj / v_kj), what the M-step minimises.
double cost_of(const CommonOrientation& common, const VectorRef& masses,
               const std::vector<Eigen::MatrixXd>& scatters) {
    double cost = 0.0;
    for (Index k = 0; k < masses.size(); ++k) {
        for (Index j = 0; j < common.orientation.cols(); ++j) {
            const auto axis = common.orientation.col(j);
            const double variance = common.axes.variances(j, k);
            cost += masses[k] * std::log(variance) +
                    axis.dot(scatters[static_cast<std::size_t>(k)] * axis) / variance;
        }
    }
    return cost;
}

}  // namespace

CommonOrientation common_orientation(VolumeKind volumes, const VectorRef& masses,
                                     const std::vector<Eigen::MatrixXd>& scatters, double floor,
                                     const MatrixRef& start) {
    const Index d = scatters.front().rows();
    const Eigen::VectorXd floors = Eigen::VectorXd::Constant(d, floor);
    if (start.size() > 0)
        return sweep_to_rest(volumes, masses, scatters, floors, start);
    Eigen::MatrixXd pooled = Eigen::MatrixXd::Zero(d, d);
    for (const Eigen::MatrixXd& scatter : scatters) pooled += scatter;
    CommonOrientation best =
        sweep_to_rest(volumes, masses, scatters, floors, symmetric_eigen(pooled).vectors);
    double least = cost_of(best, masses, scatters);
    const double rounding = 1e-9 * masses.sum();  // where minima are the same, the first stays
    const auto try_start = [&](Eigen::MatrixXd axes) {
        CommonOrientation other = sweep_to_rest(volumes, masses, scatters, floors, std::move(axes));
        const double cost = cost_of(other, masses, scatters);
        if (cost < least - rounding) {
            least = cost;
            best = std::move(other);
        }
    };
    try_start(Eigen::MatrixXd::Identity(d, d));
    for (const Eigen::MatrixXd& scatter : scatters) try_start(symmetric_eigen(scatter).vectors);
    return best;
}

}  // namespace mixtura
