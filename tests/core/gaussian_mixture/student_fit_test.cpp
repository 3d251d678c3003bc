// SPDX-License-Identifier: Apache-2.0
// Mixtures of Student-t components: the passes, the fits, the model.

#include <cmath>
#include <string>
#include <vector>

#include <Eigen/LU>
#include <boost/math/distributions/students_t.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/component_deviation.h"
#include "mixtura/gaussian_mixture/density_grid.h"
#include "mixtura/gaussian_mixture/em_fit.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Labels = std::vector<std::int32_t>;

/// Two components in three features, of unlike tails.
GaussianMixture two_clouds(const VectorXd& degrees_of_freedom) {
    MatrixXd means(2, 3);
    means << 0.0, 1.0, -1.0, 4.0, -2.0, 2.0;
    MatrixXd first(3, 3);
    first << 2.0, 0.5, 0.1, 0.5, 1.0, -0.3, 0.1, -0.3, 0.7;
    const MatrixXd second = 0.5 * first + MatrixXd::Identity(3, 3);
    return {VectorXd(Eigen::Vector2d(0.4, 0.6)),
            means,
            {first, second},
            CovarianceStructure::VVV,
            StudentTails{.degrees_of_freedom = degrees_of_freedom}};
}

MatrixXd rows_of(const GaussianMixture& model, int count) {
    RandomStream random(5);
    return sample(model, count, random).observations;
}

/// The textbook density, with determinant and inverse.
double naive_density(const GaussianMixture& model, const RowVectorXd& x) {
    const double d = model.feature_count();
    double density = 0.0;
    for (int k = 0; k < model.component_count(); ++k) {
        const double nu = model.tails()->degrees_of_freedom[k];
        const MatrixXd& sigma = model.covariances()[static_cast<std::size_t>(k)];
        const RowVectorXd y = x - model.means().row(k);
        const double square = (y * sigma.inverse()).dot(y);
        density += model.mixing_weights()[k] * std::tgamma(0.5 * (nu + d)) / std::tgamma(0.5 * nu) /
                   std::sqrt(std::pow(nu * M_PI, d) * sigma.determinant()) *
                   std::pow(1.0 + square / nu, -0.5 * (nu + d));
    }
    return density;
}

double naive_log_likelihood(const GaussianMixture& model, const MatrixXd& rows) {
    double sum = 0.0;
    for (Index i = 0; i < rows.rows(); ++i) sum += std::log(naive_density(model, rows.row(i)));
    return sum;
}

TEST(StudentPass, DensitiesAreThoseOfTheTextbook) {
    const GaussianMixture model = two_clouds(Eigen::Vector2d(1.5, 30.0));
    const MatrixXd rows = rows_of(model, 300);
    const Scores scores = score(model, rows);
    for (Index i = 0; i < rows.rows(); ++i)
        EXPECT_TRUE(
            near(std::log(naive_density(model, rows.row(i))), scores.log_densities[i], 1e-12));
    // One feature: the distribution of Boost.
    const GaussianMixture one(VectorXd::Ones(1), MatrixXd::Constant(1, 1, 2.0),
                              {MatrixXd::Constant(1, 1, 9.0)}, CovarianceStructure::VVV,
                              StudentTails{.degrees_of_freedom = VectorXd::Constant(1, 4.5)});
    const double expected =
        std::log(boost::math::pdf(boost::math::students_t(4.5), (7.0 - 2.0) / 3.0) / 3.0);
    EXPECT_TRUE(near(expected, score(one, MatrixXd::Constant(1, 1, 7.0)).log_densities[0], 1e-14));
}

TEST(StudentPass, MomentsAndTailsAreThoseOfTheTextbook) {
    const GaussianMixture model = two_clouds(Eigen::Vector2d(1.5, 30.0));
    const MatrixXd rows = rows_of(model, 300);
    const VectorXd weights = VectorXd::LinSpaced(300, 0.5, 2.0);
    const compute::RowPasses passes(rows, weights, {});
    const compute::GaussianStatistics statistics =
        passes.gaussian_statistics(model.pass_parameters());
    const MatrixXd responsibilities = score(model, rows).responsibilities;
    for (int k = 0; k < 2; ++k) {
        const double nu = model.tails()->degrees_of_freedom[k];
        const MatrixXd inverse = model.covariances()[static_cast<std::size_t>(k)].inverse();
        double mass = 0.0;
        double sum = 0.0;
        RowVectorXd mean = RowVectorXd::Zero(3);
        VectorXd u(300);
        for (Index i = 0; i < 300; ++i) {
            const RowVectorXd y = rows.row(i) - model.means().row(k);
            const double r = weights[i] * responsibilities(i, k);
            u[i] = r * (nu + 3.0) / (nu + (y * inverse).dot(y));
            mass += r;
            sum += u[i];
            mean += u[i] * rows.row(i);
        }
        mean /= sum;
        const MatrixXd centred = rows.rowwise() - mean;
        const MatrixXd scatter = centred.transpose() * u.asDiagonal() * centred;
        EXPECT_TRUE(near(mass, statistics.masses[k], 1e-12));
        EXPECT_TRUE(near(sum, statistics.tails.weight_sums[k], 1e-12));
        EXPECT_TRUE(all_near(mean, statistics.means.row(k), 1e-12));
        EXPECT_TRUE(all_near(scatter, statistics.scatters[static_cast<std::size_t>(k)], 1e-10));
    }
}

TEST(StudentPass, ScoresAreTheDerivativesOfTheLogLikelihood) {
    const Eigen::Vector2d at(2.5, 8.0);
    const MatrixXd rows = rows_of(two_clouds(at), 200);
    const compute::TailStatistics tails = compute::RowPasses(rows, VectorXd(), {})
                                              .gaussian_statistics(two_clouds(at).pass_parameters())
                                              .tails;
    for (int k = 0; k < 2; ++k) {
        constexpr double h = 1e-3;
        const auto value = [&](double step) {
            Eigen::Vector2d there = at;
            there[k] += step;
            return naive_log_likelihood(two_clouds(there), rows);
        };
        EXPECT_NEAR((value(h) - value(-h)) / (2.0 * h), tails.scores[k], 1e-5);
        EXPECT_NEAR((value(h) - 2.0 * value(0.0) + value(-h)) / (h * h), tails.curvatures[k], 1e-4);
    }
}

EmFit student_fit(const std::string& data_set, const Labels& start, EmOptions options,
                  DegreesOfFreedomRule rule, double degrees_of_freedom, int threads = 1) {
    options.family = ComponentFamily::student;
    options.degrees_of_freedom_rule = rule;
    options.degrees_of_freedom = degrees_of_freedom;
    FitControl control;
    control.thread_count = threads;
    return fit_em(test::measurements(data_set), options, control, VectorXd(),
                  {.partition = start, .model = {}});
}

struct Reference {
    std::string data_set;
    std::string column;
    DegreesOfFreedomRule rule;
    double degrees_of_freedom;  ///< where it begins or is held
    double first;
    double limit;
};

/// Values of a program independent of this one, given to eight decimals.
TEST(StudentFit, ReachesThePublishedLimits) {
    using enum DegreesOfFreedomRule;
    for (const Reference& reference :
         {Reference{"diabetes", "class", fixed, 5.0, -2335.58646141, -2308.91003810},
          Reference{"diabetes", "class", common, 50.0, -2327.97362185, -2303.47999734},
          Reference{"diabetes", "class", free, 50.0, -2327.97362185, -2301.68578748}}) {
        SCOPED_TRACE(std::string(to_string(reference.rule)));
        const Labels labels =
            test::TextTable(test::data_file(reference.data_set + ".csv")).classes(reference.column);
        const EmFit fit =
            student_fit(reference.data_set, labels, {.component_count = 3, .tolerance = 1e-9},
                        reference.rule, reference.degrees_of_freedom);
        const std::vector<double>& trace = fit.runs[0].log_likelihood;
        EXPECT_TRUE(near(reference.first, trace.front(), 1e-11));
        EXPECT_TRUE(near(reference.limit, fit.log_likelihood, 1e-9));
        for (std::size_t i = 1; i < trace.size(); ++i)
            EXPECT_GE(trace[i], trace[i - 1] - 1e-9 * std::abs(trace[i]));
        EXPECT_TRUE(near(score(fit.model, test::measurements(reference.data_set)).log_likelihood,
                         trace.back(), 1e-12));
    }
}

TEST(StudentFit, FindsThePublishedDegreesOfFreedom) {
    const Labels labels = test::TextTable(test::data_file("diabetes.csv")).classes("class");
    const auto tails = [&](DegreesOfFreedomRule rule) {
        const EmFit fit =
            student_fit("diabetes", labels, {.component_count = 3, .tolerance = 1e-9}, rule, 50.0);
        return fit.model.tails()->degrees_of_freedom;
    };
    EXPECT_NEAR(tails(DegreesOfFreedomRule::common)[0], 138.04, 0.5);
    const VectorXd own = tails(DegreesOfFreedomRule::free);
    EXPECT_NEAR(own.minCoeff(), 6.804, 0.005);
    EXPECT_EQ(own.maxCoeff(), degrees_of_freedom_limit);
}

TEST(StudentFit, ReachesTheLimitsOfPlainEmInR) {
    const test::TextTable table(test::reference_file("expected/student-loglik.csv"));
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string data_set = table.text(row, "data_set");
        const std::string structure = table.text(row, "model");
        SCOPED_TRACE(data_set + " " + structure + " " + table.text(row, "rule"));
        const Labels labels =
            test::TextTable(test::data_file(data_set + ".csv")).classes(table.text(row, "column"));
        const EmFit fit = student_fit(data_set, labels,
                                      {.component_count = 3,
                                       .covariance_structure = covariance_structure_from(structure),
                                       .tolerance = 1e-9},
                                      degrees_of_freedom_rule_from(table.text(row, "rule")),
                                      table.number(row, "start"));
        EXPECT_TRUE(near(table.number(row, "first"), fit.runs[0].log_likelihood.front(), 1e-11));
        EXPECT_TRUE(near(table.number(row, "limit"), fit.log_likelihood, 1e-8));
    }
}

TEST(StudentFit, EveryStructureClimbsAndEndsAtItsModel) {
    const MatrixXd iris = test::measurements("iris");
    const Labels species = test::TextTable(test::data_file("iris.csv")).classes("species");
    for (const CovarianceStructure structure : all_covariance_structures) {
        SCOPED_TRACE(std::string(to_string(structure)));
        const EmFit fit =
            student_fit("iris", species, {.component_count = 3, .covariance_structure = structure},
                        DegreesOfFreedomRule::free, 50.0);
        const std::vector<double>& trace = fit.runs[0].log_likelihood;
        for (std::size_t i = 1; i < trace.size(); ++i)
            EXPECT_GE(trace[i], trace[i - 1] - 1e-9 * std::abs(trace[i]));
        EXPECT_TRUE(near(score(fit.model, iris).log_likelihood, fit.log_likelihood, 1e-11));
        EXPECT_EQ(fit.model.parameter_count(), parameter_count(structure, 3, 4) + 3);
        // A Gaussian mixture is the limit of many degrees of freedom: 200 cannot do much worse.
        const EmFit gaussian =
            fit_em(iris, {.component_count = 3, .covariance_structure = structure}, {}, VectorXd(),
                   {.partition = species, .model = {}});
        EXPECT_GT(fit.log_likelihood, gaussian.log_likelihood - 1.0);
    }
}

TEST(StudentFit, RecoversTheTailsThatMadeTheRows) {
    const GaussianMixture truth = two_clouds(Eigen::Vector2d(3.0, 60.0));
    const MatrixXd rows = rows_of(truth, 20000);
    const EmFit fit = fit_em(rows, {.component_count = 2,
                                    .family = ComponentFamily::student,
                                    .initialisation = Initialisation::kmeans});
    // In canonical order the greater component, of light tails, comes first.
    EXPECT_NEAR(fit.model.mixing_weights()[0], 0.6, 0.02);
    EXPECT_NEAR(fit.model.tails()->degrees_of_freedom[1], 3.0, 0.4);
    EXPECT_GT(fit.model.tails()->degrees_of_freedom[0], 25.0);
    EXPECT_TRUE(all_near(truth.means().row(1), fit.model.means().row(0), 0.06));
    EXPECT_TRUE(all_near(truth.covariances()[0], fit.model.covariances()[1], 0.15));
}

TEST(StudentFit, BringsNumbersOfAStartModelWithinTheBounds) {
    const GaussianMixture start = two_clouds(Eigen::Vector2d(1e5, 0.01));
    const EmFit fit = fit_em(rows_of(two_clouds(Eigen::Vector2d(4.0, 9.0)), 2000),
                             {.component_count = 2, .family = ComponentFamily::student}, {},
                             VectorXd(), {.partition = {}, .model = start});
    const VectorXd& found = fit.model.tails()->degrees_of_freedom;
    EXPECT_GE(found.minCoeff(), 2.0);
    EXPECT_LE(found.maxCoeff(), degrees_of_freedom_limit);
}

TEST(StudentFit, FarRowsPullLessThanOnAGaussian) {
    MatrixXd rows = test::measurements("faithful");
    rows.conservativeResize(rows.rows() + 3, Eigen::NoChange);
    rows.bottomRows(3) << 30.0, 400.0, 31.0, 395.0, 29.0, 410.0;
    EmOptions options{
        .component_count = 2, .initialisation = Initialisation::kmeans, .run_count = 5};
    options.family = ComponentFamily::student;
    const EmFit fit = fit_em(rows, options);
    // The two kinds of eruption, not the far rows: as mclust has them without those.
    EXPECT_NEAR(fit.model.means()(0, 1), 80.0, 1.0);
    EXPECT_NEAR(fit.model.means()(1, 1), 54.5, 1.0);
}

TEST(StudentFit, HasTheSameBitsForAnyNumberOfThreads) {
    const Labels labels = test::TextTable(test::data_file("iris.csv")).classes("species");
    const auto fit = [&](int threads) {
        return student_fit("iris", labels, {.component_count = 3}, DegreesOfFreedomRule::free, 50.0,
                           threads);
    };
    const EmFit one = fit(1);
    const EmFit two = fit(2);
    EXPECT_EQ(one.log_likelihood, two.log_likelihood);
    EXPECT_EQ(one.model.means(), two.model.means());
    EXPECT_EQ(one.model.tails()->degrees_of_freedom, two.model.tails()->degrees_of_freedom);
}

TEST(StudentFit, RefusesWhatItCannotDo) {
    const MatrixXd faithful = test::measurements("faithful");
    EmOptions options{.family = ComponentFamily::student};
    options.degrees_of_freedom = 0.1;
    EXPECT_THAT([&] { fit_em(faithful, options); },
                ThrowsMessage<InvalidArgument>(HasSubstr("degrees_of_freedom is 0.1")));
    options.degrees_of_freedom = 50.0;
    options.prior = Prior::conjugate;
    EXPECT_THAT([&] { fit_em(faithful, options); },
                ThrowsMessage<InvalidArgument>(HasSubstr("prior is one of Gaussian components")));
    options.prior = Prior::none;
    Labels known(static_cast<std::size_t>(faithful.rows()), -1);
    known[0] = 0;
    known[1] = 1;
    EXPECT_THAT([&] { fit_em(faithful, options, {}, VectorXd(), {}, known); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Known labels")));
    EXPECT_THAT([] { two_clouds(VectorXd::Ones(3)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("3 degrees of freedom for 2 components")));
    EXPECT_THAT([] { two_clouds(Eigen::Vector2d(1.0, -2.0)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("component 2")));
}

TEST(StudentMixture, EllipsesHoldTheirShareOfTheRows) {
    const GaussianMixture model(VectorXd::Ones(1), MatrixXd::Zero(1, 3),
                                {two_clouds(Eigen::Vector2d(3.0, 3.0)).covariances()[0]},
                                CovarianceStructure::VVV,
                                StudentTails{.degrees_of_freedom = VectorXd::Constant(1, 3.0)});
    RandomStream random(11);
    constexpr int count = 40000;
    const MatrixXd rows = sample(model, count, random).observations;
    const MatrixXd block = model.covariances()[0].topLeftCorner(2, 2).inverse();
    for (const double mass : {0.5, 0.95}) {
        const double radius = squared_radius(model, 0, mass, 2);
        int inside = 0;
        for (Index i = 0; i < count; ++i) {
            const Eigen::RowVector2d x = rows.row(i).head(2);
            inside += (x * block).dot(x) <= radius ? 1 : 0;
        }
        // Five standard deviations of a binomial count.
        EXPECT_NEAR(inside, mass * count, 5.0 * std::sqrt(count * mass * (1.0 - mass)));
    }
}

TEST(StudentMixture, DeviationsAreThoseOfTheDistribution) {
    const GaussianMixture model = two_clouds(Eigen::Vector2d(1.5, 6.0));
    EXPECT_TRUE(std::isinf(component_deviation(model, 0, 1)));
    // The variance of a Student-t variable with 6 degrees of freedom is 6 / 4.
    EXPECT_TRUE(near(std::sqrt(1.5 * 1.5), component_deviation(model, 1, 1), 1e-14));
    const GaussianMixture gaussian(VectorXd::Ones(1), MatrixXd::Zero(1, 1),
                                   {MatrixXd::Constant(1, 1, 9.0)});
    EXPECT_EQ(component_deviation(gaussian, 0, 0), 3.0);
}

TEST(StudentMixture, MarginalDensityIntegratesToTheMassOfItsRange) {
    const GaussianMixture model = two_clouds(Eigen::Vector2d(2.0, 9.0));
    const MarginalDensity marginal_of_first = marginal_density(model, 0, {-400.0, 400.0}, 400001);
    const double step = marginal_of_first.nodes[1] - marginal_of_first.nodes[0];
    EXPECT_NEAR(step * marginal_of_first.density.sum(), 1.0, 1e-4);
    const GaussianMixture alone = marginal(model, {0});
    const double there = marginal_of_first.nodes[200300];
    EXPECT_TRUE(near(std::exp(score(alone, MatrixXd::Constant(1, 1, there)).log_densities[0]),
                     marginal_of_first.density[200300], 1e-12));
}

}  // namespace
}  // namespace mixtura
