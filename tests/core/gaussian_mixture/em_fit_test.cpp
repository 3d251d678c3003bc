// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_fit.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <stop_token>
#include <string>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"

#include "support/gaussian_pass_reference.h"
#include "support/near.h"
#include "support/stopped.h"
#include "support/text_table.h"
#include "support/three_clouds.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Labels = std::vector<std::int32_t>;

EmStart from(Labels partition) {
    return {.partition = std::move(partition), .model = {}};
}

/// Labels 0, 1, ... in turn: a start that every structure can leave.
Labels labels_in_turn(Index n, int component_count) {
    Labels labels(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::int32_t>(i) % component_count;
    return labels;
}

class FitOfEveryStructure : public testing::TestWithParam<CovarianceStructure> {
  protected:
    static EmOptions options(int component_count, int iterations) {
        return {.component_count = component_count,
                .covariance_structure = GetParam(),
                .tolerance = 0.0,
                .iteration_limit = iterations};
    }
};

TEST_P(FitOfEveryStructure, LogLikelihoodNeverDecreases) {
    const test::ThreeClouds clusters = test::separate_clouds(200, 1);
    const MatrixXd sets[] = {test::measurements("iris"), test::measurements("diabetes"),
                             clusters.observations};
    for (const MatrixXd& observations : sets) {
        for (const int component_count : {2, 4}) {
            const EmFit fit = fit_em(observations, options(component_count, 150), {}, VectorXd(),
                                     from(labels_in_turn(observations.rows(), component_count)));
            const std::vector<double>& trace = fit.runs[0].log_likelihood;
            for (std::size_t t = 1; t < trace.size(); ++t)
                ASSERT_GE(trace[t], trace[t - 1] - 1e-9 * (1.0 + std::abs(trace[t]))) << t;
        }
    }
}

TEST_P(FitOfEveryStructure, NeverDecreasesUnderAnActiveFloor) {
    MatrixXd observations = test::measurements("iris");
    observations.topRows(6).rowwise() = observations.row(0).eval();  // six rows coincide
    Labels labels = labels_in_turn(150, 2);
    for (std::size_t i = 0; i < 6; ++i) labels[i] = 2;
    const EmFit fit = fit_em(observations, options(3, 100), {}, VectorXd(), from(labels));
    const std::vector<double>& trace = fit.runs[0].log_likelihood;
    for (std::size_t t = 1; t < trace.size(); ++t)
        EXPECT_GE(trace[t], trace[t - 1] - 1e-7 * (1.0 + std::abs(trace[t]))) << t;
    EXPECT_TRUE(std::isfinite(fit.log_likelihood));
    if (fit.runs[0].floors_applied > 0) {
        EXPECT_THAT(fit.spurious, HasSubstr("floor"));
    }
}

TEST_P(FitOfEveryStructure, OneComponentIsTheSampleMeanAndCovariance) {
    const MatrixXd observations = test::measurements("iris");
    const EmFit fit = fit_em(observations, options(1, 1));
    const Eigen::RowVectorXd mean = observations.colwise().mean();
    const MatrixXd centred = observations.rowwise() - mean;
    MatrixXd covariance = centred.transpose() * centred / 150.0;
    if (is_diagonal(GetParam()))
        covariance = MatrixXd(covariance.diagonal().asDiagonal());
    if (GetParam() == EII || GetParam() == VII)
        covariance = covariance.trace() / 4.0 * MatrixXd::Identity(4, 4);
    EXPECT_TRUE(all_near(mean, fit.model.means(), 1e-13));
    EXPECT_TRUE(all_near(covariance, fit.model.covariances()[0], 1e-12));
    const double closed_form =
        -75.0 * (4.0 * std::log(2.0 * M_PI) + std::log(covariance.determinant()) + 4.0);
    EXPECT_TRUE(near(closed_form, fit.log_likelihood, 1e-12));
    EXPECT_EQ(fit.entropy, 0.0);
    EXPECT_EQ(fit.map_term, 0.0);
}

TEST_P(FitOfEveryStructure, TraceEndsAtTheLogLikelihoodOfTheModel) {
    const MatrixXd observations = test::measurements("iris");
    const EmFit fit = fit_em(observations, options(3, 7), {}, VectorXd(),
                             from(test::reference_partition("iris-hc", 3)));
    EXPECT_EQ(fit.runs[0].iterations, 7);
    EXPECT_EQ(fit.runs[0].status, FitStatus::iteration_limit);
    EXPECT_EQ(fit.log_likelihood, fit.runs[0].log_likelihood.back());
    const test::GaussianPassReference expected =
        test::gaussian_pass_reference(observations, VectorXd(), fit.model.pass_parameters());
    EXPECT_TRUE(near(static_cast<double>(expected.log_likelihood), fit.log_likelihood, 1e-12));
    double entropy = 0.0;
    double map_term = 0.0;
    for (Index i = 0; i < 150; ++i) {
        for (Index k = 0; k < 3; ++k) {
            const double r = expected.responsibilities(i, k);
            entropy -= r > 0.0 ? r * std::log(r) : 0.0;
        }
        map_term += 2.0 * std::log(expected.responsibilities.row(i).maxCoeff());
    }
    EXPECT_TRUE(near(entropy, fit.entropy, 1e-10));
    EXPECT_TRUE(near(map_term, fit.map_term, 1e-10));
}

/// l(T x) - (l(x) - n log |det T|) after a few iterations from the same labels.
double equivariance_defect(CovarianceStructure structure, const MatrixXd& transform) {
    const MatrixXd observations = test::measurements("iris");
    const EmOptions few{.component_count = 3,
                        .covariance_structure = structure,
                        .tolerance = 0.0,
                        .iteration_limit = 20};
    const EmStart start = from(test::reference_partition("iris-hc", 3));
    const double plain = fit_em(observations, few, {}, VectorXd(), start).log_likelihood;
    const double mapped =
        fit_em(observations * transform.transpose(), few, {}, VectorXd(), start).log_likelihood;
    return std::abs(mapped - (plain - 150.0 * std::log(std::abs(transform.determinant()))));
}

TEST_P(FitOfEveryStructure, IsEquivariantUnderTheMapsOfItsForm) {
    const MatrixXd shear =
        (MatrixXd(4, 4) << 2, 1, 0, 0.5, 0, 1, -1, 0, 0, 0.3, 3, 0, 1, 0, 0, 1).finished();
    const MatrixXd scales = Eigen::Vector4d(0.1, 3.0, 20.0, 1.0).asDiagonal();
    const MatrixXd rotation = 2.5 * MatrixXd(shear.householderQr().householderQ());
    const bool any_map =
        GetParam() == EEE || GetParam() == VEE || GetParam() == EVV || GetParam() == VVV;
    const bool any_scale = !depends_on_column_scales(GetParam());
    const bool any_rotation = !is_diagonal(GetParam()) || GetParam() == EII || GetParam() == VII;
    constexpr double tolerance = 1e-5;
    if (any_map) {
        EXPECT_LT(equivariance_defect(GetParam(), shear), tolerance);
    }
    if (any_scale) {
        EXPECT_LT(equivariance_defect(GetParam(), scales), tolerance);
    } else {
        EXPECT_GT(equivariance_defect(GetParam(), scales), 0.1);
    }
    if (any_rotation) {
        EXPECT_LT(equivariance_defect(GetParam(), rotation), tolerance);
    }
}

TEST_P(FitOfEveryStructure, ScalesAndOffsetsOfTheDataDoNotMatter) {
    const MatrixXd observations = test::measurements("iris");
    const EmStart start = from(test::reference_partition("iris-hc", 3));
    const double plain = fit_em(observations, options(3, 20), {}, VectorXd(), start).log_likelihood;
    for (const double scale : {1e-8, 1e8}) {
        const EmFit fit = fit_em(scale * observations, options(3, 20), {}, VectorXd(), start);
        EXPECT_NEAR(fit.log_likelihood, plain - 600.0 * std::log(scale), 1e-5);
        EXPECT_TRUE(fit.spurious.empty());
    }
    const MatrixXd shifted = observations.array() + 1e6;
    const EmFit fit = fit_em(shifted, options(3, 20), {}, VectorXd(), start);
    EXPECT_NEAR(fit.log_likelihood, plain, 1e-4);
}

TEST_P(FitOfEveryStructure, ADuplicatedRowIsAWeightOfTwo) {
    const MatrixXd observations = test::measurements("iris");
    const Labels labels = test::reference_partition("iris-hc", 3);
    MatrixXd longer(200, 4);
    longer << observations, observations.topRows(50);
    Labels longer_labels = labels;
    longer_labels.insert(longer_labels.end(), labels.begin(), labels.begin() + 50);
    VectorXd weights = VectorXd::Ones(150);
    weights.head(50).setConstant(2.0);
    const EmFit weighted = fit_em(observations, options(3, 10), {}, weights, from(labels));
    const EmFit repeated = fit_em(longer, options(3, 10), {}, VectorXd(), from(longer_labels));
    EXPECT_NEAR(weighted.log_likelihood, repeated.log_likelihood, 2e-6);
    EXPECT_TRUE(all_near(repeated.model.means(), weighted.model.means(), 1e-8));
    EXPECT_NEAR(weighted.entropy, repeated.entropy, 2e-6);
    EXPECT_EQ(weighted.weight_sum, 200.0);
}

TEST_P(FitOfEveryStructure, OrderOfRowsAndComponentsDoesNotMatter) {
    const MatrixXd observations = test::measurements("iris");
    const Labels labels = test::reference_partition("iris-hc", 3);
    MatrixXd reversed = observations.colwise().reverse();
    Labels relabelled;
    for (std::size_t i = 150; i-- > 0;) relabelled.push_back((labels[i] + 1) % 3);
    const EmFit first = fit_em(observations, options(3, 10), {}, VectorXd(), from(labels));
    const EmFit second = fit_em(reversed, options(3, 10), {}, VectorXd(), from(relabelled));
    EXPECT_TRUE(near(first.log_likelihood, second.log_likelihood, 1e-9));
    EXPECT_TRUE(all_near(first.model.mixing_weights(), second.model.mixing_weights(), 1e-8));
    EXPECT_TRUE(all_near(first.model.means(), second.model.means(), 1e-8));
    const auto& pi = first.model.mixing_weights();
    EXPECT_TRUE(pi[0] >= pi[1] && pi[1] >= pi[2]);
}

TEST_P(FitOfEveryStructure, HostileDataEndInAModelOrASentence) {
    RandomStream random(13);
    MatrixXd plain(40, 3);
    for (Index i = 0; i < plain.size(); ++i) plain(i) = random.normal();
    std::vector<MatrixXd> sets;
    sets.push_back(plain);
    sets.back().row(7).setConstant(1e6);  // one far row
    sets.push_back(plain);
    sets.back().col(2) = sets.back().col(0) - 2.0 * sets.back().col(1);  // dependent features
    sets.push_back(plain);
    sets.back().bottomRows(30).rowwise() = plain.row(0);  // duplicates
    sets.push_back(plain.topRows(4));                     // as many rows as components
    sets.push_back(plain.topRows(3));                     // n <= d
    sets.push_back((plain.array() * 2.0).round());        // few distinct values
    for (const MatrixXd& observations : sets) {
        for (const int component_count : {1, 2, 4}) {
            EmOptions hard = options(component_count, 300);
            hard.tolerance = 1e-5;
            hard.initialisation = Initialisation::kmeans;
            try {
                const EmFit fit = fit_em(observations, hard);
                EXPECT_TRUE(std::isfinite(fit.log_likelihood));
                EXPECT_TRUE(fit.model.means().allFinite());
                for (const MatrixXd& covariance : fit.model.covariances())
                    EXPECT_TRUE(covariance.allFinite());
            } catch (const Error& error) {
                EXPECT_GT(std::string(error.what()).size(), 20U);
            }
        }
    }
}

std::string name_of(const testing::TestParamInfo<CovarianceStructure>& structure) {
    return std::string(to_string(structure.param));
}

INSTANTIATE_TEST_SUITE_P(EmFit, FitOfEveryStructure, testing::ValuesIn(all_covariance_structures),
                         name_of);

/// EM for the unrestricted structure with the long double oracle for its expectations.
TEST(EmFit, EqualsANaiveIteration) {
    const test::ThreeClouds clusters = test::separate_clouds(150, 5);
    const MatrixXd& x = clusters.observations;
    MatrixXd responsibilities = MatrixXd::Zero(150, 3);
    for (Index i = 0; i < 150; ++i)
        responsibilities(i, clusters.labels[static_cast<std::size_t>(i)]) = 1.0;
    const EmFit fit = fit_em(x, {.component_count = 3, .tolerance = 0.0, .iteration_limit = 30}, {},
                             VectorXd(), from(clusters.labels));
    for (int iteration = 0; iteration < 30; ++iteration) {
        compute::GaussianParameters parameters;
        parameters.mixing_weights = responsibilities.colwise().sum().transpose() / 150.0;
        parameters.means.resize(3, 3);
        for (Index k = 0; k < 3; ++k) {
            const VectorXd r = responsibilities.col(k);
            parameters.means.row(k) = r.transpose() * x / r.sum();
            const MatrixXd y = x.rowwise() - parameters.means.row(k);
            const MatrixXd covariance = y.transpose() * r.asDiagonal() * y / r.sum();
            parameters.covariance_factors.emplace_back(covariance.llt().matrixL());
        }
        const test::GaussianPassReference pass =
            test::gaussian_pass_reference(x, VectorXd(), parameters);
        EXPECT_TRUE(near(static_cast<double>(pass.log_likelihood),
                         fit.runs[0].log_likelihood[static_cast<std::size_t>(iteration)], 1e-11));
        responsibilities = pass.responsibilities;
    }
}

TEST(EmFit, AModelStartBeginsWithItsOwnLogLikelihood) {
    const test::ThreeClouds clusters = test::separate_clouds(300, 8);
    const EmStart start{.partition = {}, .model = clusters.model};
    const EmFit fit = fit_em(clusters.observations,
                             {.component_count = 3, .tolerance = 0.0, .iteration_limit = 4}, {},
                             VectorXd(), start);
    const EmRun& run = fit.runs[0];
    EXPECT_EQ(run.start, "model");
    EXPECT_EQ(run.iterations, 4);
    ASSERT_EQ(run.log_likelihood.size(), 5U);
    EXPECT_TRUE(near(score(clusters.model, clusters.observations).log_likelihood,
                     run.log_likelihood[0], 1e-12));
    // A full model may start a diagonal fit, and the other way round.
    const EmFit diagonal =
        fit_em(clusters.observations, {.component_count = 3, .covariance_structure = VVI}, {},
               VectorXd(), start);
    EXPECT_TRUE(diagonal.model.covariances()[0].isDiagonal(0.0));
    // Its likelihood is above that of any diagonal model near it, and no point of the climb.
    const std::vector<double>& climb = diagonal.runs[0].log_likelihood;
    for (std::size_t i = 1; i < climb.size(); ++i) EXPECT_GE(climb[i], climb[i - 1] - 1e-9);
    EXPECT_EQ(static_cast<int>(climb.size()), diagonal.runs[0].iterations);
    const EmFit full = fit_em(clusters.observations, {.component_count = 3}, {}, VectorXd(),
                              {.partition = {}, .model = diagonal.model});
    EXPECT_GT(full.log_likelihood, diagonal.log_likelihood);
}

TEST(EmFit, RecoversKnownParameters) {
    const test::ThreeClouds clusters = test::separate_clouds(20000, 21);
    const EmFit fit = fit_em(clusters.observations,
                             {.component_count = 3, .initialisation = Initialisation::kmeans});
    EXPECT_EQ(fit.runs[0].status, FitStatus::converged);
    // The truth is in canonical order too. Standard errors are near 1 / sqrt(n_k) = 0.016.
    EXPECT_TRUE(all_near(clusters.model.mixing_weights(), fit.model.mixing_weights(), 0.02));
    for (int k = 0; k < 3; ++k) {
        const auto at = static_cast<std::size_t>(k);
        EXPECT_TRUE(all_near(clusters.model.means().row(k), fit.model.means().row(k), 0.1));
        EXPECT_TRUE(all_near(clusters.model.covariances()[at], fit.model.covariances()[at], 0.15));
    }
}

TEST(EmFit, SameOptionsGiveTheSameBitsForAnyNumberOfThreads) {
    const test::ThreeClouds clusters = test::separate_clouds(1000, 2);
    const EmOptions options{
        .component_count = 4, .initialisation = Initialisation::kmeans, .run_count = 5, .seed = 3};
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const EmFit first = fit_em(clusters.observations, options, one);
    const EmFit second = fit_em(clusters.observations, options, two);
    EXPECT_EQ(first.best_run, second.best_run);
    EXPECT_EQ(first.model.means(), second.model.means());
    for (std::size_t r = 0; r < 5; ++r)
        EXPECT_EQ(first.runs[r].log_likelihood, second.runs[r].log_likelihood);
    EXPECT_NE(first.runs[0].log_likelihood, first.runs[1].log_likelihood);
    for (const EmRun& run : first.runs) EXPECT_LE(run.log_likelihood.back(), first.log_likelihood);
}

TEST(EmFit, FurtherStartsOfHierarchicalAreKmeans) {
    const EmFit fit = fit_em(test::measurements("iris"), {.component_count = 3, .run_count = 2});
    EXPECT_EQ(fit.runs[0].start, "hierarchical");
    EXPECT_EQ(fit.runs[1].start, "kmeans");
    EXPECT_EQ(fit_em(test::measurements("galaxies"), {.component_count = 3}).runs[0].start,
              "quantiles");
}

class StopAfter : public FitObserver {
  public:
    explicit StopAfter(int iterations) : iterations_(iterations) {}
    void on_iteration(const IterationReport& report) override {
        EXPECT_EQ(report.model, "VVV,3");
        ++calls;
        if (report.iteration >= iterations_)
            source.request_stop();
    }
    std::stop_source source;
    int calls = 0;

  private:
    int iterations_;
};

TEST(EmFit, CancelReturnsTheLastCompleteIterate) {
    StopAfter observer(5);
    const FitControl control{.stop = observer.source.get_token(), .observer = &observer};
    const MatrixXd observations = test::measurements("iris");
    const EmFit fit = fit_em(observations, {.component_count = 3, .tolerance = 0.0}, control);
    EXPECT_EQ(fit.runs[0].status, FitStatus::cancelled);
    EXPECT_EQ(fit.runs[0].iterations, 5);
    EXPECT_EQ(observer.calls, 5);
    EXPECT_TRUE(near(score(fit.model, observations).log_likelihood, fit.log_likelihood, 1e-12));
    EXPECT_GT(fit.entropy, 0.0);
}

TEST(EmFit, CancelBeforeTheFirstIterateThrows) {
    const FitControl control{.stop = test::stopped()};
    EXPECT_THROW((void)fit_em(test::measurements("iris"), {}, control), compute::Cancelled);
}

TEST(EmFit, StopsWhereAitkenPredictsTheLimit) {
    const MatrixXd observations = test::measurements("iris");
    const EmStart start = from(test::reference_partition("iris-hc", 3));
    const EmFit fit = fit_em(observations, {.component_count = 3}, {}, VectorXd(), start);
    EXPECT_EQ(fit.runs[0].status, FitStatus::converged);
    EXPECT_NEAR(-180.18547713, fit.log_likelihood, 1e-4);  // the independent limit
    const EmFit limited =
        fit_em(observations, {.component_count = 3, .iteration_limit = 3}, {}, VectorXd(), start);
    EXPECT_EQ(limited.runs[0].status, FitStatus::iteration_limit);
    EXPECT_EQ(limited.runs[0].iterations, 3);
}

TEST(EmFit, AFarRowNeitherRaisesTheFloorNorHidesTheRest) {
    MatrixXd observations = test::measurements("faithful");
    observations.row(0) << 1e6, 1e6;
    Labels labels(272, 0);
    labels[0] = 1;
    const EmFit fit = fit_em(observations, {.component_count = 2, .covariance_structure = EEE}, {},
                             VectorXd(), from(labels));
    EXPECT_EQ(fit.runs[0].floors_applied, 0);
    EXPECT_NEAR(fit.model.means()(0, 1), 70.9, 0.5);
    EXPECT_EQ(fit.spurious, "");  // its one row shares the covariance of the others
    const EmFit own = fit_em(observations, {.component_count = 2, .covariance_structure = VEE}, {},
                             VectorXd(), from(labels));
    EXPECT_THAT(own.spurious, HasSubstr("component 2 of 2"));
}

TEST(EmFit, WideDataAreNotSpuriousWhereOneCovarianceIsShared) {
    RandomStream random(4);
    MatrixXd observations(40, 100);
    for (Index i = 0; i < 40; ++i) {
        for (Index j = 0; j < 100; ++j) observations(i, j) = random.normal() + (i < 20 ? 3.0 : 0.0);
    }
    for (const CovarianceStructure structure : {EII, EEI, VII, VVI}) {
        const EmFit fit = fit_em(observations, {.component_count = 2,
                                                .covariance_structure = structure,
                                                .initialisation = Initialisation::kmeans});
        EXPECT_EQ(fit.spurious, "") << to_string(structure);
        EXPECT_NEAR(fit.model.mixing_weights()[0], 0.5, 1e-9);
    }
}

TEST(EmFit, ARunThatTheFloorHoldsIsGivenUp) {
    // A line of rows in the plane: the second component flattens onto it, ever more slowly.
    RandomStream random(6);
    MatrixXd observations(120, 3);
    for (Index i = 0; i < 120; ++i) {
        for (Index j = 0; j < 3; ++j) observations(i, j) = random.normal();
        if (i >= 60)
            observations.row(i) << 8.0 + 0.1 * static_cast<double>(i), 3.0, -2.0;
    }
    EmOptions options{.component_count = 6, .covariance_structure = VVE};
    const EmFit fit = fit_em(observations, options);
    EXPECT_GT(fit.runs[0].floors_applied, 0);
    EXPECT_LE(fit.runs[0].iterations, 400);
    options.tolerance = 0.0;
    options.iteration_limit = 450;
    EXPECT_EQ(fit_em(observations, options).runs[0].iterations, 450);
}

void expect_invalid(const EmOptions& options, const std::string& message) {
    EXPECT_THAT([&] { validate(options); }, ThrowsMessage<InvalidArgument>(HasSubstr(message)));
    EXPECT_THROW((void)fit_em(MatrixXd::Random(20, 2), options), InvalidArgument);
}

TEST(EmFit, RefusesOptionsOutOfRange) {
    expect_invalid({.component_count = 0}, "component_count is 0");
    expect_invalid({.component_count = 1001}, "from 1 to 1000");
    expect_invalid({.tolerance = -1e-3}, "tolerance is -0.001");
    expect_invalid({.tolerance = std::numeric_limits<double>::quiet_NaN()}, "tolerance");
    expect_invalid({.iteration_limit = 0}, "iteration_limit is 0");
    expect_invalid({.run_count = 0}, "run_count is 0");
    expect_invalid({.covariance_floor = 0.0}, "covariance_floor is 0");
    expect_invalid({.covariance_floor = 0.2}, "covariance_floor is 0.2");
    EXPECT_THAT([] { (void)initialisation_from("best"); },
                ThrowsMessage<InvalidArgument>(HasSubstr("hierarchical, kmeans or random")));
    EXPECT_EQ(initialisation_from("kmeans"), Initialisation::kmeans);
}

template <class Exception>
void expect_refusal(const MatrixXd& observations, const EmOptions& options, const VectorXd& weights,
                    const EmStart& start, const std::string& message) {
    EXPECT_THAT([&] { (void)fit_em(observations, options, {}, weights, start); },
                ThrowsMessage<Exception>(HasSubstr(message)));
}

TEST(EmFit, RefusesDataThatNoMixtureFits) {
    const EmOptions options{.component_count = 2, .initialisation = Initialisation::kmeans};
    const MatrixXd iris = test::measurements("iris");
    expect_refusal<DataError>(MatrixXd(0, 2), options, {}, {}, "no rows");
    expect_refusal<DataError>(MatrixXd(3, 0), options, {}, {}, "no features");
    MatrixXd bad = iris;
    bad(4, 2) = std::numeric_limits<double>::quiet_NaN();
    expect_refusal<DataError>(bad, options, {}, {}, "Feature 3 has the value nan in row 5");
    bad(4, 2) = 1e308;
    expect_refusal<DataError>(bad, options, {}, {}, "Feature 3 spans");
    bad.col(2).setConstant(5.0);
    expect_refusal<DataError>(bad, options, {}, {}, "Feature 3 is constant (5)");
    bad = 1e-200 * iris;
    expect_refusal<DataError>(bad, options, {}, {}, "underflows");
    expect_refusal<DataError>(iris.topRows(1), options, {}, {}, "constant");
    expect_refusal<DataError>(iris.middleRows(50, 5),
                              {.component_count = 6, .covariance_structure = EII}, {}, {},
                              "6 components need at least 6 rows; the data have 5");
    expect_refusal<DataError>(iris.middleRows(50, 4), options, {}, {}, "Use a diagonal structure");
}

TEST(EmFit, RefusesWeightsThatAreNone) {
    const MatrixXd iris = test::measurements("iris");
    const EmOptions options{.component_count = 2};
    expect_refusal<InvalidArgument>(iris, options, VectorXd::Ones(3), {},
                                    "3 observation_weights for 150 rows");
    VectorXd weights = VectorXd::Ones(150);
    weights[9] = -1.0;
    expect_refusal<InvalidArgument>(iris, options, weights, {}, "weight of row 10 is -1");
    expect_refusal<DataError>(iris, options, VectorXd::Zero(150), {}, "weight zero");
}

TEST(EmFit, RefusesAStartThatDoesNotFit) {
    const MatrixXd iris = test::measurements("iris");
    const EmOptions options{.component_count = 2};
    const GaussianMixture model(Eigen::Vector2d(0.5, 0.5), MatrixXd::Random(2, 3),
                                {MatrixXd::Identity(3, 3), MatrixXd::Identity(3, 3)});
    expect_refusal<InvalidArgument>(iris, options, {}, from(Labels(3, 0)), "3 entries for 150");
    expect_refusal<InvalidArgument>(iris, options, {}, from(Labels(150, 2)), "names component 2");
    expect_refusal<InvalidArgument>(iris, options, {}, from(Labels(150, 0)),
                                    "no row in component 1");
    expect_refusal<InvalidArgument>(iris, options, {}, {.partition = {}, .model = model},
                                    "2 components and 3 features");
    expect_refusal<InvalidArgument>(iris, options, {},
                                    {.partition = Labels(150, 0), .model = model}, "not from both");
}

TEST(EmFit, EveryRunDegenerateThrowsWithTheDiagnosis) {
    // All the weight of component 1 is on rows of weight zero.
    MatrixXd iris = test::measurements("iris");
    VectorXd weights = VectorXd::Ones(150);
    weights.head(3).setZero();
    Labels labels(150, 0);
    labels[0] = labels[1] = labels[2] = 1;
    expect_refusal<NumericalError>(iris, {.component_count = 2}, weights, from(labels),
                                   "none is left in component 2 of 2");
}

}  // namespace
}  // namespace mixtura
