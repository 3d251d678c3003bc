// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/posterior_record.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/variational/predictive_mixture.h"

#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Three components, of which the last is empty.
VariationalPosterior posterior_example(WeightPrior prior) {
    compute::GaussianStatistics statistics;
    statistics.masses = Eigen::Vector3d(20.0 / 3.0, 10.0 / 3.0, 1e-9);
    statistics.means = Eigen::MatrixXd::Random(3, 2);
    statistics.scatters.assign(3, Eigen::Matrix2d{{2.0 / 3.0, 0.1}, {0.1, 0.7}});
    VariationalPosterior posterior =
        updated_posterior({.weight_prior = prior,
                           .concentration = 1.0 / 3.0,
                           .mean = Eigen::RowVector2d(1.0, 2.0),
                           .mean_precision = 0.25,
                           .degrees_of_freedom = 2.5,
                           .scale_matrix = Eigen::Matrix2d::Identity()},
                          statistics);
    posterior.lower_bound = -100.0 / 7.0;
    return posterior;
}

SavedModel bayesian_example(WeightPrior prior) {
    SavedModel saved = test::example_model();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    saved.posterior = posterior_example(prior);
    saved.model = predictive_mixture(*saved.posterior);
    saved.data.features = {"a", "b"};
    saved.fit.log_likelihood = saved.fit.bic = saved.fit.icl = saved.fit.aic = unknown;
    return saved;
}

TEST(PosteriorRecord, ReadsBackExactly) {
    for (const WeightPrior prior : {WeightPrior::dirichlet, WeightPrior::process}) {
        const json document = to_json(bayesian_example(prior));
        EXPECT_EQ(document["kind"], "student_mixture");
        EXPECT_EQ(document["options"]["component_count"], 2);
        EXPECT_TRUE(document["fit"]["parameter_count"].is_null());
        EXPECT_EQ(document["posterior"].contains("stick_remainders"),
                  prior == WeightPrior::process);
        const SavedModel read = saved_model_from(parse_json(json_text(document), "m.json"));
        EXPECT_EQ(to_json(read), document);
        ASSERT_TRUE(read.posterior);
        EXPECT_EQ(read.posterior->masses, posterior_example(prior).masses);
        EXPECT_EQ(read.posterior->lower_bound, -100.0 / 7.0);
        EXPECT_TRUE(std::isnan(read.fit.bic));
    }
}

TEST(PosteriorRecord, FaultsAreNamedByTheirPath) {
    const auto reading = [](const std::string& pointer, const json& value) {
        json document = to_json(bayesian_example(WeightPrior::dirichlet));
        document[json::json_pointer(pointer)] = value;
        return [document] { static_cast<void>(saved_model_from(document)); };
    };
    const auto message = [](const std::string& text) {
        return ThrowsMessage<DataError>(HasSubstr(text));
    };
    EXPECT_THAT(reading("/posterior/weight_prior", "flat"), message("/posterior/weight_prior"));
    EXPECT_THAT(reading("/posterior/concentration", 0.0), message("/posterior/concentration"));
    EXPECT_THAT(reading("/posterior/concentrations/1", -1.0),
                message("/posterior/concentrations/1"));
    EXPECT_THAT(reading("/posterior/concentrations", json({1.0})),
                message("/posterior/concentrations"));
    EXPECT_THAT(reading("/posterior/stick_remainders", json({1.0, 1.0, 1.0})),
                message("/posterior/stick_remainders"));
    EXPECT_THAT(reading("/posterior/expected_rows", json({1.0})),
                message("/posterior/expected_rows"));
    EXPECT_THAT(reading("/posterior/expected_rows/2", -0.5),
                message("/posterior/expected_rows/2 must not be negative"));
    EXPECT_THAT(reading("/posterior/mean_precisions/0", 0.0),
                message("/posterior/mean_precisions/0"));
    EXPECT_THAT(reading("/posterior/means/1", json({1.0})), message("/posterior/means/1"));
    EXPECT_THAT(reading("/posterior/degrees_of_freedom/0", 1.0),
                message("/posterior/degrees_of_freedom/0 must be greater than 1"));
    EXPECT_THAT(reading("/posterior/scale_matrices/2/0/1", 9.0),
                message("/posterior/scale_matrices/2 is not symmetric"));
    EXPECT_THAT(reading("/posterior/scale_matrices/0/0/0", -1.0),
                message("/posterior/scale_matrices/0 is not positive definite"));
    EXPECT_THAT(reading("/posterior/lower_bound", nullptr), message("/posterior/lower_bound"));
    EXPECT_THAT(reading("/posterior/extra", 1), message("/posterior"));
    json gaussian = to_json(test::example_model());
    gaussian["posterior"] = to_json(posterior_example(WeightPrior::dirichlet));
    EXPECT_THAT([&] { static_cast<void>(saved_model_from(gaussian)); },
                message("/posterior belongs to a model of the kind student_mixture"));
}

}  // namespace
}  // namespace mixtura
