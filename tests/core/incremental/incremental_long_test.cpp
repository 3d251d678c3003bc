// SPDX-License-Identifier: Apache-2.0
// Long streams of one component against the covariance form in long double.
#include <cmath>
#include <iostream>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/incremental/incremental_mixture.h"

#include "support/portable_stream.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// C' = a (C + theta e e'), triangle by triangle.
class PlainRecursion {
  public:
    PlainRecursion(const VectorXd& x, double kappa)
        : d_(x.size()), kappa0_(kappa), nu_(kappa), kappa_(kappa), mean_(x.begin(), x.end()) {
        for (Index i = 0; i < d_; ++i)
            for (Index j = 0; j <= i; ++j) covariance_.push_back(i == j ? 1.0L : 0.0L);
    }
    void observe(const VectorXd& x, long double share, long double lambda) {
        const long double m = lambda * n_;
        const long double u = lambda * nu_;
        kappa_ *= lambda;
        n_ = m + share;
        nu_ = u + share;
        const long double a = u / nu_;
        const long double theta = share * m / (n_ * u);
        std::vector<long double> e(mean_.size());
        for (std::size_t i = 0; i < e.size(); ++i) e[i] = x[static_cast<Index>(i)] - mean_[i];
        for (std::size_t i = 0; i < e.size(); ++i) mean_[i] += share / n_ * e[i];
        std::size_t at = 0;
        for (std::size_t i = 0; i < e.size(); ++i) {
            const long double weighted = theta * e[i];
            for (std::size_t j = 0; j <= i; ++j, ++at)
                covariance_[at] = a * (covariance_[at] + weighted * e[j]);
        }
    }
    /// Gives the prior (V0 = I) its weight back.
    void restore_prior() {
        const long double g = kappa0_ - kappa_;
        std::size_t at = 0;
        for (Index i = 0; i < d_; ++i)
            for (Index j = 0; j <= i; ++j, ++at)
                covariance_[at] = (nu_ * covariance_[at] + (i == j ? g : 0.0L)) / (nu_ + g);
        nu_ += g;
        kappa_ = kappa0_;
    }
    [[nodiscard]] Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> covariance() const {
        Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> result(d_, d_);
        std::size_t at = 0;
        for (Index i = 0; i < d_; ++i)
            for (Index j = 0; j <= i; ++j, ++at) result(i, j) = result(j, i) = covariance_[at];
        return result;
    }

  private:
    Index d_;
    long double kappa0_;
    long double n_ = 1.0L;
    long double nu_;
    long double kappa_;
    std::vector<long double> mean_;
    std::vector<long double> covariance_;
};

struct LongRun {
    Index d;
    std::int64_t rows;
    double lambda;
    bool has_random_shares;
    double scale_range;  ///< ratio of the largest to the least deviation
    double tolerance;
};

void expect_accurate(const LongRun& run) {
    test::SplitMix64 random(static_cast<std::uint64_t>(run.d) + 5);
    VectorXd deviations(run.d);
    for (Index i = 0; i < run.d; ++i)
        deviations[i] =
            std::pow(run.scale_range,
                     run.d > 1 ? -static_cast<double>(i) / static_cast<double>(run.d - 1) : 0.0);
    VectorXd x(run.d);
    // Neighbouring features go together; a pass over them all would be most of the time.
    const auto draw = [&] {
        double before = 0.0;
        for (Index i = 0; i < run.d; ++i) {
            const double z = std::sqrt(12.0) * (random.uniform() - 0.5);
            x[i] = deviations[i] * (z + 0.5 * before);
            before = z;
        }
    };
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    options.forgetting = run.lambda;
    options.minimum_age = 0;
    IncrementalMixture mixture(options, VectorXd::Ones(run.d));
    draw();
    PlainRecursion plain(x, mixture.prior_strength());
    mixture.observe(x);
    std::int64_t counter = 0;
    const std::int64_t interval = mixture.components()[0].refactor_interval;
    for (std::int64_t t = 1; t < run.rows; ++t) {
        draw();
        const double share = run.has_random_shares ? 1.0 - random.uniform() : 1.0;
        mixture.observe(x, share);
        plain.observe(x, share, run.lambda);
        if (++counter == interval) {
            counter = 0;
            if (run.lambda < 1.0)
                plain.restore_prior();
        }
    }
    const auto covariance = plain.covariance();
    const MatrixXd expected = covariance.cast<double>();
    const IncrementalComponent& component = mixture.components().at(0);
    const MatrixXd actual = covariance_matrix(component);
    // Relative to the deviations of both features, so that no unit hides another.
    const VectorXd roots = expected.diagonal().cwiseSqrt();
    double worst = 0.0;
    for (Index j = 0; j < run.d; ++j)
        for (Index i = 0; i < run.d; ++i)
            worst =
                std::max(worst, std::abs(expected(i, j) - actual(i, j)) / (roots[i] * roots[j]));
    EXPECT_LT(worst, run.tolerance);
    Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> factor = covariance.llt().matrixL();
    const auto log_det = static_cast<double>(2.0L * factor.diagonal().array().log().sum());
    EXPECT_NEAR(component.log_det, log_det, 1e-8 * static_cast<double>(run.d));
    EXPECT_EQ(mixture.state().counters.components_repaired, 0);
    std::cout << "d " << run.d << ", rows " << run.rows << ", forgetting " << run.lambda
              << ": worst relative error " << worst << ", log-determinant off by "
              << component.log_det - log_det << "\n";
}

TEST(IncrementalLong, RandomStepsStayWithTheCovarianceForm) {
    for (const Index d : {1, 2, 5, 20})
        for (const double lambda : {1.0, 0.995})
            expect_accurate({.d = d,
                             .rows = 100000,
                             .lambda = lambda,
                             .has_random_shares = true,
                             .scale_range = 30.0,
                             .tolerance = 1e-10});
}

TEST(IncrementalLong, MillionRowsOfTenFeatures) {
    expect_accurate({.d = 10,
                     .rows = 1000000,
                     .lambda = 0.99,
                     .has_random_shares = false,
                     .scale_range = 1000.0,
                     .tolerance = 1e-8});
}

TEST(IncrementalLong, HundredThousandStepsOfAHundredFeatures) {
    expect_accurate({.d = 100,
                     .rows = 100000,
                     .lambda = 0.999,
                     .has_random_shares = true,
                     .scale_range = 30.0,
                     .tolerance = 1e-10});
}

TEST(IncrementalLong, MillionRowsOfAHundredFeatures) {
    for (const double lambda : {1.0, 0.999})
        expect_accurate({.d = 100,
                         .rows = 1000000,
                         .lambda = lambda,
                         .has_random_shares = false,
                         .scale_range = 1000.0,
                         .tolerance = 1e-9});
}

}  // namespace
}  // namespace mixtura
