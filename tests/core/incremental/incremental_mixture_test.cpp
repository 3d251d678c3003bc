// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/incremental_mixture.h"

#include <cmath>
#include <limits>
#include <string>
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
using test::CovarianceFormMixture;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Rows of `cluster_count` correlated clusters whose centres stand `separation` apart.
MatrixXd clustered_rows(Index n, Index d, int cluster_count, double separation,
                        std::uint64_t seed) {
    test::SplitMix64 random(seed);
    MatrixXd centres(cluster_count, d);
    for (double& entry : centres.reshaped()) entry = separation * random.normal();
    MatrixXd mixing(d, d);
    for (double& entry : mixing.reshaped())
        entry = random.normal() / std::sqrt(static_cast<double>(d));
    mixing += MatrixXd::Identity(d, d);
    MatrixXd rows(n, d);
    for (Index i = 0; i < n; ++i) {
        const auto k = static_cast<Index>(random.uniform() * cluster_count);
        VectorXd z(d);
        for (double& entry : z) entry = random.normal();
        rows.row(i) = centres.row(k) + (mixing * z).transpose();
    }
    return rows;
}

void expect_same_bits(const IncrementalComponent& a, const IncrementalComponent& b) {
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(precision_matrix(a), precision_matrix(b));
    EXPECT_EQ(a.log_det, b.log_det);
    EXPECT_EQ(a.mass, b.mass);
    EXPECT_EQ(a.covariance_mass, b.covariance_mass);
}

struct Case {
    Index d;
    Index n;
    double lambda;
    double kappa0;
    bool is_predictive;
    std::int64_t refactor_interval;
    std::int64_t minimum_age;
    double minimum_mass;
};

class IncrementalAgainstCovarianceForm : public testing::TestWithParam<Case> {};

TEST_P(IncrementalAgainstCovarianceForm, StatesAgreeRowByRow) {
    const Case& c = GetParam();
    IncrementalOptions options;
    options.novelty_probability = 1e-4;
    options.prior_strength = c.kappa0;
    options.forgetting = c.lambda;
    options.novelty_scale = c.is_predictive ? NoveltyScale::predictive : NoveltyScale::plain;
    options.minimum_age = c.minimum_age;
    options.minimum_accumulation = c.minimum_mass;
    options.refactor_interval = c.refactor_interval;
    const VectorXd variances = VectorXd::LinSpaced(c.d, 0.5, 1.5);
    IncrementalMixture mixture(options, variances);
    CovarianceFormMixture reference(
        {.threshold = novelty_threshold(1e-4, static_cast<int>(c.d)),
         .is_predictive = c.is_predictive,
         .kappa0 = c.kappa0,
         .lambda = c.lambda,
         .minimum_age = c.minimum_age,
         .minimum_mass = c.minimum_mass,
         .refactor_interval = c.refactor_interval == never_refactor ? 0 : c.refactor_interval},
        variances);
    const MatrixXd rows = clustered_rows(c.n, c.d, 3, 6.0, 11 + static_cast<std::uint64_t>(c.d));
    int most_components = 0;
    for (Index t = 0; t < c.n; ++t) {
        const Observation seen = mixture.observe(rows.row(t).transpose());
        const auto expected = static_cast<double>(reference.observe(rows.row(t).transpose()));
        if (t > 0) {
            ASSERT_TRUE(near(expected, seen.log_density, 1e-10)) << "row " << t;
        }
        ASSERT_EQ(reference.components().size(), mixture.components().size()) << "row " << t;
        most_components = std::max(most_components, mixture.component_count());
    }
    EXPECT_GE(most_components, 2);
    for (std::size_t j = 0; j < mixture.components().size(); ++j) {
        const IncrementalComponent& actual = mixture.components()[j];
        const CovarianceFormMixture::Component& expected = reference.components()[j];
        EXPECT_EQ(expected.age, actual.age);
        EXPECT_TRUE(near(static_cast<double>(expected.n), actual.mass, 1e-11));
        EXPECT_TRUE(near(static_cast<double>(expected.nu), actual.covariance_mass, 1e-11));
        EXPECT_TRUE(near(static_cast<double>(expected.kappa), actual.prior_mass, 1e-11));
        EXPECT_TRUE(all_near(expected.mean.cast<double>(), actual.mean.head(c.d), 1e-10));
        EXPECT_TRUE(all_near(expected.covariance.cast<double>(), covariance_matrix(actual), 1e-10));
        EXPECT_TRUE(
            all_near(expected.covariance.diagonal().cast<double>(), actual.variances, 1e-9));
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, IncrementalAgainstCovarianceForm,
                         testing::Values(Case{1, 3000, 1.0, 1.0, false, never_refactor, 0, 0.0},
                                         Case{1, 3000, 0.99, 2.0, true, 7, 50, 3.0},
                                         Case{2, 3000, 1.0, 1.0, true, 100, 100, 3.0},
                                         Case{3, 2000, 0.995, 2.0, true, never_refactor, 60, 2.0},
                                         Case{4, 2000, 0.99, 2.0, true, 25, 0, 0.0},
                                         Case{5, 2000, 0.999, 3.0, false, 200, 100, 3.0},
                                         Case{7, 1500, 1.0, 4.0, true, 50, 100, 3.0},
                                         Case{20, 600, 0.995, 10.0, true, 20, 100, 3.0},
                                         Case{33, 200, 1.0, 17.0, true, 40, 0, 0.0}));

TEST(IncrementalMixture, OneComponentIsTheBatchFormula) {
    const MatrixXd rows = clustered_rows(200, 5, 1, 1.0, 3);
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    options.prior_strength = 2.5;
    const VectorXd variances = VectorXd::LinSpaced(5, 0.2, 2.0);
    IncrementalMixture mixture(options, variances);
    for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
    const VectorXd mean = rows.colwise().mean().transpose();
    const MatrixXd centred = rows.rowwise() - mean.transpose();
    const MatrixXd scatter = centred.transpose() * centred + MatrixXd(2.5 * variances.asDiagonal());
    const IncrementalComponent& component = mixture.components().at(0);
    EXPECT_TRUE(all_near(mean, component.mean.head(5), 1e-12));
    EXPECT_TRUE(all_near(scatter / (2.5 + 199.0), covariance_matrix(component), 1e-12));
}

TEST(IncrementalMixture, OrderOfFeaturesOnlyPermutesTheState) {
    const MatrixXd rows = clustered_rows(500, 6, 3, 5.0, 8);
    const std::vector<Index> order{4, 2, 0, 5, 1, 3};
    const VectorXd variances = VectorXd::LinSpaced(6, 0.3, 1.2);
    IncrementalMixture plain({}, variances);
    IncrementalMixture permuted({}, variances(order));
    for (Index t = 0; t < rows.rows(); ++t) {
        plain.observe(rows.row(t).transpose());
        permuted.observe(rows.row(t)(order).transpose());
    }
    ASSERT_EQ(plain.component_count(), permuted.component_count());
    ASSERT_GE(plain.component_count(), 3);
    for (std::size_t j = 0; j < plain.components().size(); ++j)
        EXPECT_TRUE(all_near(covariance_matrix(plain.components()[j])(order, order).eval(),
                             covariance_matrix(permuted.components()[j]), 1e-10));
}

TEST(IncrementalMixture, UnitsOfFeaturesOnlyRescaleTheState) {
    const MatrixXd rows = clustered_rows(500, 4, 3, 5.0, 9);
    const Eigen::Vector4d units(1e-8, 3.0, 1e8, 0.7);
    IncrementalMixture plain({}, VectorXd::Ones(4));
    IncrementalMixture rescaled({}, units.cwiseAbs2());
    for (Index t = 0; t < rows.rows(); ++t) {
        plain.observe(rows.row(t).transpose());
        rescaled.observe(rows.row(t).transpose().cwiseProduct(units));
    }
    ASSERT_EQ(plain.component_count(), rescaled.component_count());
    for (std::size_t j = 0; j < plain.components().size(); ++j) {
        const MatrixXd back = units.cwiseInverse().asDiagonal() *
                              covariance_matrix(rescaled.components()[j]) *
                              units.cwiseInverse().asDiagonal();
        EXPECT_TRUE(all_near(covariance_matrix(plain.components()[j]), back, 1e-10));
    }
}

TEST(IncrementalMixture, ThreadsChangeNoBit) {
    const MatrixXd rows = clustered_rows(300, 101, 30, 3.0, 4);
    const auto learned = [&](int threads) {
        IncrementalOptions options;
        options.novelty_probability = 1e-3;
        IncrementalMixture mixture(options, VectorXd::Constant(101, 0.5));
        mixture.set_thread_count(threads);
        for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
        return mixture;
    };
    const IncrementalMixture one = learned(1);
    ASSERT_GE(one.component_count(), 25);
    for (const int threads : {2, 8}) {
        const IncrementalMixture other = learned(threads);
        ASSERT_EQ(one.component_count(), other.component_count());
        for (std::size_t j = 0; j < one.components().size(); ++j)
            expect_same_bits(one.components()[j], other.components()[j]);
    }
}

TEST(IncrementalMixture, CholeskyFactorsUpdatedByRotationsAgree) {
    const Index d = 12;
    const MatrixXd rows = clustered_rows(3000, d, 1, 1.0, 5);
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    options.forgetting = 0.995;
    options.refactor_interval = never_refactor;
    IncrementalMixture mixture(options, VectorXd::Ones(d));
    Eigen::LLT<MatrixXd> factor(MatrixXd::Identity(d, d));
    double scale = 1.0;  // C = scale L L'
    double n = 1.0;
    double nu = mixture.prior_strength();
    VectorXd mean = rows.row(0).transpose();
    mixture.observe(mean);
    for (Index t = 1; t < rows.rows(); ++t) {
        mixture.observe(rows.row(t).transpose());
        const double m = 0.995 * n;
        const double u = 0.995 * nu;
        n = m + 1.0;
        nu = u + 1.0;
        const VectorXd e = rows.row(t).transpose() - mean;
        factor.rankUpdate(e, m / (n * u) / scale);
        scale *= u / nu;
        mean += e / n;
    }
    EXPECT_TRUE(all_near((scale * factor.reconstructedMatrix()).eval(),
                         covariance_matrix(mixture.components().at(0)), 1e-9));
}

TEST(IncrementalMixture, CaseWeightTwoIsLessThanTheRowTwice) {
    // A row of weight g is one with g times the responsibility, not g rows in turn.
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    options.prior_strength = 3.0;
    IncrementalMixture mixture(options, VectorXd::Ones(1));
    mixture.observe(VectorXd::Zero(1), 2.0);
    mixture.observe(VectorXd::Constant(1, 3.0), 2.0);
    const IncrementalComponent& component = mixture.components().at(0);
    EXPECT_DOUBLE_EQ(component.mass, 4.0);
    EXPECT_DOUBLE_EQ(component.covariance_mass, 5.0);
    EXPECT_DOUBLE_EQ(component.mean[0], 1.5);
    // kappa V0 + n m / n' e^2 = 3 + 2 * 2 / 4 * 9
    EXPECT_NEAR(covariance_matrix(component)(0, 0), 12.0 / 5.0, 1e-14);
}

TEST(IncrementalMixture, DriftIsFollowedWithForgettingAndNotWithout) {
    struct Expectation {
        double lambda;
        double regret_before;
        double regret_after;
        std::int64_t recovery;  ///< rows; 0: never
    };
    for (const auto& [lambda, before, after, recovery] : {Expectation{1.0, .0024, 3.122, 0},
                                                          {.999, .0053, 1.487, 2279},
                                                          {.998, .0101, 1.001, 1302}}) {
        IncrementalOptions options;
        options.prior_strength = 2.0;
        options.forgetting = lambda;
        options.minimum_age = 50;
        IncrementalMixture mixture(options, VectorXd::Constant(2, 0.25));
        test::DriftStream stream(2024, 6000);
        std::vector<double> regret;
        for (std::int64_t t = 0; t < 12000; ++t) {
            const Eigen::Vector2d x = stream.next();
            const double density = mixture.observe(x).log_density;
            regret.push_back(t == 0 ? 0.0 : stream.log_density(t, x) - density);
        }
        const auto mean = [&](std::size_t from, std::size_t to) {
            double sum = 0.0;
            for (std::size_t t = from; t < to; ++t) sum += regret[t];
            return sum / static_cast<double>(to - from);
        };
        std::int64_t recovered = 0;
        for (std::size_t t = 6500; t < regret.size() && recovered == 0; ++t)
            if (mean(t - 499, t + 1) < 0.15)
                recovered = static_cast<std::int64_t>(t) - 6000;
        EXPECT_NEAR(mean(5000, 6000), before, 0.02 * before + 5e-5) << lambda;
        EXPECT_NEAR(mean(6000, 7000), after, 0.02 * after) << lambda;
        EXPECT_NEAR(static_cast<double>(recovered), static_cast<double>(recovery),
                    0.02 * static_cast<double>(recovery))
            << lambda;
    }
}

TEST(IncrementalMixture, ValuesThatCannotBeLearnedLeaveTheStateAsItWas) {
    IncrementalMixture mixture = test::ten_rows_mixture();
    IncrementalMixture untouched = test::ten_rows_mixture();
    const MatrixXd rows = test::ten_rows();
    for (Index t = 0; t < rows.rows(); ++t) {
        mixture.observe(rows.row(t).transpose());
        untouched.observe(rows.row(t).transpose());
        EXPECT_THAT([&] { mixture.observe(Eigen::Vector2d(1.0, infinity)); },
                    ThrowsMessage<InvalidArgument>(HasSubstr("Feature 2 is inf")));
        EXPECT_THAT([&] { mixture.observe(Eigen::Vector2d(-2e150, 0.0)); },
                    ThrowsMessage<InvalidArgument>(HasSubstr("beyond 1e150")));
        EXPECT_THAT([&] { mixture.observe(Eigen::Vector2d(0.0, 9e149)); },
                    ThrowsMessage<InvalidArgument>(HasSubstr("too far from every component")));
        EXPECT_THAT([&] { mixture.observe(VectorXd::Zero(3)); },
                    ThrowsMessage<InvalidArgument>(HasSubstr("has 3 values")));
    }
    EXPECT_EQ(mixture.state().row_count, 10);
    ASSERT_EQ(mixture.component_count(), untouched.component_count());
    for (std::size_t j = 0; j < mixture.components().size(); ++j)
        expect_same_bits(mixture.components()[j], untouched.components()[j]);
}

TEST(IncrementalMixture, ConstantFeatureAndFewerRowsThanFeaturesStayPositiveDefinite) {
    for (const double lambda : {1.0, 0.9, 0.99}) {
        IncrementalOptions options;
        options.forgetting = lambda;
        options.minimum_accumulation = 1.0;
        IncrementalMixture mixture(options, VectorXd::Constant(40, 0.1));
        MatrixXd rows = clustered_rows(30, 40, 2, 0.1, 6);
        rows.col(7).setConstant(5.0);
        for (int pass = 0; pass < 200; ++pass)
            for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
        EXPECT_EQ(mixture.state().counters.components_repaired, 0) << lambda;
        for (const IncrementalComponent& component : mixture.components()) {
            EXPECT_EQ(Eigen::LLT<MatrixXd>(precision_matrix(component)).info(), Eigen::Success);
            EXPECT_TRUE(std::isfinite(component.log_det));
        }
        EXPECT_NO_THROW(static_cast<void>(mixture.gaussian_mixture()));
    }
}

TEST(IncrementalMixture, EqualRowsShrinkTheCovarianceTowardsNothingButThePrior) {
    IncrementalMixture mixture({}, VectorXd::Ones(3));
    for (int t = 0; t < 1000; ++t) mixture.observe(Eigen::Vector3d(1.0, 2.0, 3.0));
    ASSERT_EQ(mixture.component_count(), 1);
    // kappa V0 / (kappa + n - 1)
    EXPECT_TRUE(all_near(MatrixXd(1.5 / 1000.5 * MatrixXd::Identity(3, 3)),
                         covariance_matrix(mixture.components()[0]), 1e-12));
}

TEST(IncrementalMixture, AllMissingRowTeachesNothing) {
    IncrementalMixture mixture = test::ten_rows_mixture();
    mixture.observe(Eigen::Vector2d(0.0, 0.0));
    mixture.observe(Eigen::Vector2d::Constant(not_a_number));
    EXPECT_EQ(mixture.components().at(0).mass, 1.0);
    EXPECT_EQ(mixture.state().counters.rows_all_missing, 1);
    EXPECT_EQ(mixture.state().row_count, 2);
}

TEST(IncrementalMixture, MissingCellsAreTheirExactExpectations) {
    // The covariance form of one EM step with missing cells, in long double.
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    const Index d = 5;
    IncrementalMixture mixture(options, VectorXd::Ones(d));
    MatrixXd rows = clustered_rows(60, d, 1, 1.0, 21);
    for (Index t = 5; t < 60; ++t) {
        rows(t, t % d) = not_a_number;
        if (t % 2 == 0)
            rows(t, (t + 2) % d) = not_a_number;
    }
    test::LongVector mean = rows.row(0).transpose().cast<long double>();
    test::LongMatrix covariance = test::LongMatrix::Identity(d, d);
    long double n = 1.0L;
    long double nu = mixture.prior_strength();
    mixture.observe(rows.row(0).transpose());
    for (Index t = 1; t < 60; ++t) {
        std::vector<Index> known;
        std::vector<Index> missing;
        for (Index i = 0; i < d; ++i) (std::isnan(rows(t, i)) ? missing : known).push_back(i);
        const test::LongVector x = rows.row(t)(known).transpose().cast<long double>();
        const test::LongMatrix within = covariance(known, known);
        const test::LongMatrix across = covariance(missing, known);
        const test::LongMatrix gain = across * within.inverse();
        test::LongVector e(d);
        e(known) = x - mean(known);
        e(missing) = gain * (x - mean(known));
        test::LongMatrix left_open = test::LongMatrix::Zero(d, d);
        left_open(missing, missing) = covariance(missing, missing) - gain * across.transpose();
        const double seen = mixture.observe(rows.row(t).transpose()).log_density;
        const test::LongVector known_mean = mean(known);
        ASSERT_TRUE(
            near(static_cast<double>(test::log_normal_density(x, known_mean, within)), seen, 1e-12))
            << t;
        const long double new_nu = nu + 1.0L;
        covariance = (nu * covariance + n / (n + 1.0L) * e * e.transpose() + left_open) / new_nu;
        mean += e / (n + 1.0L);
        n += 1.0L;
        nu = new_nu;
        ASSERT_TRUE(
            all_near(covariance.cast<double>(), covariance_matrix(mixture.components()[0]), 1e-12))
            << t;
        ASSERT_TRUE(all_near(mean.cast<double>(), mixture.components()[0].mean.head(d), 1e-12));
    }
    EXPECT_TRUE(near(mixture.components()[0].log_det,
                     static_cast<double>(std::log(covariance.determinant())), 1e-11));
    EXPECT_TRUE(
        all_near(covariance.diagonal().cast<double>(), mixture.components()[0].variances, 1e-12));
}

TEST(IncrementalMixture, ComponentLimitForcesUpdatesOrMerges) {
    const MatrixXd rows = clustered_rows(400, 2, 6, 8.0, 15);
    for (const LimitAction action : {LimitAction::update, LimitAction::merge}) {
        IncrementalOptions options;
        options.component_limit = 3;
        options.limit_action = action;
        options.minimum_age = 0;
        IncrementalMixture mixture(options, VectorXd::Constant(2, 0.25));
        for (Index t = 0; t < rows.rows(); ++t) {
            mixture.observe(rows.row(t).transpose());
            ASSERT_LE(mixture.component_count(), 3);
        }
        EXPECT_EQ(mixture.state().counters.forced_updates > 0, action == LimitAction::update);
        EXPECT_EQ(mixture.state().counters.merged > 0, action == LimitAction::merge);
        double mass = 0.0;
        for (const IncrementalComponent& component : mixture.components()) mass += component.mass;
        EXPECT_NEAR(mass, 400.0, 1e-9);
    }
}

TEST(IncrementalMixture, MergingEverySoManyRowsKeepsFewerComponentsThatSayAsMuch) {
    const MatrixXd rows = clustered_rows(4000, 3, 3, 6.0, 16);
    const auto learned = [&](std::int64_t interval, double& log_likelihood) {
        IncrementalOptions options;
        options.novelty_probability = 0.01;
        options.merge_interval = interval;
        IncrementalMixture mixture(options, VectorXd::Constant(3, 0.25));
        log_likelihood = 0.0;
        for (Index t = 0; t < rows.rows(); ++t) {
            const double density = mixture.observe(rows.row(t).transpose()).log_density;
            if (t >= 2000)
                log_likelihood += density / 2000.0;
        }
        return mixture.component_count();
    };
    double apart = 0.0;
    double together = 0.0;
    const int many = learned(0, apart);
    const int few = learned(200, together);
    EXPECT_LT(few, many);
    EXPECT_GE(few, 3);
    EXPECT_GT(together, apart - 0.05);
}

TEST(IncrementalMixture, MixturesOfTwoHalfStreamsMergeToOneThatSaysAsMuch) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
        IncrementalOptions options;
        options.prior_strength = 2.0;
        const Eigen::Vector2d variances = Eigen::Vector2d::Constant(0.25);
        IncrementalMixture first(options, variances);
        IncrementalMixture second(options, variances);
        IncrementalMixture whole(options, variances);
        test::DriftStream stream(seed, 1000000);
        for (int t = 0; t < 4000; ++t) {
            const Eigen::Vector2d x = stream.next();
            (t % 2 == 0 ? first : second).observe(x);
            whole.observe(x);
        }
        const IncrementalMixture together = merged(first, second);
        EXPECT_EQ(together.state().row_count, 4000);
        MatrixXd fresh(2000, 2);
        for (Index t = 0; t < fresh.rows(); ++t) fresh.row(t) = stream.next().transpose();
        const double loss = (score(whole.gaussian_mixture(), fresh).log_likelihood -
                             score(together.gaussian_mixture(), fresh).log_likelihood) /
                            2000.0;
        EXPECT_LT(loss, 0.01) << seed;
        EXPECT_LT(together.component_count(), first.component_count() + second.component_count())
            << seed;
    }
    const IncrementalMixture narrow({}, VectorXd::Ones(2));
    EXPECT_THAT(
        [&] { static_cast<void>(merged(narrow, IncrementalMixture({}, VectorXd::Ones(3)))); },
        ThrowsMessage<InvalidArgument>(HasSubstr("different numbers of features")));
    EXPECT_THAT(
        [&] {
            static_cast<void>(merged(narrow, IncrementalMixture({}, Eigen::Vector2d(1.0, 2.0))));
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("different initial variances")));
}

TEST(IncrementalMixture, ClassesHaveComponentsOfTheirOwn) {
    IncrementalMixture mixture({}, VectorXd::Ones(1), true);
    const auto at = [](double x) { return VectorXd::Constant(1, x); };
    EXPECT_TRUE(mixture.observe(at(0.0), 1.0, 0).is_new_component);
    EXPECT_TRUE(mixture.observe(at(0.1), 1.0, 1).is_new_component);  // an unseen class
    EXPECT_FALSE(mixture.observe(at(0.2), 1.0, 1).is_new_component);
    EXPECT_TRUE(mixture.observe(at(50.0), 1.0, 0).is_new_component);
    EXPECT_FALSE(mixture.observe(at(90.0), 1.0, -1).is_new_component);  // no label, no component
    ASSERT_EQ(mixture.component_count(), 3);
    EXPECT_EQ(mixture.components()[0].class_index, 0);
    EXPECT_EQ(mixture.components()[1].class_index, 1);
    EXPECT_EQ(mixture.components()[2].class_index, 0);
}

TEST(IncrementalMixture, UnreadableOptionsAreRefusedWithTheirValues) {
    const auto refusal = [](auto change) {
        IncrementalOptions options;
        change(options);
        return [options] { IncrementalMixture(options, VectorXd::Ones(2)); };
    };
    const auto message = [](const std::string& text) {
        return ThrowsMessage<InvalidArgument>(HasSubstr(text));
    };
    EXPECT_THAT(refusal([](auto& o) { o.novelty_probability = 1.0; }),
                message("novelty probability is 1"));
    EXPECT_THAT(refusal([](auto& o) { o.novelty_probability = -0.1; }), message("-0.1"));
    EXPECT_THAT(refusal([](auto& o) { o.forgetting = 0.0; }), message("forgetting is 0"));
    EXPECT_THAT(refusal([](auto& o) { o.forgetting = 1.5; }), message("forgetting is 1.5"));
    EXPECT_THAT(refusal([](auto& o) { o.prior_strength = 0.0; }), message("prior strength is 0"));
    EXPECT_THAT(refusal([](auto& o) { o.initial_scale = -1.0; }), message("initial scale is -1"));
    EXPECT_THAT(refusal([](auto& o) { o.component_limit = 0; }), message("component limit is 0"));
    EXPECT_THAT(refusal([](auto& o) { o.minimum_accumulation = -1.0; }),
                message("minimum accumulation is -1"));
    EXPECT_THAT(refusal([](auto& o) { o.forgetting = 0.5; }), message("would prune every one"));
    EXPECT_THAT([] { IncrementalMixture({}, Eigen::Vector2d(1.0, 0.0)); },
                message("initial variance of feature 2 is 0"));
    EXPECT_THAT(
        [] { static_cast<void>(IncrementalMixture({}, VectorXd::Ones(1)).gaussian_mixture()); },
        message("No row was learned"));
}

TEST(TiledTriangle, PassesAgreeWithPlainMatricesAndWithEachOther) {
    for (const Index d : {1, 2, 3, 4, 5, 8, 10, 31, 100}) {
        const MatrixXd rows = clustered_rows(3 * d + 2, d, 1, 1.0, 31);
        const MatrixXd matrix = rows.transpose() * rows;
        TiledTriangle both(matrix);
        TiledTriangle apart(matrix);
        EXPECT_EQ(both.dense(), MatrixXd(matrix.selfadjointView<Eigen::Lower>()));
        VectorXd v = VectorXd::Zero(both.padded_dimension());
        VectorXd u = v;
        VectorXd y = v;
        VectorXd z = v;
        v.head(d) = rows.row(0).transpose();
        u.head(d) = rows.row(1).transpose();
        const RankOneChange change{.scale = 1.25, .coefficient = 0.01, .vector = u.data()};
        const double product = change_and_multiply(both, change, v.data(), y.data());
        apply_change(apart, change);
        EXPECT_EQ(both.dense(), apart.dense()) << d;
        EXPECT_EQ(product, multiply(apart, v.data(), z.data())) << d;
        EXPECT_EQ(y, z);
        const MatrixXd expected = 1.25 * (matrix - 0.01 * u.head(d) * u.head(d).transpose());
        const double size = expected.norm();
        EXPECT_LT((both.dense() - expected).norm(), 1e-14 * size);
        EXPECT_LT((y.head(d) - expected * v.head(d)).norm(), 1e-14 * size * v.norm());
        EXPECT_NEAR(product / (v.head(d).dot(expected * v.head(d))), 1.0, 1e-12);
        EXPECT_EQ(both.dense(), both.dense().transpose());
    }
}

}  // namespace
}  // namespace mixtura
