// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_fit.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"

#include "support/factor_reference.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using enum FactorStructure;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Labels = std::vector<std::int32_t>;

test::FactorSample draws(FactorStructure structure, int component_count, int feature_count, Index n,
                         double separation, std::uint64_t seed) {
    RandomStream random(seed);
    const FactorParameters truth = test::random_factor_parameters(
        structure, component_count, feature_count, 2, separation, random);
    return test::factor_sample(truth, n, random);
}

void expect_monotone(const std::vector<double>& trace) {
    for (std::size_t t = 1; t < trace.size(); ++t)
        ASSERT_GE(trace[t], trace[t - 1] - 1e-9 * (1.0 + std::abs(trace[t]))) << t;
}

void expect_same_bits(const EmFit& a, const EmFit& b) {
    EXPECT_EQ(a.best_run, b.best_run);
    ASSERT_EQ(a.runs.size(), b.runs.size());
    for (std::size_t r = 0; r < a.runs.size(); ++r)
        EXPECT_EQ(a.runs[r].log_likelihood, b.runs[r].log_likelihood);
    EXPECT_EQ(a.model.mixing_weights(), b.model.mixing_weights());
    EXPECT_EQ(a.model.means(), b.model.means());
    EXPECT_EQ(a.model.factors()->uniquenesses, b.model.factors()->uniquenesses);
    for (std::size_t k = 0; k < a.model.factors()->loadings.size(); ++k) {
        EXPECT_EQ(a.model.factors()->loadings[k], b.model.factors()->loadings[k]);
        EXPECT_EQ(a.model.covariances()[k], b.model.covariances()[k]);
    }
    EXPECT_EQ(a.entropy, b.entropy);
    EXPECT_EQ(a.map_term, b.map_term);
}

class FactorFitOfEveryStructure : public testing::TestWithParam<FactorStructure> {
  protected:
    static FactorOptions options(int component_count, int factor_count, int iterations) {
        return {.component_count = component_count,
                .factor_count = factor_count,
                .structure = GetParam(),
                .initialisation = Initialisation::random,
                .tolerance = 0.0,
                .iteration_limit = iterations,
                .run_count = 2};
    }
};

TEST_P(FactorFitOfEveryStructure, LogLikelihoodNeverDecreases) {
    const MatrixXd sets[] = {test::measurements("wine"), test::measurements("crabs"),
                             draws(GetParam(), 3, 10, 300, 3.0, 1).observations};
    for (const MatrixXd& observations : sets) {
        for (const double floor : {1e-3, 1e-6}) {
            FactorOptions asked = options(3, 2, 120);
            asked.uniqueness_floor = floor;
            const EmFit fit = fit_factor_mixture(observations, asked);
            for (const EmRun& run : fit.runs) {
                EXPECT_EQ(run.iterations, 120) << run.diagnosis;
                expect_monotone(run.log_likelihood);
            }
        }
    }
}

TEST_P(FactorFitOfEveryStructure, TraceEndsAtTheLogLikelihoodOfTheModel) {
    const MatrixXd observations = test::measurements("wine");
    const EmFit fit = fit_factor_mixture(observations, options(3, 2, 15));
    const std::vector<double>& trace = fit.runs[fit.best_run].log_likelihood;
    ASSERT_EQ(trace.size(), 16U);
    EXPECT_EQ(fit.log_likelihood, trace.back());
    const Scores scores = score(fit.model, observations);
    EXPECT_TRUE(near(scores.log_likelihood, fit.log_likelihood, 1e-11));
    double entropy = 0.0;
    double map_term = 0.0;
    for (Index i = 0; i < observations.rows(); ++i) {
        for (Index k = 0; k < 3; ++k) {
            const double r = scores.responsibilities(i, k);
            entropy -= r > 0.0 ? r * std::log(r) : 0.0;
        }
        map_term += 2.0 * std::log(scores.responsibilities.row(i).maxCoeff());
    }
    EXPECT_TRUE(near(entropy, fit.entropy, 1e-8));
    EXPECT_TRUE(near(map_term, fit.map_term, 1e-8));
    EXPECT_EQ(fit.weight_sum, 178.0);
}

TEST_P(FactorFitOfEveryStructure, ParametersHaveTheStructure) {
    const MatrixXd observations = test::measurements("wine");
    const EmFit fit = fit_factor_mixture(observations, options(3, 2, 30));
    for (std::size_t k = 0; k < 3; ++k) {
        const auto row = static_cast<Index>(k);
        const MatrixXd covariance =
            fit.model.factors()->loadings[k] * fit.model.factors()->loadings[k].transpose() +
            MatrixXd(fit.model.factors()->uniquenesses.row(row).transpose().asDiagonal());
        EXPECT_TRUE(all_near(covariance, fit.model.covariances()[k], 1e-13));
        if (has_common_loadings(GetParam())) {
            EXPECT_EQ(fit.model.factors()->loadings[k], fit.model.factors()->loadings[0]);
        }
        if (has_common_uniquenesses(GetParam())) {
            EXPECT_EQ(fit.model.factors()->uniquenesses.row(row),
                      fit.model.factors()->uniquenesses.row(0));
        }
        if (is_isotropic(GetParam())) {
            EXPECT_EQ(fit.model.factors()->uniquenesses.row(row).minCoeff(),
                      fit.model.factors()->uniquenesses.row(row).maxCoeff());
        }
        if (k > 0) {
            EXPECT_LE(fit.model.mixing_weights()[row], fit.model.mixing_weights()[row - 1]);
        }
    }
}

TEST_P(FactorFitOfEveryStructure, OneAndTwoThreadsGiveTheSameBits) {
    // Some 100 blocks of rows.
    const MatrixXd observations = draws(GetParam(), 3, 30, 20000, 2.0, 4).observations;
    FitControl control;
    control.thread_count = 1;
    const EmFit one = fit_factor_mixture(observations, options(3, 2, 4), control);
    control.thread_count = 2;
    expect_same_bits(one, fit_factor_mixture(observations, options(3, 2, 4), control));
}

TEST_P(FactorFitOfEveryStructure, AWeightIsARepetition) {
    const test::FactorSample data = draws(GetParam(), 2, 8, 120, 3.0, 6);
    VectorXd weights(120);
    std::vector<Index> repeated;
    Labels repeated_labels;
    for (Index i = 0; i < 120; ++i) {
        weights[i] = static_cast<double>(i % 3);
        for (Index r = 0; r < i % 3; ++r) {
            repeated.push_back(i);
            repeated_labels.push_back(data.components[static_cast<std::size_t>(i)]);
        }
    }
    const EmFit weighted =
        fit_factor_mixture(data.observations, options(2, 2, 20), {}, weights, data.components);
    const EmFit written_out =
        fit_factor_mixture(MatrixXd(data.observations(repeated, Eigen::all)), options(2, 2, 20), {},
                           VectorXd(), repeated_labels);
    EXPECT_TRUE(near(written_out.log_likelihood, weighted.log_likelihood, 1e-11));
    EXPECT_EQ(weighted.weight_sum, 120.0);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_TRUE(
            all_near(written_out.model.covariances()[k], weighted.model.covariances()[k], 1e-8));
    }
}

TEST_P(FactorFitOfEveryStructure, OrderOfRowsColumnsAndLabelsDoesNotMatter) {
    const test::FactorSample data = draws(GetParam(), 2, 7, 200, 3.0, 9);
    const EmFit plain =
        fit_factor_mixture(data.observations, options(2, 2, 20), {}, VectorXd(), data.components);
    Labels swapped = data.components;
    for (std::int32_t& label : swapped) label = 1 - label;
    const EmFit relabelled =
        fit_factor_mixture(data.observations, options(2, 2, 20), {}, VectorXd(), swapped);
    EXPECT_TRUE(near(plain.log_likelihood, relabelled.log_likelihood, 1e-11));
    EXPECT_TRUE(all_near(plain.model.means(), relabelled.model.means(), 1e-9));
    Labels reversed(data.components.rbegin(), data.components.rend());
    const EmFit upside_down = fit_factor_mixture(MatrixXd(data.observations.colwise().reverse()),
                                                 options(2, 2, 20), {}, VectorXd(), reversed);
    EXPECT_TRUE(near(plain.log_likelihood, upside_down.log_likelihood, 1e-11));
    EXPECT_TRUE(all_near(plain.model.factors()->loadings[1],
                         upside_down.model.factors()->loadings[1], 1e-7));
    const EmFit mirrored = fit_factor_mixture(MatrixXd(data.observations.rowwise().reverse()),
                                              options(2, 2, 20), {}, VectorXd(), data.components);
    EXPECT_TRUE(near(plain.log_likelihood, mirrored.log_likelihood, 1e-11));
    EXPECT_TRUE(all_near(plain.model.factors()->uniquenesses,
                         mirrored.model.factors()->uniquenesses.rowwise().reverse(), 1e-7));
    // Lambda' Psi^-1 Lambda does not depend on the order of features, so neither do the axes.
    EXPECT_TRUE(all_near(plain.model.factors()->loadings[0],
                         MatrixXd(mirrored.model.factors()->loadings[0].colwise().reverse()),
                         1e-7));
}

/// A change of units moves the log-likelihood by n log |det| and nothing else.
TEST_P(FactorFitOfEveryStructure, UnitsOfTheFeaturesDoNotMatter) {
    const test::FactorSample data = draws(GetParam(), 2, 6, 200, 3.0, 10);
    VectorXd units(6);
    units << 1e-6, 1e6, 3.0, 0.2, 70.0, 1.0;
    if (is_isotropic(GetParam()))
        units.setConstant(1e-6);
    const MatrixXd changed =
        (data.observations * units.asDiagonal()).rowwise() + 1000.0 * units.transpose();
    const EmFit plain =
        fit_factor_mixture(data.observations, options(2, 2, 20), {}, VectorXd(), data.components);
    const EmFit in_units =
        fit_factor_mixture(changed, options(2, 2, 20), {}, VectorXd(), data.components);
    EXPECT_TRUE(near(plain.log_likelihood,
                     in_units.log_likelihood + 200.0 * units.array().log().sum(), 1e-8));
}

TEST_P(FactorFitOfEveryStructure, FindsWhatItWasDrawnFrom) {
    RandomStream random(21);
    const FactorParameters truth =
        test::random_factor_parameters(GetParam(), 2, 10, 2, 12.0, random);
    const MatrixXd observations = test::factor_sample(truth, 12000, random).observations;
    const EmFit fit = fit_factor_mixture(
        observations, {.component_count = 2, .factor_count = 2, .structure = GetParam()});
    EXPECT_EQ(fit.runs[fit.best_run].status, FitStatus::converged);
    EXPECT_EQ(fit.spurious, "");
    EXPECT_EQ(fit.runs[fit.best_run].floors_applied, 0);
    // Weights 3/5 and 2/5: in canonical order. Errors are of the order of 1 / sqrt(n).
    EXPECT_TRUE(all_near(truth.mixing_weights, fit.model.mixing_weights(), 0.02));
    EXPECT_TRUE(all_near(truth.means, fit.model.means(), 0.12));
    EXPECT_TRUE(all_near(truth.uniquenesses, fit.model.factors()->uniquenesses, 0.08));
    for (std::size_t k = 0; k < 2; ++k) {
        const MatrixXd common_part = truth.loadings[k] * truth.loadings[k].transpose();
        EXPECT_TRUE(all_near(common_part,
                             MatrixXd(fit.model.factors()->loadings[k] *
                                      fit.model.factors()->loadings[k].transpose()),
                             0.2));
    }
}

TEST_P(FactorFitOfEveryStructure, FewerRowsThanFeaturesWillDo) {
    RandomStream random(33);
    const FactorParameters truth =
        test::random_factor_parameters(GetParam(), 2, 200, 2, 40.0, random);
    const test::FactorSample data = test::factor_sample(truth, 60, random);
    const EmFit fit = fit_factor_mixture(
        data.observations, {.component_count = 2, .factor_count = 2, .structure = GetParam()});
    expect_monotone(fit.runs[fit.best_run].log_likelihood);
    EXPECT_EQ(fit.spurious, "");
    const Scores scores = score(fit.model, data.observations);
    EXPECT_TRUE(near(scores.log_likelihood, fit.log_likelihood, 1e-9));
    int agreed = 0;
    for (std::size_t i = 0; i < 60; ++i)
        agreed += scores.classification[i] == data.components[i] ? 1 : 0;
    EXPECT_TRUE(agreed == 60 || agreed == 0) << agreed;
}

INSTANTIATE_TEST_SUITE_P(All, FactorFitOfEveryStructure, testing::ValuesIn(all_factor_structures),
                         [](const auto& parameter) {
                             return std::string(to_string(parameter.param));
                         });

TEST(FactorFit, AFloorIsAMaximumSubjectToIt) {
    // The third feature is the first: its uniqueness tends to zero.
    MatrixXd observations = draws(UUU, 2, 6, 200, 3.0, 14).observations;
    observations.col(2) = 2.0 * observations.col(0);
    const EmFit fit = fit_factor_mixture(
        observations, {.component_count = 2, .factor_count = 2, .iteration_limit = 500});
    expect_monotone(fit.runs[fit.best_run].log_likelihood);
    EXPECT_GT(fit.runs[fit.best_run].floors_applied, 0);
    EXPECT_EQ(fit.spurious, "");
    const double mean = observations.col(2).mean();
    const double variance = (observations.col(2).array() - mean).square().mean();
    EXPECT_GE(fit.model.factors()->uniquenesses.col(2).minCoeff(), 1e-3 * variance * (1.0 - 1e-12));
}

TEST(FactorFit, NamesAComponentThatCollapsed) {
    // Rows of the second component lie on a line.
    MatrixXd observations = draws(UUU, 1, 6, 100, 0.0, 15).observations;
    Labels labels(100, 0);
    for (Index i = 0; i < 20; ++i) {
        observations.row(i).setConstant(50.0 + static_cast<double>(i));
        labels[static_cast<std::size_t>(i)] = 1;
    }
    const EmFit fit = fit_factor_mixture(observations, {}, {}, VectorXd(), labels);
    EXPECT_THAT(fit.spurious, HasSubstr("All uniquenesses of component 2 of 2"));
    EXPECT_EQ(fit.spurious, fit.runs[0].diagnosis);
}

TEST(FactorFit, NamesAComponentOnTooFewRows) {
    MatrixXd observations = draws(UCU, 1, 6, 100, 0.0, 16).observations;
    Labels labels(100, 0);
    for (Index i = 0; i < 2; ++i) {
        observations.row(i).array() += 100.0;
        labels[static_cast<std::size_t>(i)] = 1;
    }
    const EmFit fit = fit_factor_mixture(observations, {.structure = UCU}, {}, VectorXd(), labels);
    EXPECT_THAT(fit.spurious, HasSubstr("The mass of component 2 of 2 is 2, less than the 3 rows"));
}

TEST(FactorFit, SameSeedSameBitsOtherSeedOtherStart) {
    const MatrixXd observations = test::measurements("wine");
    const FactorOptions options{.component_count = 4,
                                .factor_count = 1,
                                .initialisation = Initialisation::random,
                                .tolerance = 0.0,
                                .iteration_limit = 5,
                                .run_count = 3};
    const EmFit fit = fit_factor_mixture(observations, options);
    expect_same_bits(fit, fit_factor_mixture(observations, options));
    EXPECT_NE(fit.runs[0].log_likelihood, fit.runs[1].log_likelihood);
    FactorOptions other = options;
    other.seed = 2;
    EXPECT_NE(fit.runs[0].log_likelihood,
              fit_factor_mixture(observations, other).runs[0].log_likelihood);
}

TEST(FactorFit, HierarchicalStartsAreNamed) {
    const EmFit fit =
        fit_factor_mixture(test::measurements("iris"),
                           {.initialisation = Initialisation::hierarchical, .run_count = 2});
    EXPECT_EQ(fit.runs[0].start, "hierarchical");
    EXPECT_EQ(fit.runs[1].start, "kmeans");
}

/// Keeps what is reported, and stops at the report `limit`.
class Watcher final : public FitObserver {
  public:
    explicit Watcher(int limit) : limit_(limit) {}
    void on_iteration(const IterationReport& report) override {
        models.emplace_back(report.model);
        trace.push_back(report.log_likelihood);
        if (static_cast<int>(trace.size()) == limit_)
            source.request_stop();
    }
    std::vector<std::string> models;
    std::vector<double> trace;
    std::stop_source source;

  private:
    int limit_;
};

TEST(FactorFit, CancelKeepsTheLastCompleteIterate) {
    Watcher watcher(7);
    FitControl control;
    control.stop = watcher.source.get_token();
    control.observer = &watcher;
    const MatrixXd observations = test::measurements("wine");
    const EmFit fit = fit_factor_mixture(
        observations, {.component_count = 3, .factor_count = 2, .structure = UCU, .run_count = 1},
        control);
    EXPECT_EQ(fit.runs[0].status, FitStatus::cancelled);
    EXPECT_EQ(fit.runs[0].iterations, 6);
    EXPECT_EQ(fit.runs[0].log_likelihood, watcher.trace);
    EXPECT_EQ(watcher.models.front(), "UCU(2),3");
    EXPECT_TRUE(near(score(fit.model, observations).log_likelihood, fit.log_likelihood, 1e-11));
}

TEST(FactorFit, CancelBeforeTheFirstIterateThrows) {
    Watcher watcher(1);
    watcher.source.request_stop();
    FitControl control;
    control.stop = watcher.source.get_token();
    EXPECT_THROW(fit_factor_mixture(test::measurements("wine"), {}, control), compute::Cancelled);
}

TEST(FactorFit, CancelEndsALongPassWithinAFractionOfASecond) {
    const MatrixXd observations = draws(UUU, 3, 100, 40000, 2.0, 18).observations;
    std::stop_source source;
    FitControl control;
    control.stop = source.get_token();
    const std::jthread stopper([&source] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        source.request_stop();
    });
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    try {
        fit_factor_mixture(observations,
                           {.component_count = 8,
                            .factor_count = 8,
                            .initialisation = Initialisation::random,
                            .tolerance = 0.0},
                           control);
    } catch (const compute::Cancelled&) {
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(seconds.count(), 1.5 + 1.5);  // the machine may be busy
}

void expect_refusal(const MatrixXd& observations, const FactorOptions& options,
                    const std::string& message, const VectorXd& weights = VectorXd(),
                    const Labels& labels = {}) {
    EXPECT_THAT([&] { fit_factor_mixture(observations, options, {}, weights, labels); },
                ThrowsMessage<Error>(HasSubstr(message)));
}

TEST(FactorFit, RefusesOptionsOutOfRange) {
    const MatrixXd iris = test::measurements("iris");
    expect_refusal(iris, {.component_count = 0},
                   "component_count is 0; it must be from 1 to 1000.");
    expect_refusal(iris, {.factor_count = 0}, "factor_count is 0; it must be from 1 to 1000.");
    expect_refusal(iris, {.factor_count = 2},
                   "factor_count is 2; for 4 features it must be from 1 to 1, so that "
                   "(d - q)^2 > d + q.");
    expect_refusal(iris.leftCols(3), {},
                   "Factors need at least 4 features; the data have 3 features. Use a Gaussian "
                   "mixture instead.");
    expect_refusal(iris, {.tolerance = -1.0}, "tolerance is -1; it must be zero or a positive");
    expect_refusal(iris, {.iteration_limit = 0}, "iteration_limit is 0; it must be at least 1.");
    expect_refusal(iris, {.run_count = 0}, "run_count is 0; it must be from 1 to 100000.");
    expect_refusal(iris, {.uniqueness_floor = 0.0},
                   "uniqueness_floor is 0; it must be from 1e-12 to 0.5.");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    expect_refusal(iris, {.uniqueness_floor = nan}, "uniqueness_floor is nan");
}

TEST(FactorFit, RefusesDataThatCannotBeFitted) {
    MatrixXd iris = test::measurements("iris");
    expect_refusal(iris(std::vector<Index>{0, 60, 120}, Eigen::all), {.component_count = 4},
                   "4 components need at least 4 rows; the data have 3.");
    VectorXd weights = VectorXd::Zero(150);
    for (const Index row : {0, 60, 120}) weights[row] = 1.0;
    expect_refusal(iris, {.component_count = 4},
                   "4 components need at least 4 rows; the data have 3.", weights);
    expect_refusal(iris, {}, "observation_weights for 150 rows", VectorXd::Ones(3));
    MatrixXd constant = iris;
    constant.col(1).setConstant(2.5);
    expect_refusal(constant, {}, "Feature 2 is constant (2.5)");
    iris(4, 3) = std::numeric_limits<double>::infinity();
    expect_refusal(iris, {}, "Feature 4 has the value inf in row 5");
}

TEST(FactorFit, RefusesStartsThatLeaveAComponentEmpty) {
    const MatrixXd iris = test::measurements("iris");
    expect_refusal(iris, {}, "The start partition has 3 entries for 150 rows.", VectorXd(),
                   {0, 1, 0});
    expect_refusal(iris, {}, "no row in component 1 of 0 to 1", VectorXd(), Labels(150, 0));
    Labels labels(150, 0);
    labels[7] = 1;
    VectorXd weights = VectorXd::Ones(150);
    weights[7] = 0.0;
    expect_refusal(iris, {},
                   "All rows that the start puts into component 1 of 0 to 1 have weight zero.",
                   weights, labels);
    labels[7] = 2;
    expect_refusal(iris, {}, "names component 2; it must be from 0 to 1", VectorXd(), labels);
}

}  // namespace
}  // namespace mixtura
