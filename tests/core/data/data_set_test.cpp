// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/data_set.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Column numbers(const std::string& name, std::vector<double> values) {
    Column column;
    column.name = name;
    for (const double value : values) column.missing_count += std::isnan(value) ? 1 : 0;
    column.numbers = std::move(values);
    return column;
}

Column category(const std::string& name, std::vector<std::int32_t> codes,
                std::vector<std::string> levels) {
    Column column;
    column.name = name;
    column.type = ColumnType::category;
    column.codes = std::move(codes);
    column.levels = std::move(levels);
    return column;
}

DataSet small_data() {
    DataSet data("file.csv",
                 {numbers("a", {1, 2, missing, 4}), numbers("b", {5, missing, 7, 8}),
                  category("kind", {0, 1, -1, 0}, {"x", "y"}), numbers("w", {1, 2, 0.5, 0})});
    data.set_row_lines({}, 2);
    return data;
}

template <typename E, typename F>
std::string message_of(F call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return {};
}

TEST(DataSet, RefusesColumnsThatDoNotFit) {
    EXPECT_THAT(message_of<InvalidArgument>([] {
                    DataSet("f", {numbers("a", {1}), numbers("a", {1})});
                }),
                HasSubstr("Two columns of the data are called \"a\""));
    EXPECT_THAT(message_of<InvalidArgument>([] { DataSet("f", {numbers("", {1})}); }),
                HasSubstr("no name"));
    EXPECT_THAT(message_of<InvalidArgument>([] {
                    DataSet("f", {numbers("a", {1}), numbers("b", {1, 2})});
                }),
                HasSubstr("\"b\" has 2 rows, but \"a\" has 1"));
}

TEST(DataSet, FindsColumnsByNameThenByPosition) {
    const DataSet data("f", {numbers("b", {1}), numbers("1", {1}), numbers("waiting", {1})});
    EXPECT_EQ(data.column_index("b"), 0U);
    EXPECT_EQ(data.column_index("1"), 1U);
    EXPECT_EQ(data.column_index("3"), 2U);
    EXPECT_THAT(message_of<InvalidArgument>([&] { (void)data.column_index("waitng"); }),
                HasSubstr("no column \"waitng\" in the data. Did you mean waiting?"));
    EXPECT_THAT(message_of<InvalidArgument>([&] { (void)data.column_index("4"); }),
                HasSubstr("no column \"4\""));
    EXPECT_THAT(message_of<InvalidArgument>([&] { (void)data.column_index("elephants"); }),
                HasSubstr("The columns are b, 1, waiting."));
}

TEST(DataSet, ShowsCellsAsText) {
    const DataSet data = small_data();
    EXPECT_EQ(data.column(0).text(0), "1");
    EXPECT_EQ(data.column(0).text(2), "");
    EXPECT_EQ(data.column(2).text(1), "y");
    EXPECT_EQ(data.column(2).text(2), "");
    EXPECT_EQ(numbers("x", {0.1}).text(0), "0.1");
    EXPECT_EQ(numbers("x", {1e308}).text(0), "1e+308");
}

TEST(DataSet, KnowsTheLineOfARow) {
    DataSet data = small_data();
    EXPECT_EQ(data.line_of_row(0), 2);
    EXPECT_EQ(data.line_of_row(3), 5);
    EXPECT_EQ(data.line_of_row(4), 0);
    EXPECT_EQ(data.line_of_row(-1), 0);
    data.set_row_lines({2, 4, 9, 10}, 2);
    EXPECT_EQ(data.line_of_row(2), 9);
    EXPECT_THROW(data.set_row_lines({1}, 1), InvalidArgument);
    EXPECT_EQ(DataSet("", {numbers("a", {1})}).line_of_row(0), 0);
}

TEST(FeatureTable, DropsAndCountsRowsThatMissAValue) {
    const FeatureTable table = feature_table(small_data(), {0, 1}, 3);
    EXPECT_THAT(table.names, ElementsAre("a", "b"));
    EXPECT_THAT(table.rows, ElementsAre(0, 3));
    EXPECT_EQ(table.rows_dropped, 2);
    ASSERT_EQ(table.observations.rows(), 2);
    EXPECT_EQ(table.observations(1, 0), 4.0);
    EXPECT_EQ(table.observations(1, 1), 8.0);
    EXPECT_EQ(table.weights(0), 1.0);
    EXPECT_EQ(table.weights(1), 0.0);
    EXPECT_EQ(feature_table(small_data(), {0}).weights.size(), 0);
}

TEST(FeatureTable, UsesTheRowsOfTheFilter) {
    const FeatureTable table =
        feature_table(small_data(), {1}, -1, MissingRows::error, {false, false, true, true});
    EXPECT_THAT(table.rows, ElementsAre(2, 3));
    EXPECT_EQ(table.rows_dropped, 0);
    EXPECT_THROW(feature_table(small_data(), {1}, -1, MissingRows::drop, {true}), InvalidArgument);
}

TEST(FeatureTable, RefusesWhatAFitCannotUse) {
    const DataSet data = small_data();
    EXPECT_THAT(message_of<DataError>([&] { feature_table(data, {2}); }),
                HasSubstr("Column \"kind\" holds category values, not numbers"));
    EXPECT_THAT(message_of<DataError>([&] { feature_table(data, {0}, 2); }),
                HasSubstr("can't be used as case weights"));
    EXPECT_THAT(message_of<InvalidArgument>([&] { feature_table(data, {}); }),
                HasSubstr("No feature"));
    EXPECT_THAT(message_of<InvalidArgument>([&] { feature_table(data, {9}); }),
                HasSubstr("no column 10"));
    EXPECT_THAT(message_of<DataError>([&] { feature_table(data, {0}, -1, MissingRows::error); }),
                HasSubstr("file.csv, line 4, column \"a\" (row 3) is empty"));
    EXPECT_THAT(message_of<DataError>([&] {
                    feature_table(data, {0, 1}, -1, MissingRows::drop, {false, true, true, false});
                }),
                HasSubstr("all 2 rows miss a value"));
    EXPECT_THAT(message_of<DataError>([&] {
                    feature_table(data, {0}, -1, MissingRows::drop, std::vector<bool>(4, false));
                }),
                HasSubstr("filter leaves all of them out"));
    const double infinite = std::numeric_limits<double>::infinity();
    const DataSet odd("f.csv", {numbers("a", {1, -infinite}), numbers("w", {-1, 1})});
    EXPECT_THAT(message_of<DataError>([&] { feature_table(odd, {0}); }),
                HasSubstr("f.csv, column \"a\" (row 2) holds an infinite value"));
    EXPECT_THAT(message_of<DataError>([&] { feature_table(odd, {1}, 1); }),
                HasSubstr("negative case weight -1"));
}

}  // namespace
}  // namespace mixtura
