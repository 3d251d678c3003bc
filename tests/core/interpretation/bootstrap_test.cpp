// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/bootstrap.h"

#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/interpretation/resampling.h"
#include "mixtura/interpretation/standard_errors.h"

#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

GaussianMixture faithful_vvv2() {
    return test::reference_fit("faithful", "hc", "VVV", 2, 200).model;
}

TEST(Resampling, GammaVariatesHaveTheirMeanAndVariance) {
    RandomStream random(2);
    constexpr int count = 200000;
    for (const double shape : {0.3, 1.0, 7.5}) {
        double sum = 0.0;
        double squares = 0.0;
        for (int i = 0; i < count; ++i) {
            const double draw = gamma_variate(shape, random);
            sum += draw;
            squares += (draw - shape) * (draw - shape);
        }
        // Five standard errors: the fourth central moment is 3 shape^2 + 6 shape.
        EXPECT_NEAR(shape, sum / count, 5.0 * std::sqrt(shape / count));
        EXPECT_NEAR(shape, squares / count,
                    5.0 * std::sqrt((2.0 * shape * shape + 6.0 * shape) / count));
    }
}

TEST(Resampling, WeightsAreThoseOfTheRowsInExpectation) {
    const Eigen::Vector4d weights(1.0, 0.0, 2.5, 0.5);
    RandomStream random(4);
    VectorXd dirichlet = VectorXd::Zero(4);
    VectorXd drawn = VectorXd::Zero(4);
    constexpr int count = 50000;
    for (int i = 0; i < count; ++i) {
        const VectorXd a = dirichlet_weights(weights, random);
        const VectorXd b = draw_counts(weights, random);
        EXPECT_NEAR(4.0, a.sum(), 1e-12);
        EXPECT_EQ(4.0, b.sum());
        dirichlet += a / count;
        drawn += b / count;
    }
    for (Index i = 0; i < 4; ++i) {
        EXPECT_NEAR(weights[i], dirichlet[i], 0.03);
        EXPECT_NEAR(weights[i], drawn[i], 0.03);
    }
    EXPECT_EQ(dirichlet[1], 0.0);
    EXPECT_EQ(drawn[1], 0.0);
}

FitControl with_threads(int thread_count) {
    FitControl control;
    control.thread_count = thread_count;
    return control;
}

void expect_same_bits(const MixtureParameters& a, const MixtureParameters& b) {
    EXPECT_EQ(a.mixing_weights, b.mixing_weights);
    EXPECT_EQ(a.means, b.means);
    for (std::size_t k = 0; k < a.covariances.size(); ++k)
        EXPECT_EQ(a.covariances[k], b.covariances[k]);
}

class EveryKind : public testing::TestWithParam<BootstrapKind> {};

TEST_P(EveryKind, HasTheSameBitsForAnyNumberOfThreads) {
    const MatrixXd rows = test::measurements("faithful");
    const BootstrapOptions options{.kind = GetParam(), .replicate_count = 24};
    const BootstrapResult one = bootstrap(faithful_vvv2(), rows, options, with_threads(1));
    const BootstrapResult four = bootstrap(faithful_vvv2(), rows, options, with_threads(4));
    expect_same_bits(one.standard_errors, four.standard_errors);
    expect_same_bits(one.lower, four.lower);
    expect_same_bits(one.upper, four.upper);
    EXPECT_EQ(one.replicates_done, 24);
    EXPECT_FALSE(one.cancelled);

    BootstrapOptions other = options;
    other.seed = 2;
    EXPECT_NE(bootstrap(faithful_vvv2(), rows, other).standard_errors.means,
              one.standard_errors.means);
}

/// On well separated groups the bootstrap and the asymptotic theory say the same, up to the noise
/// of 300 replicates (4 %) and to what the model misses.
TEST_P(EveryKind, AgreesWithTheObservedInformationOnFaithful) {
    const MatrixXd rows = test::measurements("faithful");
    const GaussianMixture model = faithful_vvv2();
    const BootstrapResult result =
        bootstrap(model, rows, {.kind = GetParam(), .replicate_count = 300});
    const StandardErrors theory =
        standard_errors(model, rows,
                        GetParam() == BootstrapKind::parametric ? StandardErrorMethod::hessian
                                                                : StandardErrorMethod::sandwich);
    const auto expect_near = [](double expected, double actual) {
        EXPECT_NEAR(expected, actual, 0.2 * expected);
    };
    EXPECT_EQ(result.failure_count, 0);
    for (Index k = 0; k < 2; ++k) {
        const auto index = static_cast<std::size_t>(k);
        expect_near(theory.standard_errors.mixing_weights[k],
                    result.standard_errors.mixing_weights[k]);
        for (Index j = 0; j < 2; ++j) {
            expect_near(theory.standard_errors.means(k, j), result.standard_errors.means(k, j));
            EXPECT_LT(result.lower.means(k, j), model.means()(k, j));
            EXPECT_GT(result.upper.means(k, j), model.means()(k, j));
            for (Index i = 0; i < 2; ++i)
                expect_near(theory.standard_errors.covariances[index](i, j),
                            result.standard_errors.covariances[index](i, j));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryKind,
                         testing::Values(BootstrapKind::weighted, BootstrapKind::parametric,
                                         BootstrapKind::nonparametric));

/// A refit sorts its components by weight; of two equal ones either may come first.
TEST(Bootstrap, KeepsComponentsOfEqualWeightApart) {
    Eigen::MatrixXd means(2, 1);
    means << -4.0, 4.0;
    const MatrixXd one = MatrixXd::Ones(1, 1);
    RandomStream random(8);
    const GaussianMixture truth(Eigen::Vector2d(0.5, 0.5), means, {one, one});
    const MatrixXd rows = sample(truth, 200, random).observations;
    const GaussianMixture model = fit_em(rows, {.component_count = 2}).model;
    const BootstrapResult result = bootstrap(model, rows, {.replicate_count = 60});
    for (Index k = 0; k < 2; ++k) {
        EXPECT_LT(result.standard_errors.means(k, 0), 0.2);
        EXPECT_GT(result.lower.means(k, 0) * result.upper.means(k, 0), 0.0);
    }
}

TEST(Bootstrap, TakesIntegerWeightsAsRepeatedRows) {
    const MatrixXd rows = test::measurements("faithful");
    const VectorXd weights = VectorXd::Constant(rows.rows(), 4.0);
    const BootstrapOptions options{.replicate_count = 200};
    const auto once = bootstrap(faithful_vvv2(), rows, options).standard_errors;
    const auto four = bootstrap(faithful_vvv2(), rows, options, {}, weights).standard_errors;
    // Four times the rows, half the standard error; both are known to 5 %.
    for (Index k = 0; k < 2; ++k) EXPECT_NEAR(2.0, once.means(k, 0) / four.means(k, 0), 0.4);
}

class Recorder : public FitObserver {
  public:
    explicit Recorder(int stop_after) : stop_after_(stop_after) {}
    void on_progress(std::string_view what, double done, double total) override {
        EXPECT_EQ(what, "bootstrap");
        EXPECT_EQ(done, last_ + 1.0);
        EXPECT_EQ(total, 500.0);
        last_ = done;
        if (done == stop_after_)
            source_.request_stop();
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    [[nodiscard]] double last() const { return last_; }

  private:
    int stop_after_;
    double last_ = 0.0;
    std::stop_source source_;
};

TEST(Bootstrap, KeepsWhatWasDoneWhenItIsStopped) {
    Recorder recorder(7);
    FitControl control = with_threads(2);
    control.stop = recorder.token();
    control.observer = &recorder;
    const BootstrapResult result = bootstrap(faithful_vvv2(), test::measurements("faithful"),
                                             {.replicate_count = 500}, control);
    EXPECT_TRUE(result.cancelled);
    EXPECT_GE(result.replicates_done, 6);
    EXPECT_LE(result.replicates_done, 9);
    control.observer = nullptr;
    EXPECT_THROW(bootstrap(faithful_vvv2(), test::measurements("faithful"), {}, control),
                 compute::Cancelled);
}

/// A component of two rows of nine: where a draw lacks one of them (or both), it shrinks onto a
/// single value, which is degenerate and counted with its reason.
TEST(Bootstrap, CountsRefitsThatFail) {
    MatrixXd rows(9, 1);
    rows << 0.0, 0.4, 1.0, 1.3, 1.9, 2.2, 2.9, 30.0, 30.5;
    const GaussianMixture model = fit_em(rows, {.component_count = 2}, {}, VectorXd(),
                                         {.partition = {0, 0, 0, 0, 0, 0, 0, 1, 1}, .model = {}})
                                      .model;
    const BootstrapResult result =
        bootstrap(model, rows, {.kind = BootstrapKind::nonparametric, .replicate_count = 100});
    // One of the two is lacking with probability 2 (8/9)^9 - (7/9)^9 = 0.59.
    EXPECT_GT(result.failure_count, 20);
    EXPECT_LT(result.failure_count, 100);
    EXPECT_EQ(result.failure_count + result.replicates_done, 100);
    EXPECT_FALSE(result.first_failure.empty());
    EXPECT_FALSE(result.cancelled);
}

TEST(Bootstrap, RefusesOptionsAndDataThatDoNotFit) {
    const MatrixXd rows = test::measurements("faithful");
    const GaussianMixture model = faithful_vvv2();
    EXPECT_THAT([&] { bootstrap(model, rows, {.replicate_count = 1}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("replicate_count is 1")));
    EXPECT_THAT([&] { bootstrap(model, rows, {.confidence = 1.0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("confidence is 1")));
    EXPECT_THAT([&] { bootstrap(model, rows.leftCols(1)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 features, the observations 1")));
    EXPECT_THAT([&] { bootstrap(model, rows, {}, {}, Eigen::Vector2d(1.0, 1.0)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 observation_weights for 272 rows")));
    EXPECT_THAT([&] { bootstrap(model, MatrixXd::Ones(5, 2)); },
                ThrowsMessage<DataError>(HasSubstr("constant")));
}

}  // namespace
}  // namespace mixtura
