// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_number.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "mixtura/io/csv_scan.h"

namespace mixtura::csv {
namespace {

std::uint64_t bits(double value) {
    return std::bit_cast<std::uint64_t>(value);
}

/// `text` read the quick way; NaN where the quick way leaves it to the other.
double scan(const std::string& text, bool& is_read) {
    const std::string padded = text + "," + std::string(scan_reach, ' ');
    double value = 0.0;
    unsigned look = 0;
    const char* const end = scan_number(padded.data(), '.', value, look);
    is_read = end != nullptr;
    if (is_read) {
        EXPECT_EQ(end, padded.data() + text.size()) << text;
    }
    return value;
}

/// Both ways must give the bits of strtod, which glibc rounds correctly.
void expect_strtod(const std::string& text, bool expect_quick = false) {
    const double expected = std::strtod(text.c_str(), nullptr);
    const ParsedNumber parsed = parse_number(text, {'.', '\0'});
    if (std::isinf(expected)) {
        EXPECT_EQ(parsed.status, NumberStatus::too_large) << text;
    } else {
        ASSERT_EQ(parsed.status, NumberStatus::number) << text;
        ASSERT_EQ(bits(parsed.value), bits(expected)) << text;
    }
    bool is_read = false;
    const double quick = scan(text, is_read);
    if (is_read) {
        ASSERT_EQ(bits(quick), bits(expected)) << text;
    } else {
        EXPECT_FALSE(expect_quick) << text;
    }
}

TEST(CsvNumber, RoundsHardCasesAsStrtod) {
    for (const char* text :
         {"0",
          "-0",
          "0.0",
          "-0.0e5",
          "1",
          "-1",
          "5.",
          ".5",
          "-.5",
          "1e308",
          "-1e308",
          "1e309",
          "1e400",
          "-1e400",
          "1.7976931348623157e308",
          "1.7976931348623158e308",
          "1.7976931348623159e308",
          "1e-308",
          "2.2250738585072014e-308",
          "2.2250738585072013e-308",
          "2.2250738585072011e-308",
          "2.2250738585072012e-308",
          "4.9406564584124654e-324",
          "2.4703282292062327e-324",
          "2.4703282292062328e-324",
          "5e-324",
          "1e-400",
          "9007199254740993",
          "9007199254740992",
          "9007199254740991",
          "9007199254740993.0",
          "9007199254740994.99999",
          "9007199254740993e1",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551615",
          "18446744073709551616",
          "18446744073709551616.5",
          "36893488147419103232.25",
          "0.1",
          "0.2",
          "0.3",
          "123456789012345678",
          "1234567890123456789",
          "12345678901234567890",
          "0.000000000000000000000000000012345678901234567",
          "0.1000000000000000055511151231257827",
          "0.30000000000000004",
          "1e22",
          "1e23",
          "8.41e21",
          "9.109e-31",
          "3.0e-5",
          "7.0420557077594588669468784357561207962098443483187940792729600000e+59",
          "6929495644600919.5",
          "3.2378839133029012895883524125015321748630294205938e-319",
          "1.00000000000000011102230246251565404236316680908203125",
          "1.00000000000000011102230246251565404236316680908203124",
          "1.00000000000000011102230246251565404236316680908203126",
          "0.500000000000000166533453693773481063544750213623046875",
          "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490"
          "1797758720709633028641669288791094655554785194040263065748867150582068190890200070838367"
          "6273854845817711531764475730270069855571366959622842914819860834936475292719074168444365"
          "510704342711559699508093042880",
          "1.234567890123456789e18",
          "000123",
          "00.5",
          "1e0",
          "1E+5",
          "1e-05",
          "1e010"})
        expect_strtod(text);
}

TEST(CsvNumber, RoundsRandom17DigitNumbersAsStrtod) {
    std::mt19937_64 engine(20240229);
    char text[64];
    for (int i = 0; i < 300000; ++i) {
        const double value = std::bit_cast<double>(engine());
        if (!std::isfinite(value))
            continue;
        std::snprintf(text, sizeof text, "%.17g", value);
        expect_strtod(text, std::abs(value) > 1e-280);
    }
}

TEST(CsvNumber, RoundsRandomDecimalsOfUsualSizeAsStrtod) {
    std::mt19937_64 engine(7);
    char text[64];
    for (int i = 0; i < 300000; ++i) {
        const auto integer = static_cast<unsigned long long>(engine() >> (engine() % 64));
        const auto fraction = static_cast<unsigned long long>(engine() >> (engine() % 64));
        const int leading = static_cast<int>(engine() % 6);
        std::snprintf(text, sizeof text, "%s%llu.%.*s%llu", engine() % 2 == 0 ? "-" : "",
                      integer % (engine() % 2 == 0 ? 10 : 1000000000000000000ULL), leading,
                      "000000", fraction);
        expect_strtod(text);
    }
}

TEST(CsvNumber, RoundsMidpointsBetweenDoublesAsStrtod) {
    std::mt19937_64 engine(99);
    char text[1200];
    for (int i = 0; i < 20000; ++i) {
        // Halfway between two neighbours near 2^60, exact in 19 digits, and one unit either side.
        const std::uint64_t midpoint =
            ((engine() >> 11U) | (std::uint64_t{1} << 52U)) * 512U + 256U;
        for (const std::uint64_t number : {midpoint, midpoint - 1, midpoint + 1}) {
            std::snprintf(text, sizeof text, "%llu", static_cast<unsigned long long>(number));
            expect_strtod(text);
            std::snprintf(text, sizeof text, "%llue-%d", static_cast<unsigned long long>(number),
                          static_cast<int>(engine() % 40));
            expect_strtod(text);
        }
        // Exact midpoints with all their digits.
        const double low = std::ldexp(static_cast<double>((engine() >> 11U) | 1U), -80);
        std::snprintf(
            text, sizeof text, "%.200Lf",
            (static_cast<long double>(low) + static_cast<long double>(std::nextafter(low, 1e300))) /
                2.0L);
        expect_strtod(text);
    }
}

TEST(CsvNumber, ReadsSignsGroupingAndBlanks) {
    const auto value = [](std::string_view text, char decimal, char grouping) {
        const ParsedNumber number = parse_number(text, {decimal, grouping});
        return number.status == NumberStatus::number ? number.value
                                                     : std::numeric_limits<double>::quiet_NaN();
    };
    EXPECT_EQ(value(" 67,311,748 ", '.', ','), 67311748.0);
    EXPECT_EQ(value("+1.5", '.', '\0'), 1.5);
    EXPECT_EQ(value("1.234,5", ',', '.'), 1234.5);
    EXPECT_EQ(value("-1234,5", ',', '.'), -1234.5);
    EXPECT_EQ(value("1 234 567,25", ',', ' '), 1234567.25);
    EXPECT_EQ(value("1\xC2\xA0"
                    "234",
                    '.', ' '),
              1234.0);
    EXPECT_EQ(value("1\xE2\x80\xAF"
                    "234",
                    '.', ' '),
              1234.0);
    EXPECT_EQ(value("1\xA0"
                    "234",
                    '.', ' '),
              1234.0);
    EXPECT_EQ(value("1'234.5", '.', '\''), 1234.5);
    EXPECT_EQ(value("0,435", ',', '\0'), 0.435);
    EXPECT_EQ(value("1e5", '.', '\0'), 1e5);
    EXPECT_EQ(value("\xE2\x88\x92"
                    "5.5",
                    '.', '\0'),
              -5.5);
    EXPECT_EQ(value("\xC2\xA0 5\t\xE2\x80\x89\xE2\x80\xAF", '.', '\0'), 5.0);
    EXPECT_EQ(value("\xA0-5\xA0", '.', '\0'), -5.0);
    for (const char* text : {"",
                             " ",
                             "-",
                             "+",
                             ".",
                             "-.",
                             "e5",
                             "1e",
                             "1e+",
                             "12..5",
                             "1.2.3",
                             "--1",
                             "+-1",
                             "-+1",
                             "1,5",
                             "0x10",
                             "1 2",
                             "nan",
                             "1f",
                             "1d5",
                             "$1",
                             "5%",
                             "1_000",
                             "\xC2\xA0",
                             "\xE2\x88\x92",
                             "-\xE2\x88\x92"
                             "1",
                             "5\xC3\xA0"})
        EXPECT_EQ(parse_number(text, {'.', '\0'}).status, NumberStatus::not_a_number) << text;
    for (const char* text : {"1,23", "12,34,567", "1,2345", ",123", "1,,234", "1234,567", "1,234,"})
        EXPECT_EQ(parse_number(text, {'.', ','}).status, NumberStatus::not_a_number) << text;
    for (const char* text : {"inf", "-Inf", "+INFINITY", "infinity"})
        EXPECT_EQ(parse_number(text, {'.', '\0'}).status, NumberStatus::infinite) << text;
}

TEST(CsvNumber, SaysHowAnIntegerLooked) {
    const auto look = [](const char* text) { return parse_number(text, {'.', '\0'}).look; };
    EXPECT_EQ(look("0"), 0U);
    EXPECT_EQ(look("123456789012345"), 0U);
    EXPECT_EQ(look("1234567890123456"), unsigned{look_is_long_integer});
    EXPECT_EQ(look("007"), unsigned{look_has_leading_zero});
    EXPECT_EQ(look("0.5"), unsigned{look_has_point_or_exponent});
    EXPECT_EQ(look("1e3"), unsigned{look_has_point_or_exponent});
    for (const std::string text : {"0", "12", "007", "0.5", "1e3", "1234567890123456", "00"}) {
        const std::string padded = text + std::string(scan_reach, ';');
        double value = 0.0;
        unsigned quick = 0;
        ASSERT_NE(scan_number(padded.data(), '.', value, quick), nullptr);
        EXPECT_EQ(quick, look(text.c_str())) << text;
    }
}

TEST(CsvNumber, LeavesWhatIsNotSimpleToTheOtherWay) {
    for (const char* text : {"", "-", "+5", ".", "-.", "e5", "1e", "1e+", "1e12345", "abc", "NA",
                             "123456789012345678901", "1e999"}) {
        bool is_read = true;
        scan(text, is_read);
        EXPECT_FALSE(is_read) << text;
    }
}

TEST(CsvNumber, TellsDecimalFromGroupingSigns) {
    using E = SignEvidence;
    const auto evidence = [](const char* text) { return read_signs(text).evidence; };
    EXPECT_EQ(evidence("123"), E::neutral);
    EXPECT_EQ(evidence("1e5"), E::neutral);
    EXPECT_EQ(evidence("1.5"), E::decimal_point);
    EXPECT_EQ(evidence("0.123"), E::decimal_point);
    EXPECT_EQ(evidence("1234.567"), E::decimal_point);
    EXPECT_EQ(evidence("1.234e5"), E::decimal_point);
    EXPECT_EQ(evidence("1.234"), E::maybe_point);
    EXPECT_EQ(evidence("1,5"), E::decimal_comma);
    EXPECT_EQ(evidence("0,435"), E::decimal_comma);
    EXPECT_EQ(evidence("-1,234"), E::maybe_comma);
    EXPECT_EQ(evidence("1,234,567"), E::grouped_by_comma);
    EXPECT_EQ(evidence("1.234.567"), E::grouped_by_point);
    EXPECT_EQ(evidence("1,234.5"), E::decimal_point);
    EXPECT_EQ(evidence("1.234,5"), E::decimal_comma);
    EXPECT_EQ(read_signs("1.234,5").grouping, '.');
    EXPECT_EQ(read_signs("1 234,5").grouping, ' ');
    EXPECT_EQ(read_signs("1'234").grouping, '\'');
    for (const char* text : {"", "abc", "1.2.3", "2024-01-02", "12.03.2020", "1,2,3", "e5", "NA"})
        EXPECT_EQ(evidence(text), E::not_numeric) << text;
}

}  // namespace
}  // namespace mixtura::csv
