// SPDX-License-Identifier: Apache-2.0
// Short streams whose every state was worked out with 50 digits in covariance form.
#include "support/incremental_vectors.h"

#include <cmath>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/incremental/component_merging.h"
#include "mixtura/incremental/incremental_mixture.h"

#include "support/near.h"
#include "support/portable_stream.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

constexpr double tolerance = 1e-10;  ///< the digits printed
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The lower triangle of the precision by rows.
std::vector<double> triangle(const IncrementalComponent& component) {
    const MatrixXd precision = precision_matrix(component);
    std::vector<double> result;
    for (Index i = 0; i < precision.rows(); ++i)
        for (Index j = 0; j <= i; ++j) result.push_back(precision(i, j));
    return result;
}

void expect_near(const std::vector<double>& expected, const std::vector<double>& actual) {
    ASSERT_EQ(expected.size(), actual.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_TRUE(near(expected[i], actual[i], tolerance)) << i;
}

struct Expected {
    double mass;
    std::int64_t age;
    std::vector<double> mean;
    std::vector<double> precision;
    double log_det;
};

void expect_component(const Expected& expected, const IncrementalComponent& actual) {
    EXPECT_TRUE(near(expected.mass, actual.mass, tolerance));
    EXPECT_EQ(expected.age, actual.age);
    const auto d = actual.initial_variances.size();
    expect_near(expected.mean, {actual.mean.begin(), actual.mean.begin() + d});
    expect_near(expected.precision, triangle(actual));
    EXPECT_TRUE(near(expected.log_det, actual.log_det, tolerance));
}

IncrementalMixture learned_ten_rows() {
    IncrementalMixture mixture = test::ten_rows_mixture();
    const MatrixXd rows = test::ten_rows();
    for (Index t = 0; t < rows.rows(); ++t) mixture.observe(rows.row(t).transpose());
    return mixture;
}

TEST(IncrementalVectors, TenRowsInThePlane) {
    IncrementalMixture mixture = test::ten_rows_mixture();
    const MatrixXd rows = test::ten_rows();
    const double log_densities[] = {-3.156024246969,  -2.311400205069, -34.696716288012,
                                    -4.073568608089,  -3.495677722124, -2.738196801908,
                                    -11.463907360780, -3.095553872756, -3.118760263169};
    std::vector<std::int64_t> births;
    for (Index t = 1; t <= rows.rows(); ++t) {
        const Observation seen = mixture.observe(rows.row(t - 1).transpose());
        if (seen.is_new_component)
            births.push_back(t);
        if (t > 1) {
            EXPECT_TRUE(near(log_densities[t - 2], seen.log_density, tolerance)) << t;
        }
        const auto& components = mixture.components();
        if (t == 2)
            expect_component(
                {2, 2, {.5, .5}, {1.384615384615, -.153846153846, .461538461538}, .485507815782},
                components.at(0));
        if (t == 3)
            expect_component({3, 3, {.5, .166666666667}, {2.066666666667, -.2, .6}, -.182321556794},
                             components.at(0));
        if (t == 5)
            expect_component({2,
                              2,
                              {6.25, 5.25},
                              {1.783783783784, -.054054054054, .486486486486},
                              .145182009844},
                             components.at(1));
        if (t == 8) {
            expect_component({4,
                              6,
                              {.425, .35},
                              {2.585061638859, -.155474981874, .727483683828},
                              -.618648659675},
                             components.at(0));
            expect_component(
                {3, 4, {6, 5.5}, {2.018691588785, .112149532710, .672897196262}, -.296984465114},
                components.at(1));
        }
    }
    EXPECT_EQ(births, (std::vector<std::int64_t>{1, 4, 8}));
    const auto& components = mixture.components();
    ASSERT_EQ(components.size(), 3U);
    expect_component({4.999629223802,
                      8,
                      {.260048946088, .340002966430},
                      {2.394991361285, -.158171835915, .907723519306},
                      -.764989428879},
                     components[0]);
    expect_component({3.997681719870,
                      6,
                      {5.950086985919, 5.275391436637},
                      {2.617401804346, .059065758400, .784203027320},
                      -.717393671636},
                     components[1]);
    expect_component({1.002689056328,
                      3,
                      {3.005216517777, 2.504041811975},
                      {.980752278104, -.004005083540, .249938740462},
                      1.406040240552},
                     components[2]);
}

TEST(IncrementalVectors, TwentyRowsWithPriorAndForgetting) {
    IncrementalMixture mixture = test::twenty_rows_mixture(never_refactor);
    const MatrixXd rows = test::twenty_rows();
    ASSERT_EQ(rows(1, 0), .783327);
    ASSERT_EQ(rows(2, 2), -1.662856);
    double log_likelihood = 0.0;
    for (Index t = 0; t < rows.rows(); ++t) {
        const Observation seen = mixture.observe(rows.row(t).transpose());
        EXPECT_EQ(seen.is_new_component, t < 3) << t;
        if (t > 0)
            log_likelihood += seen.log_density;
        if (t == 3) {
            const IncrementalComponent& first = mixture.components()[0];
            EXPECT_TRUE(near(1.941191999995, first.mass, tolerance));
            EXPECT_TRUE(near(4.764767999995, first.covariance_mass, tolerance));
            expect_near({4.220163693235, .110890628029, .230708245243},
                        {first.mean.begin(), first.mean.begin() + 3});
            EXPECT_TRUE(near(-3.860552218532, first.log_det, tolerance));
        }
    }
    EXPECT_TRUE(near(-163.824761604914, log_likelihood, tolerance));
    const std::vector<Expected> expected = {{5.759365794303,
                                             18,
                                             {3.988988492020, .076678681154, .001494623603},
                                             {2.789636417657, -1.400492985907, 2.927786566359,
                                              .068338789903, .187931120160, 6.059680993607},
                                             -3.623238739664},
                                            {5.879147355552,
                                             18,
                                             {-.029882907625, 3.132051762746, .035693523700},
                                             {2.221982853078, .413536281282, 2.567909723531,
                                              .399740440905, -.500464682787, 6.016815437213},
                                             -3.471027608928},
                                            {4.981088262390,
                                             18,
                                             {.124174917337, -.139708111770, -2.012758157948},
                                             {3.716765264322, 1.912452714673, 2.943666540725,
                                              -.025545246358, .249431980398, 5.539449017608},
                                             -3.691095014086}};
    const double covariance_masses[] = {7.803063667023, 7.964553348123, 7.109053560931};
    ASSERT_EQ(mixture.component_count(), 3);
    for (std::size_t j = 0; j < 3; ++j) {
        expect_component(expected[j], mixture.components()[j]);
        EXPECT_TRUE(near(covariance_masses[j], mixture.components()[j].covariance_mass, tolerance));
    }
}

TEST(IncrementalVectors, FactorisationGivesThePriorItsWeightBack) {
    IncrementalMixture mixture = test::twenty_rows_mixture(5);
    double log_likelihood = 0.0;
    const MatrixXd rows = test::twenty_rows();
    for (Index t = 0; t < rows.rows(); ++t) {
        const Observation seen = mixture.observe(rows.row(t).transpose());
        if (t > 0)
            log_likelihood += seen.log_density;
    }
    EXPECT_TRUE(near(-163.029374975328, log_likelihood, tolerance));
    std::vector<double> found;
    for (const IncrementalComponent& component : mixture.components()) {
        found.push_back(component.log_det);
        found.push_back(component.covariance_mass);
        found.push_back(component.prior_mass);
        found.push_back(component.mass);
    }
    expect_near({-3.633360283853, 8.768442604865, 3.68947264, 5.760202589105,  //
                 -3.507804349990, 8.948792673172, 3.764768, 5.879160004029,    //
                 -3.693722223979, 8.112517052931, 3.8416, 4.980238819111},
                found);
}

TEST(IncrementalVectors, PublishedRuleLosesPositiveDefinitenessOnASecondRow) {
    const auto variance = [](UpdateRule rule, double x, std::int64_t& failures) {
        IncrementalOptions options = paper_preset({});
        options.novelty_probability = 0.0;
        options.update_rule = rule;
        IncrementalMixture mixture(options, VectorXd::Ones(1));
        mixture.observe(VectorXd::Zero(1));
        mixture.observe(VectorXd::Constant(1, x));
        failures = mixture.state().counters.published_rule_failures;
        return 1.0 / precision_matrix(mixture.components()[0])(0, 0);
    };
    std::int64_t failures = 0;
    EXPECT_TRUE(near(.75, variance(UpdateRule::exact, 1.0, failures), 1e-14));
    EXPECT_TRUE(near(1.4025, variance(UpdateRule::exact, 1.9, failures), 1e-14));
    EXPECT_TRUE(near(1.6025, variance(UpdateRule::exact, 2.1, failures), 1e-14));
    EXPECT_TRUE(near(.375, variance(UpdateRule::published, 1.0, failures), 1e-14));
    EXPECT_EQ(failures, 0);
    EXPECT_TRUE(near(.04875, variance(UpdateRule::published, 1.9, failures), 1e-13));
    EXPECT_EQ(failures, 0);
    // -.05125 as printed: no variance, so the exact one stands in.
    EXPECT_TRUE(near(1.6025, variance(UpdateRule::published, 2.1, failures), 1e-14));
    EXPECT_EQ(failures, 1);
}

TEST(IncrementalVectors, MergedHalvesOfAStreamAreTheComponentOfTheWhole) {
    IncrementalOptions options;
    options.novelty_probability = 0.0;
    options.prior_strength = 3.0;
    const Eigen::Vector2d variances(1.0, 4.0);
    IncrementalMixture first(options, variances);
    IncrementalMixture second(options, variances);
    IncrementalMixture whole(options, variances);
    const MatrixXd rows = test::ten_rows();
    for (Index t = 0; t < rows.rows(); ++t) {
        (t < 5 ? first : second).observe(rows.row(t).transpose());
        whole.observe(rows.row(t).transpose());
    }
    const IncrementalComponent& a = first.components().at(0);
    const IncrementalComponent& b = second.components().at(0);
    expect_near({5, 7, 2.8, 2.2, 2.575412480948},
                {a.mass, a.covariance_mass, a.mean[0], a.mean[1], a.log_det});
    expect_near({5, 7, 2.82, 2.86, 2.439830544242},
                {b.mass, b.covariance_mass, b.mean[0], b.mean[1], b.log_det});
    for (const IncrementalComponent& component :
         {merged(a, b), merged(b, a), whole.components().at(0)}) {
        expect_near({10, 12, 2.81, 2.53, 2.236196877040},
                    {component.mass, component.covariance_mass, component.mean[0],
                     component.mean[1], component.log_det});
        expect_near({.612696698867, -.557893200592, .682407746072}, triangle(component));
    }
}

TEST(IncrementalVectors, RowWithAMissingCellTeachesNothingOfItGivenTheOthers) {
    IncrementalMixture mixture = learned_ten_rows();
    const Observation seen = mixture.observe(Eigen::Vector2d(not_a_number, 5.0));
    EXPECT_TRUE(near(-1.922942373143, seen.log_density, tolerance));
    EXPECT_FALSE(seen.is_new_component);
    const auto& components = mixture.components();
    expect_component({4.934798402577,
                      7,
                      {5.951267143696, 5.223094688423},
                      {2.617401804346, .059065758400, .956945065164},
                      -.916779003213},
                     components[1]);
    expect_component({1.065496455786,
                      4,
                      {3.005817343285, 2.651170075137},
                      {.980752278104, -.004005083540, .243268430689},
                      1.433092397933},
                     components[2]);
}

TEST(IncrementalVectors, ChiSquareThresholds) {
    struct Quantile {
        double probability;
        int feature_count;
        double value;
    };
    for (const auto& [probability, feature_count, value] : {Quantile{.1, 1, 2.70554345409541},
                                                            {.1, 2, 4.60517018598809},
                                                            {.1, 10, 15.9871791721053},
                                                            {.1, 784, 835.15581394396},
                                                            {.05, 2, 5.99146454710798},
                                                            {.05, 100, 124.342113404004},
                                                            {.001, 3, 16.2662361962381},
                                                            {.001, 4, 18.4668269529032},
                                                            {.001, 10, 29.5882984450744},
                                                            {.001, 100, 149.449252779039},
                                                            {1e-6, 10, 46.8630468467844},
                                                            {1e-12, 784, 1095.66584931537}})
        EXPECT_NEAR(novelty_threshold(probability, feature_count) / value, 1.0, 1e-13);
    EXPECT_EQ(novelty_threshold(0.0, 3), std::numeric_limits<double>::infinity());
}

TEST(PortableStream, FirstDrawsAreThoseOfEveryImplementation) {
    test::SplitMix64 integers(42);
    EXPECT_EQ(integers.next(), 0xbdd732262feb6e95U);
    EXPECT_EQ(integers.next(), 0x28efe333b266f103U);
    EXPECT_EQ(integers.next(), 0x47526757130f9f52U);
    test::SplitMix64 uniforms(42);
    EXPECT_NEAR(uniforms.uniform(), .741564878771823, 1e-15);
    EXPECT_NEAR(uniforms.uniform(), .159910392876920, 1e-15);
    test::SplitMix64 normals(42);
    for (const double expected : {.882248906222, -.450849875719, .188352634116})
        EXPECT_NEAR(normals.normal(), expected, 1e-12);
    const Eigen::Vector2d row = test::DriftStream(2024, 6000).next();
    EXPECT_NEAR(row[0], 3.8640842124018953, 1e-14);
    EXPECT_NEAR(row[1], 0.0556318035904955, 1e-14);
}

}  // namespace
}  // namespace mixtura
