// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/svg_chart.h"

#include <gmock/gmock.h>

namespace mixtura {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pointwise;

TEST(SvgChart, TicksAreRoundAndWithinTheRange) {
    EXPECT_THAT(axis_ticks({0.0, 10.0}, 5), ElementsAre(0.0, 2.0, 4.0, 6.0, 8.0, 10.0));
    EXPECT_THAT(axis_ticks({-0.9, 1.1}, 4),
                Pointwise(DoubleNear(1e-12), std::vector<double>{-0.5, 0.0, 0.5, 1.0}));
    EXPECT_THAT(axis_ticks({1234.0, 1236.0}, 2), ElementsAre(1234.0, 1235.0, 1236.0));
    EXPECT_THAT(axis_ticks({3e-8, 9e-8}, 3),
                Pointwise(DoubleNear(1e-20), std::vector<double>{4e-8, 6e-8, 8e-8}));
    EXPECT_THAT(axis_ticks({1.0, 1.0}, 5), IsEmpty());
}

TEST(SvgChart, NeverMoreTicksThanAskedForAndOneMore) {
    for (const double size : {1e-9, 0.3, 1.0, 7.7, 99.0, 1e12}) {
        for (const int count : {1, 2, 3, 5, 8, 12}) {
            const auto ticks = axis_ticks({-0.37 * size, 0.63 * size}, count);
            EXPECT_LE(std::ssize(ticks), count + 1) << size << " " << count;
            for (const double tick : ticks) {
                EXPECT_GE(tick, -0.37 * size - 1e-8 * size);
                EXPECT_LE(tick, 0.63 * size + 1e-8 * size);
            }
        }
    }
}

TEST(SvgChart, PutsPointsWhereTheAxesSay) {
    SvgChart chart("c", {.left = 100.0, .top = 10.0, .width = 200.0, .height = 50.0}, {0.0, 4.0},
                   {-1.0, 1.0});
    chart.draw_mark({1.0, 0.5}, "mark", 2.0);
    chart.draw_line({{0.0, -1.0}, {4.0, 1.0}}, "curve");
    chart.draw_bar(1.0, 3.0, 0.0, "bar");
    const std::string svg = chart.svg();
    EXPECT_THAT(svg, HasSubstr(R"(cx="150.0" cy="22.5" r="2.0")"));
    EXPECT_THAT(svg, HasSubstr(R"(points="100.0,60.0 300.0,10.0 ")"));
    EXPECT_THAT(svg, HasSubstr(R"(x="150.0" y="35.0" width="100.0" height="25.0")"));
}

TEST(SvgChart, LongLabelsAreCutBetweenCharacters) {
    SvgChart chart("c", {.left = 0.0, .top = 0.0, .width = 75.0, .height = 75.0}, {0.0, 1.0},
                   {0.0, 1.0});
    chart.draw_x_axis("exactly10!");
    chart.draw_y_axis("\u00e9\u00e9\u00e9\u00e9\u00e9 and \u00e8\u00e8\u00e8\u00e8");
    const std::string svg = chart.svg();
    EXPECT_THAT(svg, HasSubstr(">exactly10!<"));
    EXPECT_THAT(svg, HasSubstr(">&#233;&#233;&#233;&#233;&#233;&#8230;&#232;&#232;&#232;&#232;<"));
}

TEST(SvgChart, NamesCannotEndAnElement) {
    SvgChart chart("c", {.left = 0.0, .top = 0.0, .width = 10.0, .height = 10.0}, {0.0, 1.0},
                   {0.0, 1.0});
    chart.draw_x_axis("<b>&\"");
    const std::string svg = svg_element(10.0, 10.0, "\"><script>", chart.svg());
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace mixtura
