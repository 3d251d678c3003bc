// SPDX-License-Identifier: Apache-2.0
// Plans of variational Bayesian mixtures: as JSON, as a command, and what they exclude.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/plan_checks.h"

namespace mixtura {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

Plan variational_plan() {
    Plan plan;
    plan.data_path = "rows.csv";
    plan.search.component_counts = {7};
    plan.search.em.run_count = 3;
    plan.search.variational = VariationalSearchOptions{.weight_prior = WeightPrior::process,
                                                       .concentration = 0.125,
                                                       .mean_precision = 2.0,
                                                       .prior_degrees_of_freedom = 5.5};
    return plan;
}

TEST(VariationalPlan, ReadsBackFromJson) {
    const nlohmann::json document = to_json(variational_plan());
    const Plan read = plan_from(document);
    EXPECT_EQ(to_json(read), document);
    ASSERT_TRUE(read.search.variational);
    EXPECT_EQ(read.search.variational->weight_prior, WeightPrior::process);
    EXPECT_EQ(read.search.variational->concentration, 0.125);
    EXPECT_EQ(read.search.variational->prior_degrees_of_freedom, 5.5);
    EXPECT_FALSE(plan_from(to_json(Plan())).search.variational);
}

TEST(VariationalPlan, IsACommandOfItsOwnOptionsAlone) {
    EXPECT_EQ(
        command_line(variational_plan()),
        "mixtura-cli fit gmm rows.csv --components 7 --family bayesian --weight-prior process "
        "--concentration 0.125 --mean-precision 2 --prior-degrees-of-freedom 5.5 --init "
        "hierarchical --starts 3 --seed 1");
}

TEST(VariationalPlan, RefusesWhatDoesNotApply) {
    EXPECT_NO_THROW(check_plan(variational_plan()));
    const auto expect_refused = [](const auto& change, const std::string& text) {
        Plan plan = variational_plan();
        change(plan);
        EXPECT_THAT([&] { check_plan(plan); }, ThrowsMessage<InvalidArgument>(HasSubstr(text)));
    };
    expect_refused(
        [](Plan& plan) {
            plan.search.component_counts = {2, 3};
        },
        "takes one component count");
    expect_refused([](Plan& plan) { plan.search.factors.emplace(); }, "factor analysers");
    expect_refused([](Plan& plan) { plan.columns.labels = "kind"; }, "with known labels");
    expect_refused([](Plan& plan) { plan.start_model = "m.json"; }, "from a start model");
    expect_refused([](Plan& plan) { plan.checkpoint_output = "c"; }, "with a checkpoint");
    expect_refused([](Plan& plan) { plan.columns.missing_rows = MissingRows::mar; },
                   "a variational Bayesian mixture");
    expect_refused([](Plan& plan) { plan.search.em.family = ComponentFamily::student; },
                   "a prior of its own");
    expect_refused([](Plan& plan) { plan.search.criterion = Criterion::icl; }, "icl");
    expect_refused([](Plan& plan) { plan.search.variational->concentration = -1.0; },
                   "concentration is -1");
}

}  // namespace
}  // namespace mixtura
