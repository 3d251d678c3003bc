// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/row_filter.h"

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

DataSet data() {
    Column x;
    x.name = "x";
    x.numbers = {1, 2, std::numeric_limits<double>::quiet_NaN(), 4};
    Column kind;
    kind.name = "kind of";
    kind.type = ColumnType::category;
    kind.codes = {0, 1, 0, -1};
    kind.levels = {"a", "b"};
    return {"f", {x, kind}};
}

std::vector<bool> rows(const std::vector<std::string>& conditions) {
    std::vector<RowCondition> parsed;
    for (const std::string& text : conditions) parsed.push_back(row_condition_from(text));
    return rows_where(data(), parsed);
}

TEST(RowFilter, KeepsRowsThatMeetAllConditions) {
    EXPECT_THAT(rows({}), ElementsAre(true, true, true, true));
    EXPECT_THAT(rows({"x >= 2"}), ElementsAre(false, true, false, true));
    EXPECT_THAT(rows({"x<2"}), ElementsAre(true, false, false, false));
    EXPECT_THAT(rows({"x != 2.0"}), ElementsAre(true, false, false, true));
    EXPECT_THAT(rows({"x is missing"}), ElementsAre(false, false, true, false));
    EXPECT_THAT(rows({"x is present", "x <= 2"}), ElementsAre(true, true, false, false));
    EXPECT_THAT(rows({"kind of = a"}), ElementsAre(true, false, true, false));
    EXPECT_THAT(rows({"kind of is missing"}), ElementsAre(false, false, false, true));
    EXPECT_THAT(rows({"kind of is present", "x > 1"}), ElementsAre(false, true, false, false));
}

TEST(RowFilter, SpellsConditionsAsItReadsThem) {
    for (const char* text : {"x >= 2", "x <= 2", "x < 2", "x > 2", "x == 2", "x != b c",
                             "x is missing", "x is present"})
        EXPECT_EQ(to_string(row_condition_from(text)), text);
}

TEST(RowFilter, RefusesWhatItCannotRead) {
    for (const char* text : {"", "x", "> 3", "x 3", "is missing"})
        EXPECT_THROW(row_condition_from(text), InvalidArgument) << text;
    try {
        rows({"x > a"});
        ADD_FAILURE();
    } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"a\", which is not a number"));
    }
    EXPECT_THROW(rows({"y > 1"}), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
