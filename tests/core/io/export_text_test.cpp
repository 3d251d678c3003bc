// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/export_text.h"

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/io/export_model.h"
#include "mixtura/io/number_format.h"

#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using namespace export_text;
using testing::HasSubstr;

TEST(ExportText, NamesBecomePrintableAsciiLiterals) {
    EXPECT_EQ(escaped_string("plain"), "\"plain\"");
    EXPECT_EQ(escaped_string("a\"b\\c\n"), R"("a\u0022b\u005cc\u000a")");
    EXPECT_EQ(escaped_string("caf\xC3\xA9 \xF0\x9F\x98\x80"), R"("caf\u00e9 \U0001f600")");
    EXPECT_EQ(cpp_string("a\"b\\c\n?1"), R"("a\042b\134c\012\0771")");
    EXPECT_EQ(cpp_string("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
              R"("\303\251 \342\202\254 \360\237\230\200")");
    EXPECT_EQ(xml_attribute("<a & 'b'>\"\n"), "&#60;a &#38; &#39;b&#39;&#62;&#34;&#10;");
}

TEST(ExportText, WhatIsNotUtf8BecomesTheReplacementCharacter) {
    EXPECT_EQ(escaped_string("\xFF"), R"("\ufffd")");
    EXPECT_EQ(escaped_string("\xC3"), R"("\ufffd")");
    EXPECT_EQ(escaped_string("\xC0\xAF"), R"("\ufffd\ufffd")");            // overlong
    EXPECT_EQ(escaped_string("\xED\xA0\x80"), R"("\ufffd\ufffd\ufffd")");  // surrogate
    EXPECT_EQ(escaped_string(std::string("a\0b", 3)), R"("a\ufffdb")");
    EXPECT_EQ(xml_attribute("\x01"), "&#65533;");
}

TEST(ExportText, NumbersAreFloatingPointLiteralsThatReadBack) {
    for (const double value : {3.0, 0.1, 1e300, 5e-324, 1e22, 12345678901234567890.0, -0.0}) {
        const std::string text = number(value);
        EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
        EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
    }
}

TEST(ExportText, WhatIsFilledInIsNotReadAgain) {
    EXPECT_EQ(filled("@A@ @B@ @C@", {{"A", "@B@"}, {"B", "2"}}), "@B@ 2 @C@");
}

TEST(ExportText, HostileNamesNeverAppearAsTheyAre) {
    const std::vector<std::string> hostile = {"*/ int x; /*", "\"\"\"\nimport os\n", "'); q() #\n"};
    const SavedModel saved = test::example_model(hostile);
    for (const ExportFormat format : {ExportFormat::r, ExportFormat::python, ExportFormat::cpp}) {
        const std::string program = export_model(saved, format);
        EXPECT_EQ(program.find("\nimport os"), std::string::npos);
        EXPECT_EQ(program.find("# \n'"), std::string::npos);
        for (const char c : program)
            ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F)) << static_cast<int>(c);
    }
}

TEST(ExportText, FormatsAreFoundByName) {
    EXPECT_EQ(export_format_from("pmml"), ExportFormat::pmml);
    try {
        export_format_from("onnx");
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.what(), HasSubstr("'onnx' is not an export format; the formats are json, "
                                            "r, python, cpp and pmml."));
    }
}

TEST(NumberFormat, IsShortestExactAndNamesWhatIsNotFinite) {
    EXPECT_EQ(exact_text(0.1), "0.1");
    EXPECT_EQ(exact_text(1e300), "1e+300");
    EXPECT_EQ(exact_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
    EXPECT_EQ(exact_text(-std::numeric_limits<double>::infinity()), "-Inf");
    EXPECT_EQ(rounded_text(2314.2959, 3), "2.31e+03");
    EXPECT_EQ(fixed_text(2314.2959, 3), "2314.296");
}

}  // namespace
}  // namespace mixtura
