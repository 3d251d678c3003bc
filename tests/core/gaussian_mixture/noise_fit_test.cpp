// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/LU>
#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/clutter_rows.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/noise_component.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

MatrixXd chevron() {
    return test::TextTable(test::reference_file("data/chevron.csv")).numbers({"x", "y"});
}

/// Two clusters among noise; 0 is the noise in the file.
std::vector<std::int32_t> chevron_start() {
    const test::TextTable table(test::reference_file("init/chevron-noise-G2.csv"));
    std::vector<std::int32_t> partition;
    for (std::size_t i = 0; i < table.row_count(); ++i) {
        const int label = std::stoi(table.text(i, "init"));
        partition.push_back(label == 0 ? 2 : label - 1);
    }
    return partition;
}

EmOptions with_noise(int component_count, CovarianceStructure structure) {
    EmOptions options;
    options.component_count = component_count;
    options.covariance_structure = structure;
    options.has_noise = true;
    return options;
}

/// Three tight groups of 100 rows and `noise_rows` rows spread over a square of side 20.
MatrixXd groups_in_noise(Index noise_rows, std::uint64_t seed) {
    RandomStream random(seed, 0);
    MatrixXd rows(300 + noise_rows, 2);
    for (Index i = 0; i < rows.rows(); ++i) {
        if (i < 300)
            rows.row(i) << 4.0 * double(i / 100) - 4.0 + 0.3 * random.normal(),
                0.3 * random.normal();
        else
            rows.row(i) << 20.0 * random.uniform() - 10.0, 20.0 * random.uniform() - 10.0;
    }
    return rows;
}

struct ChevronLimit {
    CovarianceStructure structure;
    double log_likelihood;
};
class ChevronWithNoise : public testing::TestWithParam<ChevronLimit> {};

// From mclust and an independent prototype, with the rows labelled noise as first noise.
TEST_P(ChevronWithNoise, ReachesTheReferenceLimit) {
    EmOptions options = with_noise(2, GetParam().structure);
    options.tolerance = 1e-9;
    const EmFit fit =
        fit_em(chevron(), options, {}, VectorXd(), {.partition = chevron_start(), .model = {}});
    EXPECT_NEAR(fit.log_likelihood, GetParam().log_likelihood, 2e-6);
    ASSERT_TRUE(fit.model.noise());
    EXPECT_NEAR(std::exp(fit.model.noise()->region.log_density), 6.24149319283e-05, 1e-15);
}

TEST_P(ChevronWithNoise, PlainStepsNeverLoseLikelihood) {
    EmOptions options = with_noise(2, GetParam().structure);
    options.tolerance = 0.0;
    options.iteration_limit = 60;
    const EmFit fit =
        fit_em(chevron(), options, {}, VectorXd(), {.partition = chevron_start(), .model = {}});
    const std::vector<double>& trace = fit.runs[0].log_likelihood;
    for (std::size_t i = 1; i < trace.size(); ++i) EXPECT_GE(trace[i], trace[i - 1] - 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Structures, ChevronWithNoise,
                         testing::Values(ChevronLimit{EEV, -10525.26444693},
                                         ChevronLimit{VEV, -10525.22698641},
                                         ChevronLimit{VVV, -10525.21129420},
                                         ChevronLimit{EEE, -10576.34247892}));

TEST(NoiseFit, IsNoWorseFromItsOwnStart) {
    const EmFit fit = fit_em(chevron(), with_noise(2, VVV));
    EXPECT_GE(fit.log_likelihood, -10525.21129420 - 1e-3);
}

// Without noise the model is a special case of that with it, so that its best fit can't be better by
// more than what the noise of a start keeps of the way.
TEST(NoiseFit, IsNoWorseThanTheSameGroupsWithoutNoise) {
    for (const char* set : {"iris", "crabs", "banknote", "diabetes", "faithful"}) {
        const MatrixXd rows = test::measurements(set);
        for (const CovarianceStructure structure : {VVV, EEE, VVI}) {
            EmOptions plain = with_noise(3, structure);
            plain.has_noise = false;
            const EmFit without = fit_em(rows, plain);
            if (!without.spurious.empty())
                continue;
            EXPECT_GT(fit_em(rows, with_noise(3, structure)).log_likelihood,
                      without.log_likelihood - 0.1)
                << set << " " << to_string(structure);
        }
    }
}

/// log(pi_k N_k) of each row, and in the last column that of the noise, by plain loops.
MatrixXd log_terms(const GaussianMixture& model, const MatrixXd& rows) {
    const Index K = model.component_count();
    MatrixXd terms(rows.rows(), K + 1);
    for (Index i = 0; i < rows.rows(); ++i) {
        for (Index k = 0; k < K; ++k) {
            const MatrixXd& covariance = model.covariances()[std::size_t(k)];
            const VectorXd y = (rows.row(i) - model.means().row(k)).transpose();
            terms(i, k) = std::log(model.mixing_weights()[k]) -
                          0.5 * std::log((2.0 * M_PI * covariance).determinant()) -
                          0.5 * y.dot(covariance.inverse() * y);
        }
        terms(i, K) = std::log(model.noise()->weight) -
                      std::log(std::abs(model.noise()->region.edges.determinant()));
    }
    return terms;
}

TEST(NoiseFit, EqualsPlainLoopsAfterAStep) {
    const MatrixXd rows = groups_in_noise(60, 1);
    EmOptions options = with_noise(3, VVV);
    options.tolerance = 0.0;
    options.iteration_limit = 4;
    const GaussianMixture before = fit_em(rows, options).model;
    options.iteration_limit = 1;
    const EmFit after = fit_em(rows, options, {}, VectorXd(), {.partition = {}, .model = before});

    const MatrixXd terms = log_terms(before, rows);
    const VectorXd densities = terms.array().exp().rowwise().sum().log();
    const MatrixXd shares = (terms.colwise() - densities).array().exp();
    const VectorXd masses = shares.colwise().sum();
    EXPECT_NEAR(after.runs[0].log_likelihood[0], densities.sum(), 1e-9);
    EXPECT_NEAR(after.model.noise()->weight, masses[3] / double(rows.rows()), 1e-12);
    for (Index k = 0; k < 3; ++k) {
        const RowVectorXd mean = shares.col(k).transpose() * rows / masses[k];
        const MatrixXd centred = rows.rowwise() - mean;
        const MatrixXd covariance =
            centred.transpose() * shares.col(k).asDiagonal() * centred / masses[k];
        Index same = 0;
        (after.model.means().rowwise() - mean).rowwise().norm().minCoeff(&same);
        EXPECT_NEAR(after.model.mixing_weights()[same], masses[k] / double(rows.rows()), 1e-12);
        EXPECT_LT((after.model.means().row(same) - mean).norm(), 1e-10);
        EXPECT_LT((after.model.covariances()[std::size_t(same)] - covariance).norm(), 1e-10);
    }
    const Scores scores = score(before, rows);
    EXPECT_LT((scores.responsibilities - shares).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_TRUE(scores.has_noise);
    EXPECT_EQ(scores.component_count(), 3);
}

TEST(NoiseFit, RecoversGroupsAndShareOfNoise) {
    const MatrixXd rows = groups_in_noise(200, 2);
    const EmFit fit = fit_em(rows, with_noise(3, EII));
    // Rows of the noise that fall on a group cannot be told from it: a few in 500.
    EXPECT_NEAR(fit.model.noise()->weight, 0.4, 0.03);
    std::vector<double> centres(3);
    for (Index k = 0; k < 3; ++k) centres[std::size_t(k)] = fit.model.means()(k, 0);
    std::ranges::sort(centres);
    EXPECT_NEAR(centres[0], -4.0, 0.15);
    EXPECT_NEAR(centres[1], 0.0, 0.15);
    EXPECT_NEAR(centres[2], 4.0, 0.15);
    const Scores scores = score(fit.model, rows);
    const auto told =
        std::count(scores.classification.begin() + 300, scores.classification.end(), 3);
    EXPECT_GT(told, 180);
    // Without noise the same rows need wide groups.
    EmOptions plain = with_noise(3, EII);
    plain.has_noise = false;
    EXPECT_GT(fit.log_likelihood, fit_em(rows, plain).log_likelihood + 100.0);
}

TEST(NoiseFit, HasOneComponentToo) {
    const MatrixXd rows = groups_in_noise(100, 3).bottomRows(200);
    const EmFit fit = fit_em(rows, with_noise(1, VVV));
    EXPECT_NEAR(fit.model.noise()->weight, 0.5, 0.06);
    EXPECT_GT(fit.entropy, 0.0);
    EXPECT_EQ(fit.model.parameter_count(), 5 + 2);
    EXPECT_EQ(parameter_count(with_noise(1, VVV), 2), 5 + 2);
}

TEST(NoiseFit, CountsWeightsAsCopiesOfRows) {
    const MatrixXd rows = groups_in_noise(60, 4);
    VectorXd weights = VectorXd::Ones(rows.rows());
    MatrixXd copies(rows.rows() + 50, 2);
    copies.topRows(rows.rows()) = rows;
    for (Index i = 0; i < 50; ++i) {
        weights[7 * i] = 2.0;
        copies.row(rows.rows() + i) = rows.row(7 * i);
    }
    std::vector<std::int32_t> partition;
    for (Index i = 0; i < rows.rows(); ++i)
        partition.push_back(std::int32_t(std::min<Index>(i / 100, 3)));
    std::vector<std::int32_t> of_copies = partition;
    for (std::size_t i = 0; i < 50; ++i) of_copies.push_back(partition[7 * i]);
    EmOptions options = with_noise(3, VVI);
    options.tolerance = 0.0;
    options.iteration_limit = 20;
    const EmFit weighted =
        fit_em(rows, options, {}, weights, {.partition = partition, .model = {}});
    const EmFit copied =
        fit_em(copies, options, {}, VectorXd(), {.partition = of_copies, .model = {}});
    EXPECT_NEAR(weighted.log_likelihood, copied.log_likelihood, 1e-8);
    EXPECT_NEAR(weighted.model.noise()->weight, copied.model.noise()->weight, 1e-10);
}

TEST(NoiseFit, SaysWhatItCannotDo) {
    const MatrixXd rows = groups_in_noise(20, 5);
    EmOptions student = with_noise(2, VVV);
    student.family = ComponentFamily::student;
    EXPECT_THAT([&] { (void)fit_em(rows, student); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Student-t components bear outlying")));
    std::vector<std::int32_t> known(std::size_t(rows.rows()), -1);
    known[0] = 0;
    EXPECT_THAT([&] { (void)fit_em(rows, with_noise(2, VVV), {}, VectorXd(), {}, known); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Noise goes with complete rows")));
    MatrixXd dependent(rows.rows(), 3);
    dependent << rows, rows.col(0) + rows.col(1);
    EXPECT_THAT([&] { (void)fit_em(dependent, with_noise(2, VVI)); },
                ThrowsMessage<DataError>(HasSubstr("depend on each other linearly")));
    const GaussianMixture plain = fit_em(rows, {.component_count = 2}).model;
    EXPECT_THAT(
        [&] {
            (void)fit_em(rows, with_noise(2, VVV), {}, VectorXd(),
                         {.partition = {}, .model = plain});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("start model has no noise component")));
}

TEST(NoiseRegion, IsTheSmallerBox) {
    // A diagonal band: the turned box is much smaller than the upright one.
    MatrixXd band(4, 2);
    band << 0.0, 0.1, 10.0, 10.1, 0.1, 0.0, 10.1, 10.0;
    const NoiseRegion region = noise_region(band);
    EXPECT_NEAR(-region.log_density, std::log(10.0 * std::sqrt(2.0) * 0.1 * std::sqrt(2.0)), 1e-12);
    EXPECT_NEAR(std::abs(region.edges.determinant()), std::exp(-region.log_density), 1e-12);
    // Every row is origin + u' edges with u from 0 to 1.
    const MatrixXd u = (band.rowwise() - region.origin) * region.edges.inverse();
    EXPECT_GT(u.minCoeff(), -1e-12);
    EXPECT_LT(u.maxCoeff(), 1.0 + 1e-12);

    const RowVectorXd scale = RowVectorXd::LinSpaced(2, 2.0, 5.0);
    const RowVectorXd shift = RowVectorXd::LinSpaced(2, -1.0, 3.0);
    const NoiseRegion moved = rescaled(region, scale, shift);
    EXPECT_NEAR(std::abs(moved.edges.determinant()), std::exp(-moved.log_density), 1e-11);
    const MatrixXd moved_band = (band * scale.asDiagonal()).rowwise() + shift;
    EXPECT_LT(((moved_band.rowwise() - moved.origin) * moved.edges.inverse() - u).norm(), 1e-10);
}

TEST(NoiseModel, DrawsFromItsRegionAndComponents) {
    const MatrixXd rows = groups_in_noise(200, 6);
    const GaussianMixture model = fit_em(rows, with_noise(3, VVI)).model;
    RandomStream random(1, 0);
    const Sample draws = sample(model, 20000, random);
    const double share = double(std::ranges::count(draws.components, 3)) / 20000.0;
    EXPECT_NEAR(share, model.noise()->weight, 0.02);
    const NoiseRegion& region = model.noise()->region;
    const MatrixXd inverse = region.edges.inverse();
    RowVectorXd sum = RowVectorXd::Zero(2);
    for (std::size_t i = 0; i < draws.components.size(); ++i) {
        if (draws.components[i] != 3)
            continue;
        const RowVectorXd u = (draws.observations.row(Index(i)) - region.origin) * inverse;
        ASSERT_TRUE(u.minCoeff() >= -1e-12 && u.maxCoeff() <= 1.0 + 1e-12);
        sum += u / (share * 20000.0);
    }
    EXPECT_LT((sum.array() - 0.5).abs().maxCoeff(), 0.02);
}

TEST(NoiseModel, ChecksWeightsAndRegion) {
    const NoiseRegion region = noise_region(groups_in_noise(10, 7));
    const std::vector<MatrixXd> one{MatrixXd::Identity(2, 2)};
    const auto model = [&](double weight, double noise) {
        return GaussianMixture(VectorXd::Constant(1, weight), MatrixXd::Zero(1, 2), one, VVV,
                               std::nullopt, NoiseComponent{.weight = noise, .region = region});
    };
    EXPECT_EQ(model(0.75, 0.25).group_count(), 2);
    EXPECT_EQ(without_noise(model(0.75, 0.25)).mixing_weights()[0], 1.0);
    EXPECT_EQ(marginal(model(0.75, 0.25), {1}).mixing_weights()[0], 1.0);
    EXPECT_THAT([&] { (void)model(0.75, 0.3); },
                ThrowsMessage<InvalidArgument>(HasSubstr("must sum to 1")));
    EXPECT_THAT([&] { (void)model(0.75, -0.25); },
                ThrowsMessage<InvalidArgument>(HasSubstr("weight of the noise is -0.25")));
}

TEST(ClutterRows, FindsScatteredRows) {
    const MatrixXd rows = groups_in_noise(150, 8);
    const std::vector<Index> clutter = clutter_rows(rows, {});
    const auto found = std::ranges::count_if(clutter, [](Index i) { return i >= 300; });
    EXPECT_GT(found, 135);
    EXPECT_LT(std::ssize(clutter) - found, 15);
    EXPECT_TRUE(std::ranges::is_sorted(clutter));
}

TEST(ClutterRows, LeavesMostOfOneGroupAndOfEqualRows) {
    RandomStream random(9, 0);
    MatrixXd cloud(500, 3);
    for (double& x : cloud.reshaped()) x = random.normal();
    EXPECT_LE(std::ssize(clutter_rows(cloud, {})), 250);
    MatrixXd equal = MatrixXd::Zero(50, 1);
    equal(49, 0) = 1.0;
    EXPECT_EQ(clutter_rows(equal, {}), std::vector<Index>{49});
    MatrixXd two(2, 1);
    two << 0.0, 1.0;
    EXPECT_EQ(clutter_rows(two, {}).size(), 1U);
}

}  // namespace
}  // namespace mixtura
