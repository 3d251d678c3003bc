// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/incremental_record.h"

#include <cmath>
#include <limits>
#include <string>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"

#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::ThrowsMessage;

SavedModel incremental_example() {
    SavedModel saved = test::example_model();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    saved.fit.status = "complete";
    saved.fit.log_likelihood = saved.fit.bic = saved.fit.icl = saved.fit.aic = unknown;
    IncrementalRecord record;
    for (const Eigen::MatrixXd& covariance : saved.model.covariances())
        record.precisions.emplace_back(covariance.inverse());
    record.masses = {20.0 / 3.0, 10.0 / 3.0};
    record.ages = {12, 7};
    record.component_ids = {4, 1};
    record.target = "kind";
    record.target_kind = "classification";
    record.class_model = "tagged";
    record.classes = {"odd", "even"};
    record.component_classes = {1, 0};
    record.rows_seen = 12;
    record.prequential_log_likelihood = -7.0 / 3.0;
    record.prequential_accuracy = 0.75;
    saved.incremental = record;
    return saved;
}

TEST(IncrementalRecord, ReadsBackExactly) {
    const json document = to_json(incremental_example());
    const SavedModel read = saved_model_from(parse_json(json_text(document), "m.json"));
    EXPECT_EQ(to_json(read), document);
    ASSERT_TRUE(read.incremental);
    EXPECT_EQ(read.incremental->component_classes, (std::vector<int>{1, 0}));
    EXPECT_EQ(read.incremental->masses, incremental_example().incremental->masses);
    EXPECT_TRUE(std::isnan(read.fit.bic));
}

TEST(IncrementalRecord, FaultsAreNamedByTheirPath) {
    const auto reading = [](const std::string& pointer, const json& value) {
        json document = to_json(incremental_example());
        document[json::json_pointer(pointer)] = value;
        return [document] { static_cast<void>(saved_model_from(document)); };
    };
    const auto message = [](const std::string& text) {
        return ThrowsMessage<DataError>(HasSubstr(text));
    };
    EXPECT_THAT(reading("/parameters/masses/1", 0.0), message("/parameters/masses/1"));
    EXPECT_THAT(reading("/parameters/masses", json({1.0})), message("/parameters/masses"));
    EXPECT_THAT(reading("/parameters/ages/0", -1), message("/parameters/ages/0"));
    EXPECT_THAT(reading("/parameters/precisions/1/0", json({1.0})),
                message("/parameters/precisions/1/0"));
    EXPECT_THAT(reading("/parameters/precisions/0/0/1", 5.0),
                message("/parameters/precisions/0 is not symmetric"));
    EXPECT_THAT(reading("/fit/rows_seen", "many"), message("/fit/rows_seen"));
    EXPECT_THAT(reading("/target/kind", "both"), message("/target/kind"));
    EXPECT_THAT(reading("/target/class_model", "free"), message("/target/class_model"));
    EXPECT_THAT(reading("/target/component_classes/1", 2), message("/target/component_classes/1"));
    EXPECT_THAT(reading("/kind", "gaussian_mixture"), message("/fit/log_likelihood"));
}

}  // namespace
}  // namespace mixtura
