// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/conditional_mixture.h"

#include <cmath>
#include <vector>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/incremental_reference.h"
#include "support/incremental_vectors.h"
#include "support/near.h"
#include "support/portable_stream.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Indices = std::vector<Index>;

constexpr double tolerance = 1e-10;

IncrementalMixture learned_ten_rows() {
    IncrementalMixture mixture = test::ten_rows_mixture();
    const MatrixXd rows = test::ten_rows();
    for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
    return mixture;
}

TEST(ConditionalMixture, EachCoordinateOfTheTenRowsFromTheOther) {
    struct Expected {
        Index given;
        double value;
        Eigen::Vector3d weights;
        double mean;
        double variance;
        double log_density;
    };
    const PrecisionMixture mixture = precision_mixture(learned_ten_rows());
    for (const auto& [given, value, weights, mean, variance, log_density] :
         {Expected{0,
                   1.0,
                   {.966780541754, 0.0, .033219458246},
                   .535477822647,
                   1.326816436659,
                   -1.795590197818},
          Expected{0,
                   3.4,
                   {.000071319307, .001432969651, .998495711042},
                   2.514489585126,
                   4.009569027062,
                   -3.303505243481},
          Expected{1,
                   5.0,
                   {.000075917836, .937116682706, .062807399458},
                   5.771182737265,
                   .933251894545,
                   -1.922942373143}}) {
        const ConditionalMixture conditional(mixture, {given}, {1 - given});
        const ConditionalPrediction seen = conditional.predict(VectorXd::Constant(1, value));
        EXPECT_TRUE(all_near(weights, seen.weights, tolerance));
        EXPECT_TRUE(near(mean, seen.mean[0], tolerance));
        EXPECT_TRUE(near(variance, seen.covariance(0, 0), tolerance));
        EXPECT_TRUE(near(log_density, seen.log_density, tolerance));
    }
    const ConditionalPrediction seen =
        ConditionalMixture(mixture, {0}, {1}).predict(VectorXd::Constant(1, 5.8));
    EXPECT_TRUE(near(.996576207562, seen.weights[1], tolerance));
    EXPECT_TRUE(near(5.277322011481, seen.mean[0], tolerance));
    EXPECT_TRUE(near(1.310089195230, seen.covariance(0, 0), tolerance));
    EXPECT_TRUE(near(-1.381568660594, seen.log_density, tolerance));
}

/// Some mixture of three components in seven features, learned from dependent rows.
IncrementalMixture seven_features(MatrixXd& rows) {
    test::SplitMix64 random(77);
    rows.resize(400, 7);
    MatrixXd mixing(7, 7);
    for (double& entry : mixing.reshaped()) entry = random.normal();
    for (Index t = 0; t < rows.rows(); ++t) {
        VectorXd z(7);
        for (double& entry : z) entry = random.normal();
        rows.row(t) = (mixing * z).transpose().array() + 12.0 * static_cast<double>(t % 3);
    }
    IncrementalMixture mixture({}, VectorXd::Constant(7, 4.0));
    for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
    return mixture;
}

TEST(ConditionalMixture, AnySplitAgreesWithTheCovarianceForm) {
    MatrixXd rows;
    const IncrementalMixture mixture = seven_features(rows);
    const GaussianMixture gaussian = mixture.gaussian_mixture();
    ASSERT_GE(mixture.component_count(), 3);
    for (const auto& [given, wanted] : {std::pair<Indices, Indices>{{0, 1, 2, 3, 4, 5}, {6}},
                                        {{6, 2}, {0, 5, 1}},
                                        {{3}, {4, 0}},
                                        {{1, 0, 4, 6}, {2, 3, 5}},
                                        {{}, {1, 2}}}) {
        for (const PrecisionMixture& parts :
             {precision_mixture(mixture), precision_mixture(gaussian)}) {
            const ConditionalMixture conditional(parts, given, wanted);
            const VectorXd x = rows.row(17)(given).transpose();
            const ConditionalPrediction seen = conditional.predict(x);
            test::LongVector terms(gaussian.component_count());
            std::vector<VectorXd> means;
            std::vector<MatrixXd> covariances;
            for (Index j = 0; j < terms.size(); ++j) {
                const test::LongMatrix c =
                    gaussian.covariances()[static_cast<std::size_t>(j)].cast<long double>();
                const test::LongVector mu = gaussian.means().row(j).transpose().cast<long double>();
                const test::LongVector at = mu(given);
                const test::LongMatrix within = c(given, given);
                const test::LongMatrix gain = c(wanted, given) * within.inverse();
                const test::LongVector away = x.cast<long double>() - at;
                means.emplace_back((mu(wanted) + gain * away).cast<double>());
                covariances.emplace_back(
                    (c(wanted, wanted) - gain * c(given, wanted)).cast<double>());
                terms[j] = std::log(static_cast<long double>(gaussian.mixing_weights()[j]));
                if (!given.empty())
                    terms[j] += test::log_normal_density(x.cast<long double>(), at, within);
            }
            const long double shift = terms.maxCoeff();
            const long double sum = (terms.array() - shift).exp().sum();
            EXPECT_TRUE(near(static_cast<double>(shift + std::log(sum)), seen.log_density, 1e-9));
            VectorXd mean = VectorXd::Zero(static_cast<Index>(wanted.size()));
            const VectorXd weights = ((terms.array() - shift).exp() / sum).cast<double>();
            for (Index j = 0; j < terms.size(); ++j)
                mean += weights[j] * means[static_cast<std::size_t>(j)];
            MatrixXd covariance = MatrixXd::Zero(mean.size(), mean.size());
            for (Index j = 0; j < terms.size(); ++j) {
                const VectorXd away = means[static_cast<std::size_t>(j)] - mean;
                covariance += weights[j] *
                              (covariances[static_cast<std::size_t>(j)] + away * away.transpose());
            }
            EXPECT_TRUE(all_near(weights, seen.weights, 1e-9));
            EXPECT_TRUE(all_near(mean, seen.mean, 1e-9));
            EXPECT_TRUE(all_near(covariance, seen.covariance, 1e-9));
        }
    }
}

TEST(ConditionalMixture, RowThatWasLookedAtGivesThePredictionFromItsOthers) {
    MatrixXd rows;
    IncrementalMixture mixture = seven_features(rows);
    for (const Indices& wanted : {Indices{6}, Indices{2, 5}, Indices{0, 1, 4}}) {
        Indices given;
        for (Index i = 0; i < 7; ++i)
            if (std::ranges::find(wanted, i) == wanted.end())
                given.push_back(i);
        const ConditionalMixture conditional(precision_mixture(mixture), given, wanted);
        for (const Index t : {3, 40, 99}) {
            VectorXd x = rows.row(t).transpose();
            const ConditionalPrediction expected = conditional.predict(x(given));
            x[wanted[0]] += 2.0;  // whatever the wanted cells hold, the prediction is the same
            mixture.look(x);
            const ConditionalPrediction seen = predict_of_others(mixture, x, wanted);
            EXPECT_TRUE(near(expected.log_density, seen.log_density, 1e-9));
            EXPECT_TRUE(all_near(expected.weights, seen.weights, 1e-9));
            EXPECT_TRUE(all_near(expected.mean, seen.mean, 1e-9));
            EXPECT_TRUE(all_near(expected.covariance, seen.covariance, 1e-9));
        }
    }
}

TEST(ConditionalMixture, SineIsPredictedToItsNoise) {
    IncrementalOptions options;
    options.novelty_probability = 0.1;
    options.prior_strength = 2.0;
    IncrementalMixture mixture(options, VectorXd::Constant(2, 0.04));
    const MatrixXd rows = test::sine_rows(5, 2000);
    for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
    EXPECT_EQ(mixture.component_count(), 16);
    const ConditionalMixture conditional(precision_mixture(mixture), {0}, {1});
    const MatrixXd fresh = test::sine_rows(105, 1000);
    double squares = 0.0;
    int covered = 0;
    for (Index t = 0; t < fresh.rows(); ++t) {
        const ConditionalPrediction seen = conditional.predict(fresh.row(t).head(1));
        squares += std::pow(seen.mean[0] - fresh(t, 1), 2);
        covered += fresh(t, 1) >= conditional_quantile(seen, 0, 0.025) &&
                           fresh(t, 1) <= conditional_quantile(seen, 0, 0.975)
                       ? 1
                       : 0;
    }
    EXPECT_NEAR(std::sqrt(squares / 1000.0), .1010, 0.02 * .1010);
    EXPECT_NEAR(covered / 1000.0, .953, 0.003);
}

TEST(ConditionalMixture, QuantilesOfOneBranchAreThoseOfItsNormal) {
    ConditionalPrediction prediction;
    prediction.weights = VectorXd::Ones(1);
    prediction.branch_means = MatrixXd::Constant(1, 1, 3.0);
    prediction.branch_variances = MatrixXd::Constant(1, 1, 4.0);
    // Quantiles of the standard normal to 15 digits.
    EXPECT_NEAR(conditional_quantile(prediction, 0, 0.975), 3.0 + 2.0 * 1.95996398454005, 1e-11);
    EXPECT_NEAR(conditional_quantile(prediction, 0, 0.5), 3.0, 1e-11);
    EXPECT_NEAR(conditional_quantile(prediction, 0, 0.001), 3.0 - 2.0 * 3.09023230616781, 1e-11);
}

TEST(ConditionalMixture, ClassProbabilities) {
    EXPECT_TRUE(all_near(Eigen::Vector3d(0.25, 0.75, 0.0),
                         class_probabilities(Eigen::Vector3d(0.2, 0.6, -0.1)), 1e-15));
    EXPECT_TRUE(all_near(Eigen::Vector2d(0.5, 0.5),
                         class_probabilities(Eigen::Vector2d(-1.0, -2.0)), 1e-15));
    const Eigen::Vector4d log_terms(std::log(0.1), std::log(0.2), std::log(0.3), std::log(0.4));
    EXPECT_TRUE(all_near(Eigen::Vector2d(3.0 / 7.0, 4.0 / 7.0),
                         class_probabilities(log_terms, {0, 0, -1, 1}, 2), 1e-15));
}

TEST(ConditionalMixture, SplitsThatMakeNoSenseAreRefused) {
    const PrecisionMixture mixture = precision_mixture(learned_ten_rows());
    EXPECT_THAT([&] { ConditionalMixture(mixture, {0}, {}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("No feature is wanted")));
    EXPECT_THAT([&] { ConditionalMixture(mixture, {0}, {0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Feature 1 is named twice")));
    EXPECT_THAT([&] { ConditionalMixture(mixture, {2}, {0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Feature 3 is not one of the 2")));
    EXPECT_THAT(
        [&] {
            static_cast<void>(ConditionalMixture(mixture, {0}, {1}).predict(VectorXd::Ones(2)));
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("needs a finite value for each")));
}

}  // namespace
}  // namespace mixtura
