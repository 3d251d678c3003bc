// SPDX-License-Identifier: Apache-2.0
#include "compute/conformance.h"

#include <chrono>
#include <cmath>
#include <stop_token>
#include <thread>

#include "mixtura/common/random.h"
#include "mixtura/compute/row_passes.h"

#include "support/gaussian_pass_reference.h"
#include "support/mixture_cases.h"

namespace mixtura::test {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using compute::RowPasses;
using Shape = GaussianParameters::Shape;

/// Relative to the mass, in units of the standard deviations of the data.
constexpr double statistics_tolerance = 1e-12;
/// Relative to the sum of the absolute log densities.
constexpr double likelihood_tolerance = 1e-12;

Eigen::VectorXd standard_deviations(const Eigen::MatrixXd& observations) {
    const Eigen::RowVectorXd mean = observations.colwise().mean();
    const Eigen::VectorXd variance =
        (observations.rowwise() - mean).array().square().colwise().mean().transpose();
    return variance.cwiseSqrt().cwiseMax(1e-300);
}

/// Largest deviation of the statistics from the reference in their natural units.
void expect_agreement(const MixtureCase& data, const Eigen::VectorXd& weights,
                      const GaussianStatistics& actual, double tolerance) {
    const GaussianPassReference expected =
        gaussian_pass_reference(data.observations, weights, data.parameters);
    const Eigen::VectorXd deviations = standard_deviations(data.observations).cwiseMax(1.0);
    const double size = expected.log_densities.cwiseAbs().sum();
    EXPECT_NEAR(actual.log_likelihood, static_cast<double>(expected.log_likelihood),
                likelihood_tolerance * std::max(1.0, size) * (tolerance / statistics_tolerance));
    const double total = std::max(1.0, expected.masses.sum());
    for (Eigen::Index k = 0; k < expected.masses.size(); ++k) {
        EXPECT_NEAR(actual.masses[k], expected.masses[k], tolerance * total);
        const auto index = static_cast<std::size_t>(k);
        for (Eigen::Index i = 0; i < actual.means.cols(); ++i) {
            EXPECT_NEAR(
                actual.means(k, i) * expected.masses[k], expected.means(k, i) * expected.masses[k],
                total * (tolerance * deviations[i] + 4e-16 * std::abs(expected.means(k, i))));
            const Eigen::MatrixXd& scatter = expected.scatters[index];
            for (Eigen::Index j = 0; j < scatter.cols(); ++j)
                EXPECT_NEAR(actual.scatters[index](i, j), scatter(i, j),
                            10.0 * tolerance * total * deviations[i] *
                                deviations[scatter.cols() == 1 ? i : j]);
        }
    }
}

void expect_same_bits(const GaussianStatistics& left, const GaussianStatistics& right) {
    EXPECT_EQ(left.log_likelihood, right.log_likelihood);
    EXPECT_EQ(left.masses, right.masses);
    EXPECT_EQ(left.means, right.means);
    for (std::size_t k = 0; k < left.scatters.size(); ++k)
        EXPECT_EQ(left.scatters[k], right.scatters[k]);
}

FitControl control_for(compute::Backend* backend, int threads = 1) {
    FitControl control;
    control.backend = backend;
    control.thread_count = threads;
    return control;
}

}  // namespace

TEST_P(BackendConformance, StatisticsMatchTheLongDoubleReferenceOverTheGrid) {
    std::uint64_t seed = 0;
    for (const Shape shape : {Shape::full, Shape::diagonal})
        for (const int dim : {1, 2, 3, 4, 5, 7, 16, 33})
            for (const int components : {1, 2, 17})
                for (const Eigen::Index rows : {1, 31, 64, 65, 300}) {
                    if (dim == 33 && components == 17 && rows != 65)
                        continue;
                    SCOPED_TRACE("dim " + std::to_string(dim) + ", components " +
                                 std::to_string(components) + ", rows " + std::to_string(rows) +
                                 (shape == Shape::full ? ", full" : ", diagonal"));
                    const MixtureCase data = make_mixture_case({.rows = rows,
                                                                .dim = dim,
                                                                .components = components,
                                                                .shape = shape,
                                                                .seed = ++seed});
                    const RowPasses passes(data.observations, Eigen::VectorXd(),
                                           control_for(backend()));
                    expect_agreement(data, {}, passes.gaussian_statistics(data.parameters),
                                     statistics_tolerance);
                }
}

TEST_P(BackendConformance, StudentStatisticsMatchTheReference) {
    std::uint64_t seed = 100;
    for (const Shape shape : {Shape::full, Shape::diagonal})
        for (const int dim : {1, 3, 5, 8})
            for (const int components : {1, 3})
                for (const double nu : {0.5, 4.0, 200.0}) {
                    SCOPED_TRACE("dim " + std::to_string(dim) + ", components " +
                                 std::to_string(components) + ", nu " + std::to_string(nu));
                    MixtureCase data = make_mixture_case({.rows = 333,
                                                          .dim = dim,
                                                          .components = components,
                                                          .shape = shape,
                                                          .seed = ++seed});
                    data.parameters.degrees_of_freedom =
                        nu * Eigen::VectorXd::LinSpaced(components, 1.0, 1.5);
                    const Eigen::VectorXd weights = Eigen::VectorXd::LinSpaced(333, 0.0, 2.0);
                    const GaussianStatistics actual =
                        RowPasses(data.observations, weights, control_for(backend()))
                            .gaussian_statistics(data.parameters);
                    expect_agreement(data, weights, actual, statistics_tolerance);
                    const GaussianPassReference expected =
                        gaussian_pass_reference(data.observations, weights, data.parameters);
                    for (Eigen::Index k = 0; k < components; ++k) {
                        EXPECT_NEAR(actual.tails.weight_sums[k], expected.weight_sums[k],
                                    statistics_tolerance * 333.0 * (1.0 + dim / nu));
                        // The log-likelihood is a function of nu_k: differences of fourth order.
                        const auto at = [&](double step) {
                            GaussianParameters there = data.parameters;
                            there.degrees_of_freedom[k] += step;
                            return gaussian_pass_reference(data.observations, weights, there)
                                .log_likelihood;
                        };
                        const double h = 2e-3 * data.parameters.degrees_of_freedom[k];
                        const auto slope = static_cast<double>(
                            (8.0L * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12.0L * h));
                        const auto bend = static_cast<double>(
                            (16.0L * (at(h) + at(-h)) - (at(2 * h) + at(-2 * h)) - 30.0L * at(0)) /
                            (12.0L * h * h));
                        EXPECT_NEAR(actual.tails.scores[k], slope, 1e-7 * 333.0 / nu);
                        EXPECT_NEAR(actual.tails.curvatures[k], bend, 1e-6 * 333.0 / (nu * nu));
                    }
                }
}

TEST_P(BackendConformance, ManyComponentsAndFeaturesMatchTheReference) {
    const MixtureCase many = make_mixture_case({.rows = 200, .dim = 3, .components = 64});
    expect_agreement(many, {},
                     RowPasses(many.observations, Eigen::VectorXd(), control_for(backend()))
                         .gaussian_statistics(many.parameters),
                     statistics_tolerance);
    const MixtureCase wide = make_mixture_case({.rows = 130, .dim = 64, .components = 2});
    expect_agreement(wide, {},
                     RowPasses(wide.observations, Eigen::VectorXd(), control_for(backend()))
                         .gaussian_statistics(wide.parameters),
                     statistics_tolerance);
}

TEST_P(BackendConformance, SeveralBlocksMatchTheReference) {
    const auto rows = static_cast<Eigen::Index>(compute::block_rows) + 5;
    const MixtureCase data = make_mixture_case({.rows = rows, .dim = 2, .components = 2});
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    expect_agreement(data, {}, passes.gaussian_statistics(data.parameters), statistics_tolerance);
}

TEST_P(BackendConformance, RowOutputsMatchTheReference) {
    for (const Shape shape : {Shape::full, Shape::diagonal}) {
        const MixtureCase data =
            make_mixture_case({.rows = 301, .dim = 5, .components = 4, .shape = shape});
        const GaussianPassReference expected =
            gaussian_pass_reference(data.observations, {}, data.parameters);
        const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
        Eigen::VectorXd log_densities;
        Eigen::MatrixXd responsibilities;
        const double log_likelihood =
            passes.gaussian_rows(data.parameters, {&log_densities, &responsibilities});
        EXPECT_EQ(log_likelihood, passes.gaussian_statistics(data.parameters).log_likelihood);
        EXPECT_LE((log_densities - expected.log_densities).cwiseAbs().maxCoeff(), 1e-12);
        EXPECT_LE((responsibilities - expected.responsibilities).cwiseAbs().maxCoeff(), 1e-13);
        EXPECT_LE((responsibilities.rowwise().sum().array() - 1.0).abs().maxCoeff(), 1e-15);
    }
}

TEST_P(BackendConformance, IntegerWeightsEqualRepeatedRows) {
    for (const Shape shape : {Shape::full, Shape::diagonal}) {
        const MixtureCase data =
            make_mixture_case({.rows = 90, .dim = 3, .components = 3, .shape = shape});
        Eigen::VectorXd weights(90);
        std::vector<Eigen::Index> repeated;
        for (Eigen::Index i = 0; i < 90; ++i) {
            weights[i] = static_cast<double>(i % 4);
            for (Eigen::Index copy = 0; copy < i % 4; ++copy) repeated.push_back(i);
        }
        const Eigen::MatrixXd rows = data.observations(repeated, Eigen::indexing::all);
        const GaussianStatistics weighted =
            RowPasses(data.observations, weights, control_for(backend()))
                .gaussian_statistics(data.parameters);
        expect_agreement(data, weights, weighted, statistics_tolerance);
        expect_agreement({rows, data.parameters}, {}, weighted, statistics_tolerance);
    }
}

TEST_P(BackendConformance, WellSeparatedClustersHaveResponsibilitiesOfExactlyZeroAndOne) {
    const MixtureCase data =
        make_mixture_case({.rows = 500, .dim = 4, .components = 5, .separation = 1e3});
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    expect_agreement(data, {}, passes.gaussian_statistics(data.parameters), statistics_tolerance);
    Eigen::MatrixXd responsibilities;
    passes.gaussian_rows(data.parameters, {nullptr, &responsibilities});
    EXPECT_TRUE(((responsibilities.array() == 0.0) || (responsibilities.array() == 1.0)).all());
}

TEST_P(BackendConformance, AnOffsetOfAMillionCostsOnlyTheRoundingOfTheData) {
    const MixtureCase data = make_mixture_case(
        {.rows = 400, .dim = 3, .components = 3, .separation = 3.0, .offset = 1e6});
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    // A unit in the last place of 1e6 is 1e-10 of a standard deviation; differences of such
    // numbers are exact, the centre is not.
    expect_agreement(data, {}, passes.gaussian_statistics(data.parameters), 1e-9);
}

TEST_P(BackendConformance, ConditionOfAMillionKeepsTheTolerance) {
    const MixtureCase data =
        make_mixture_case({.rows = 400, .dim = 6, .components = 3, .condition = 1e3});
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    expect_agreement(data, {}, passes.gaussian_statistics(data.parameters), statistics_tolerance);
}

TEST_P(BackendConformance, ARowFarFromEverythingHasAFiniteLogDensity) {
    MixtureCase data = make_mixture_case({.rows = 10, .dim = 2, .components = 2});
    data.observations.row(3) << 1e20, -1e20;
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    Eigen::VectorXd log_densities;
    Eigen::MatrixXd responsibilities;
    passes.gaussian_rows(data.parameters, {&log_densities, &responsibilities});
    EXPECT_TRUE(log_densities.allFinite());
    EXPECT_LT(log_densities[3], -1e38);
    EXPECT_NEAR(responsibilities.row(3).sum(), 1.0, 1e-15);
}

/// The noise takes weight * r_noise of each row and leaves the rest in the old proportions.
TEST_P(BackendConformance, AUniformTermTakesItsShareOfEveryRow) {
    MixtureCase data = make_mixture_case({.rows = 1000, .dim = 3, .components = 2});
    const RowPasses passes(data.observations, Eigen::VectorXd(), control_for(backend()));
    Eigen::VectorXd alone;
    Eigen::MatrixXd shares_alone;
    passes.gaussian_rows(data.parameters, {&alone, &shares_alone});
    data.parameters.noise = {.weight = 0.25, .log_density = alone.mean()};
    Eigen::VectorXd log_densities;
    Eigen::MatrixXd shares;
    passes.gaussian_rows(data.parameters, {&log_densities, &shares});
    const GaussianStatistics statistics = passes.gaussian_statistics(data.parameters);

    const Eigen::ArrayXd noise = Eigen::ArrayXd::Constant(1000, 0.25 * std::exp(alone.mean()));
    const Eigen::ArrayXd density = alone.array().exp() + noise;
    ASSERT_EQ(shares.cols(), 3);
    EXPECT_LT((log_densities.array() - density.log()).abs().maxCoeff(), 1e-12);
    EXPECT_LT((shares.col(2).array() - noise / density).abs().maxCoeff(), 1e-12);
    const Eigen::ArrayXd rest = alone.array().exp() / density;
    for (Eigen::Index k = 0; k < 2; ++k) {
        EXPECT_LT((shares.col(k).array() - rest * shares_alone.col(k).array()).abs().maxCoeff(),
                  1e-12);
        EXPECT_NEAR(statistics.masses[k], shares.col(k).sum(), 1e-9);
    }
    EXPECT_NEAR(statistics.noise_mass, shares.col(2).sum(), 1e-9);
    EXPECT_NEAR(statistics.log_likelihood, log_densities.sum(), 1e-9);
}

TEST_P(BackendConformance, TheSameBitsForAnyNumberOfThreadsAndEveryRepetition) {
    const auto rows = 4 * static_cast<Eigen::Index>(compute::block_rows) + 1000;
    const MixtureCase data = make_mixture_case({.rows = rows, .dim = 2, .components = 3});
    const GaussianStatistics one =
        RowPasses(data.observations, Eigen::VectorXd(), control_for(backend(), 1))
            .gaussian_statistics(data.parameters);
    for (const int threads : {1, 2, 3, 4, 7})
        expect_same_bits(
            one, RowPasses(data.observations, Eigen::VectorXd(), control_for(backend(), threads))
                     .gaussian_statistics(data.parameters));
}

TEST_P(BackendConformance, CancelEndsAPassWithinTwentyMilliseconds) {
    const auto rows = static_cast<Eigen::Index>(compute::block_rows);
    const MixtureCase data = make_mixture_case({.rows = rows, .dim = 16, .components = 64});
    std::stop_source stop;
    FitControl control = control_for(backend());
    control.stop = stop.get_token();
    const RowPasses passes(data.observations, Eigen::VectorXd(), control);
    std::chrono::steady_clock::time_point requested;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        requested = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    EXPECT_THROW(
        {
            // Longer than the wait on any machine.
            for (int pass = 0; pass < 1000; ++pass)
                static_cast<void>(passes.gaussian_statistics(data.parameters));
        },
        compute::Cancelled);
    const auto answered = std::chrono::steady_clock::now();
    canceller.join();
    // Five times the promise: the test machine may be busy.
    EXPECT_LT(answered - requested, std::chrono::milliseconds(100));
}

}  // namespace mixtura::test
