// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/standard_errors.h"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include <Eigen/LU>
#include <gmock/gmock.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/interpretation/covariance_chart.h"

#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

EmFit converged(const MatrixXd& rows, CovarianceStructure structure,
                const std::vector<std::int32_t>& partition, int component_count,
                const VectorXd& weights = {}) {
    return fit_em(rows,
                  {.component_count = component_count,
                   .covariance_structure = structure,
                   .tolerance = 0.0,
                   .iteration_limit = 3000},
                  {}, weights, {.partition = partition, .model = {}});
}

/// Reference: an independent prototype with derivatives by finite differences.
TEST(StandardErrors, EqualTheReferenceOfGalaxies) {
    const MatrixXd rows = test::measurements("galaxies") / 1000.0;
    const EmFit fit = converged(rows, CovarianceStructure::EII,
                                test::reference_partition("galaxies-quantile", 3), 3);
    EXPECT_NEAR(-212.35185518, fit.log_likelihood, 1e-8);
    std::array<Index, 3> order{};  // by rising mean
    for (Index k = 0; k < 3; ++k)
        order.at(static_cast<std::size_t>(
            (fit.model.means().array() < fit.model.means()(k, 0)).count())) = k;
    const auto expect = [&](StandardErrorMethod method, const std::array<double, 6>& expected) {
        const StandardErrors errors = standard_errors(fit.model, rows, method);
        SCOPED_TRACE(to_string(method));
        EXPECT_NEAR(expected[0], errors.standard_errors.mixing_weights[order[0]], 1e-6);
        EXPECT_NEAR(expected[1], errors.standard_errors.mixing_weights[order[1]], 1e-6);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(expected.at(2 + k), errors.standard_errors.means(order.at(k), 0), 1e-6);
            EXPECT_NEAR(expected[5], errors.standard_errors.covariances[k](0, 0), 1e-6);
        }
        EXPECT_LT(errors.remaining_gain, 1e-9);
    };
    expect(StandardErrorMethod::hessian, {.031052, .036436, .803586, .245083, 1.255404, .670725});
    expect(StandardErrorMethod::opg, {.031705, .037387, 3.811408, .235657, 2.675091, .656927});
    expect(StandardErrorMethod::sandwich, {.031021, .036380, .172043, .259205, .590297, .715461});
}

/// Of one normal the information is known: var(mean) = Sigma / n and
/// var(Sigma_ij) = (Sigma_ii Sigma_jj + Sigma_ij^2) / n.
TEST(StandardErrors, OfOneComponentHaveAClosedForm) {
    const MatrixXd rows = test::measurements("iris");
    const EmFit fit = fit_em(rows, {.component_count = 1});
    const StandardErrors errors = standard_errors(fit.model, rows);
    const MatrixXd& covariance = fit.model.covariances()[0];
    EXPECT_NEAR(0.0, errors.standard_errors.mixing_weights[0], 0.0);
    for (Index i = 0; i < 4; ++i) {
        EXPECT_TRUE(
            near(std::sqrt(covariance(i, i) / 150.0), errors.standard_errors.means(0, i), 1e-10));
        for (Index j = 0; j < 4; ++j)
            EXPECT_TRUE(near(std::sqrt((covariance(i, i) * covariance(j, j) +
                                        covariance(i, j) * covariance(i, j)) /
                                       150.0),
                             errors.standard_errors.covariances[0](i, j), 1e-10));
    }
}

/// Two overlapping components in the plane, of 400 rows.
MatrixXd two_clouds() {
    MatrixXd means(2, 2);
    means << 0.0, 0.0, 3.5, 1.0;
    MatrixXd first(2, 2);
    MatrixXd second(2, 2);
    first << 1.0, 0.5, 0.5, 2.0;
    second << 1.5, -0.6, -0.6, 0.7;
    RandomStream random(11);
    return sample(GaussianMixture(Eigen::Vector2d(0.4, 0.6), means, {first, second}), 400, random)
        .observations;
}

std::vector<std::int32_t> left_and_right(const MatrixXd& rows) {
    std::vector<std::int32_t> partition;
    for (Index i = 0; i < rows.rows(); ++i) partition.push_back(rows(i, 0) > 1.8 ? 1 : 0);
    return partition;
}

/// Another parametrisation of any structure in the plane: logit of the first weight, means, then by
/// the three letters log volumes, log shapes and angles; and the model as a flat vector.
class PlaneModel {
  public:
    explicit PlaneModel(const GaussianMixture& model)
        : letters_(to_string(model.covariance_structure())) {
        parameters_.push_back(std::log(model.mixing_weights()[0] / model.mixing_weights()[1]));
        for (const double mean : model.means().reshaped()) parameters_.push_back(mean);
        for (int k = 0; k < 2; ++k) {
            const MatrixXd& s = model.covariances()[static_cast<std::size_t>(k)];
            const double volume = 0.5 * std::log(s.determinant());
            double angle = 0.0;
            double shape = 0.5 * std::log(s(0, 0) / s(1, 1));
            if (letters_[2] != 'I') {
                angle = 0.5 * std::atan2(2.0 * s(0, 1), s(0, 0) - s(1, 1));
                const double spread = std::hypot(0.5 * (s(0, 0) - s(1, 1)), s(0, 1));
                const double middle = 0.5 * (s(0, 0) + s(1, 1));
                shape = 0.5 * std::log((middle + spread) / (middle - spread));
                // A common axis may be the long one of one component and the short one of the other.
                if (k == 1 && letters_[2] == 'E' && std::abs(std::cos(angle - angle_)) < 0.5) {
                    angle += 0.5 * std::numbers::pi;
                    shape = -shape;
                }
                angle_ = angle;
            }
            if (k == 0 || letters_[0] == 'V')
                parameters_.push_back(volume);
            if (letters_[1] != 'I' && (k == 0 || letters_[1] == 'V'))
                parameters_.push_back(shape);
            if (letters_[2] != 'I' && (k == 0 || letters_[2] == 'V'))
                parameters_.push_back(angle);
        }
    }

    [[nodiscard]] const std::vector<double>& parameters() const { return parameters_; }

    /// Weights, means, covariances (each 4 entries): 14 values.
    [[nodiscard]] VectorXd values(const std::vector<double>& at) const {
        VectorXd values(14);
        values[0] = 1.0 / (1.0 + std::exp(-at[0]));
        values[1] = 1.0 - values[0];
        for (Index j = 0; j < 4; ++j) values[2 + j] = at[static_cast<std::size_t>(1 + j)];
        std::size_t next = 5;
        double volume = 0.0;
        double shape = 0.0;
        double angle = 0.0;
        for (int k = 0; k < 2; ++k) {
            if (k == 0 || letters_[0] == 'V')
                volume = at[next++];
            if (letters_[1] != 'I' && (k == 0 || letters_[1] == 'V'))
                shape = at[next++];
            if (letters_[2] != 'I' && (k == 0 || letters_[2] == 'V'))
                angle = at[next++];
            const double c = std::cos(angle);
            const double s = std::sin(angle);
            const double first = std::exp(volume + shape);
            const double second = std::exp(volume - shape);
            values[6 + 4 * k] = c * c * first + s * s * second;
            values[7 + 4 * k] = values[8 + 4 * k] = c * s * (first - second);
            values[9 + 4 * k] = s * s * first + c * c * second;
        }
        return values;
    }

    [[nodiscard]] double log_likelihood(const std::vector<double>& at, const MatrixXd& rows) const {
        const VectorXd v = values(at);
        double sum = 0.0;
        for (Index i = 0; i < rows.rows(); ++i) sum += row_log_density(v, rows.row(i));
        return sum;
    }

    [[nodiscard]] static double row_log_density(const VectorXd& v, const Eigen::RowVectorXd& row) {
        double density = 0.0;
        for (int k = 0; k < 2; ++k) {
            const double determinant = v[6 + 4 * k] * v[9 + 4 * k] - v[7 + 4 * k] * v[8 + 4 * k];
            const double x = row[0] - v[2 + k];
            const double y = row[1] - v[4 + k];
            const double squared =
                (v[9 + 4 * k] * x * x - 2.0 * v[7 + 4 * k] * x * y + v[6 + 4 * k] * y * y) /
                determinant;
            density +=
                v[k] * std::exp(-0.5 * squared) / (2.0 * std::numbers::pi * std::sqrt(determinant));
        }
        return std::log(density);
    }

  private:
    std::string letters_;
    std::vector<double> parameters_;
    double angle_ = 0.0;
};

using Function = std::function<double(const std::vector<double>&)>;

std::vector<double> moved(std::vector<double> at, std::size_t p, double step) {
    at[p] += step;
    return at;
}

double slope(const Function& f, const std::vector<double>& at, std::size_t p, double h) {
    return (f(moved(at, p, h)) - f(moved(at, p, -h))) / (2.0 * h);
}

MatrixXd second_differences(const Function& f, const std::vector<double>& at) {
    constexpr double h = 2e-4;
    const auto count = static_cast<Index>(at.size());
    MatrixXd result(count, count);
    for (std::size_t p = 0; p < at.size(); ++p) {
        for (std::size_t q = 0; q < at.size(); ++q) {
            const Function by_q = [&](const std::vector<double>& x) { return slope(f, x, q, h); };
            result(static_cast<Index>(p), static_cast<Index>(q)) = slope(by_q, at, p, h);
        }
    }
    return result;
}

class EveryStructure : public testing::TestWithParam<CovarianceStructure> {};

/// Finite differences in another parametrisation: at a maximum the choice does not matter.
TEST_P(EveryStructure, EqualsFiniteDifferencesInOtherParameters) {
    const MatrixXd rows = two_clouds();
    const EmFit fit = converged(rows, GetParam(), left_and_right(rows), 2);
    const PlaneModel plane(fit.model);
    const std::vector<double>& at = plane.parameters();
    ASSERT_EQ(static_cast<int>(at.size()), fit.model.parameter_count());
    ASSERT_TRUE(near(fit.log_likelihood, plane.log_likelihood(at, rows), 1e-9));

    const MatrixXd information = -second_differences(
        [&](const std::vector<double>& x) { return plane.log_likelihood(x, rows); }, at);
    MatrixXd slopes(14, static_cast<Index>(at.size()));
    MatrixXd scores(rows.rows(), static_cast<Index>(at.size()));
    for (std::size_t p = 0; p < at.size(); ++p) {
        const auto column = static_cast<Index>(p);
        for (Index v = 0; v < 14; ++v)
            slopes(v, column) = slope(
                [&](const std::vector<double>& x) { return plane.values(x)[v]; }, at, p, 1e-5);
        for (Index i = 0; i < rows.rows(); ++i)
            scores(i, column) = slope(
                [&](const std::vector<double>& x) {
                    return PlaneModel::row_log_density(plane.values(x), rows.row(i));
                },
                at, p, 1e-5);
    }
    const MatrixXd inverse = information.inverse();
    const MatrixXd products = scores.transpose() * scores;
    for (const auto& [method, covariance] :
         {std::pair{StandardErrorMethod::hessian, inverse},
          std::pair{StandardErrorMethod::opg, MatrixXd(products.inverse())},
          std::pair{StandardErrorMethod::sandwich, MatrixXd(inverse * products * inverse)}}) {
        SCOPED_TRACE(to_string(method));
        const VectorXd expected = (slopes * covariance * slopes.transpose()).diagonal().cwiseSqrt();
        const MixtureParameters errors = standard_errors(fit.model, rows, method).standard_errors;
        VectorXd actual(14);
        actual << errors.mixing_weights, errors.means.reshaped(), errors.covariances[0].reshaped(),
            errors.covariances[1].reshaped();
        EXPECT_TRUE(all_near(expected, actual, 2e-6));
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryStructure, testing::ValuesIn(all_covariance_structures));

TEST(CovarianceChart, HasTheFreeParametersOfEveryStructure) {
    const GaussianMixture model = test::reference_fit("iris", "hc", "VVV", 3, 5).model;
    for (const CovarianceStructure structure : all_covariance_structures) {
        const GaussianMixture named(model.mixing_weights(), model.means(), model.covariances(),
                                    structure);
        EXPECT_EQ(covariance_chart(named).parameter_count,
                  covariance_parameter_count(structure, 3, 4))
            << to_string(structure);
    }
}

TEST(StandardErrors, TakeARowOfWeightTwoAsTwoRows) {
    const MatrixXd once = two_clouds();
    MatrixXd repeated(450, 2);
    repeated << once, once.topRows(50);
    VectorXd weights = VectorXd::Ones(400);
    weights.head(50).setConstant(2.0);
    const EmFit fit = converged(once, CovarianceStructure::VVV, left_and_right(once), 2, weights);
    for (const StandardErrorMethod method :
         {StandardErrorMethod::hessian, StandardErrorMethod::opg, StandardErrorMethod::sandwich}) {
        const auto a = standard_errors(fit.model, once, method, weights).standard_errors;
        const auto b = standard_errors(fit.model, repeated, method).standard_errors;
        EXPECT_TRUE(all_near(b.means, a.means, 1e-10));
        EXPECT_TRUE(all_near(b.mixing_weights, a.mixing_weights, 1e-10));
        EXPECT_TRUE(all_near(b.covariances[1], a.covariances[1], 1e-10));
    }
}

TEST(StandardErrors, SayHowFarTheModelIsFromAMaximum) {
    const MatrixXd rows = two_clouds();
    const EmFit limit = converged(rows, CovarianceStructure::VVV, left_and_right(rows), 2);
    const EmFit early =
        fit_em(rows, {.component_count = 2, .tolerance = 0.0, .iteration_limit = 40}, {},
               VectorXd(), {.partition = left_and_right(rows), .model = {}});
    const double left = limit.log_likelihood - early.log_likelihood;
    ASSERT_GT(left, 1e-6);
    EXPECT_NEAR(left, standard_errors(early.model, rows).remaining_gain, 0.1 * left);
}

TEST(StandardErrors, RefuseWhatHasNone) {
    const MatrixXd rows = two_clouds();
    const GaussianMixture model =
        converged(rows, CovarianceStructure::VVV, left_and_right(rows), 2).model;
    EXPECT_THAT([&] { standard_errors(model, rows.leftCols(1)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 features, the observations 1")));
    EXPECT_THAT(
        [&] {
            standard_errors(model, rows, StandardErrorMethod::hessian, Eigen::Vector2d(1.0, 1.0));
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("2 observation_weights for 400 rows")));
    EXPECT_THAT([&] { standard_errors(model, rows.topRows(3)); },
                ThrowsMessage<NumericalError>(HasSubstr("not positive definite")));
    const GaussianMixture wide(VectorXd::Ones(1), MatrixXd::Zero(1, 90),
                               {MatrixXd::Identity(90, 90)});
    EXPECT_THAT([&] { standard_errors(wide, MatrixXd::Zero(1, 90)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("4185 free parameters")));
    std::stop_source stop;
    stop.request_stop();
    FitControl control;
    control.stop = stop.get_token();
    EXPECT_THROW(standard_errors(model, rows, StandardErrorMethod::opg, VectorXd(), control),
                 Cancelled);
}

}  // namespace
}  // namespace mixtura
