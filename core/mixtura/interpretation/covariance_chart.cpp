// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/covariance_chart.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Where the letters of a structure put what.
struct Letters {
    bool has_own_volume;
    bool has_own_shape;
    bool has_shape;        ///< not spherical
    bool has_orientation;  ///< not parallel to the axes
    bool has_own_orientation;

    explicit Letters(CovarianceStructure structure) {
        const std::string_view name = to_string(structure);
        has_own_volume = name[0] == 'V';
        has_own_shape = name[1] == 'V';
        has_shape = name[1] != 'I';
        has_orientation = name[2] != 'I';
        has_own_orientation = name[2] == 'V';
    }
    /// Shape and orientation are both common or both own: together any symmetric matrix.
    [[nodiscard]] bool is_linear() const {
        return !has_orientation || has_own_shape == has_own_orientation;
    }
};

MatrixXd unit(Index d, Index i, Index j) {
    MatrixXd matrix = MatrixXd::Zero(d, d);
    matrix(i, j) = 1.0;
    return matrix;
}

/// Adds directions to a chart: to all components as one parameter, or to each as its own.
class ChartBuilder {
  public:
    explicit ChartBuilder(CovarianceChart& chart) : chart_(chart) {
        chart.directions.resize(chart.factors.size());
    }

    /// @param direction_of  makes stretch and turn for component k
    template <class DirectionOf>
    void add(bool is_own, const DirectionOf& direction_of) {
        for (std::size_t k = 0; k < chart_.factors.size(); ++k) {
            CovarianceDirection direction = direction_of(k);
            direction.parameter = chart_.parameter_count;
            chart_.directions[k].push_back(std::move(direction));
            if (is_own)
                ++chart_.parameter_count;
        }
        if (!is_own)
            ++chart_.parameter_count;
    }

  private:
    CovarianceChart& chart_;
};

/// F_k = D_k A_k^(1/2), the eigenvectors by falling eigenvalue; one D for all where it is common.
std::vector<MatrixXd> principal_factors(const GaussianMixture& model, bool has_own_orientation) {
    const Index d = model.feature_count();
    MatrixXd average = MatrixXd::Zero(d, d);
    for (std::size_t k = 0; k < model.covariances().size(); ++k)
        average += model.mixing_weights()[static_cast<Index>(k)] * model.covariances()[k];
    const MatrixXd common = symmetric_eigen(average).vectors;
    std::vector<MatrixXd> factors;
    for (const MatrixXd& covariance : model.covariances()) {
        const MatrixXd axes = has_own_orientation ? symmetric_eigen(covariance).vectors : common;
        const Eigen::VectorXd variances = (axes.transpose() * covariance * axes).diagonal();
        factors.emplace_back(axes * variances.cwiseSqrt().asDiagonal());
    }
    return factors;
}

/// A^(-1/2) Omega A^(1/2) for the rotation in the plane of the axes i and j.
MatrixXd turn_of(const MatrixXd& factor, Index i, Index j) {
    const double ratio = factor.col(i).norm() / factor.col(j).norm();
    return unit(factor.rows(), i, j) / ratio - unit(factor.rows(), j, i) * ratio;
}

}  // namespace

CovarianceChart covariance_chart(const GaussianMixture& model) {
    const Letters letters(model.covariance_structure());
    const Index d = model.feature_count();
    CovarianceChart chart;
    chart.factors = letters.is_linear() ? model.covariance_factors()
                                        : principal_factors(model, letters.has_own_orientation);
    ChartBuilder builder(chart);
    const auto same = [](const MatrixXd& stretch) {
        return [stretch](std::size_t) { return CovarianceDirection{0, stretch, {}}; };
    };
    builder.add(letters.has_own_volume, same(MatrixXd::Identity(d, d)));
    for (Index j = 0; letters.has_shape && j + 1 < d; ++j)
        builder.add(letters.has_own_shape, same(unit(d, j, j) - unit(d, d - 1, d - 1)));
    for (Index j = 0; letters.has_orientation && j < d; ++j) {
        for (Index i = j + 1; i < d; ++i) {
            if (letters.is_linear())
                builder.add(letters.has_own_orientation, same(unit(d, i, j) + unit(d, j, i)));
            else
                builder.add(letters.has_own_orientation, [&](std::size_t k) {
                    return CovarianceDirection{0, MatrixXd::Zero(d, d),
                                               turn_of(chart.factors[k], i, j)};
                });
        }
    }
    return chart;
}

Eigen::VectorXd lower_triangle(const MatrixXd& symmetric) {
    const Index d = symmetric.rows();
    Eigen::VectorXd entries(d * (d + 1) / 2);
    Index place = 0;
    for (Index j = 0; j < d; ++j) {
        for (Index i = j; i < d; ++i) entries[place++] = symmetric(i, j);
    }
    return entries;
}

MatrixXd symmetric_from(const Eigen::VectorXd& lower_triangle) {
    const auto d = static_cast<Index>(
        std::lround((std::sqrt(8.0 * static_cast<double>(lower_triangle.size()) + 1.0) - 1.0) / 2));
    MatrixXd symmetric(d, d);
    Index place = 0;
    for (Index j = 0; j < d; ++j) {
        for (Index i = j; i < d; ++i) {
            symmetric(i, j) = lower_triangle[place];
            symmetric(j, i) = lower_triangle[place++];
        }
    }
    return symmetric;
}

MatrixXd slopes(const CovarianceChart& chart, std::size_t component) {
    const Index d = chart.factors[component].rows();
    MatrixXd result = MatrixXd::Zero(d * (d + 1) / 2, chart.parameter_count);
    for (const CovarianceDirection& direction : chart.directions[component]) {
        MatrixXd slope = direction.stretch;
        if (direction.turn.size() > 0)
            slope += direction.turn + direction.turn.transpose();
        result.col(direction.parameter) = lower_triangle(slope);
    }
    return result;
}

/// With W the sum of the turns and l that of the stretches, exp(S) = exp(W) exp(l) exp(W'), so the
/// second-order part of S is ([W, l] + [l, W'] + [W, W']) / 2 with [A, B] = A B - B A.
MatrixXd curvature(const CovarianceChart& chart, std::size_t component, const MatrixXd& gradient) {
    MatrixXd result = MatrixXd::Zero(chart.parameter_count, chart.parameter_count);
    // tr(G [A, B])
    const auto commutator = [&gradient](const MatrixXd& a, const MatrixXd& b) {
        return gradient.cwiseProduct((a * b - b * a).transpose()).sum();
    };
    for (const CovarianceDirection& first : chart.directions[component]) {
        if (first.turn.size() == 0)
            continue;
        for (const CovarianceDirection& second : chart.directions[component]) {
            double half = 0.5 * (commutator(first.turn, second.stretch) +
                                 commutator(second.stretch, first.turn.transpose()));
            if (second.turn.size() > 0)
                half += 0.5 * commutator(first.turn, second.turn.transpose());
            result(first.parameter, second.parameter) += half;
            result(second.parameter, first.parameter) += half;
        }
    }
    return result;
}

}  // namespace mixtura
