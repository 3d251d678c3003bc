// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/export_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mixtura/io/number_format.h"

namespace mixtura::export_text {

namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::string_view hexadecimal = "0123456789abcdef";

/// Number of bytes of the well-formed sequence (RFC 3629) at the head of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char head = byte(0);
    if (head < 0x80)
        return 1;
    const std::size_t length = head >= 0xF0 ? 4 : head >= 0xE0 ? 3 : 2;
    if (head < 0xC2 || head > 0xF4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return 0;
    }
    const bool is_overlong = (head == 0xE0 && byte(1) < 0xA0) || (head == 0xF0 && byte(1) < 0x90);
    const bool is_surrogate = head == 0xED && byte(1) >= 0xA0;
    const bool is_too_large = head == 0xF4 && byte(1) >= 0x90;
    return is_overlong || is_surrogate || is_too_large ? 0 : length;
}

bool is_plain(char32_t point) {
    return point >= 0x20 && point < 0x7F && point != U'"' && point != U'\\';
}

}  // namespace

std::vector<char32_t> code_points(std::string_view text) {
    std::vector<char32_t> points;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        char32_t point = replacement;
        if (length == 1)
            point = static_cast<unsigned char>(text[0]);
        if (length > 1) {
            constexpr std::array<unsigned, 5> head_bits = {0, 0x7F, 0x1F, 0x0F, 0x07};
            point = static_cast<unsigned char>(text[0]) & head_bits[length];
            for (std::size_t i = 1; i < length; ++i)
                point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
        }
        points.push_back(point == 0 ? replacement : point);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return points;
}

std::string escaped_string(std::string_view text) {
    std::string out = "\"";
    for (const char32_t point : code_points(text)) {
        if (is_plain(point)) {
            out += static_cast<char>(point);
            continue;
        }
        const int digits = point > 0xFFFF ? 8 : 4;
        out += digits == 8 ? "\\U" : "\\u";
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
            out += hexadecimal[(point >> static_cast<unsigned>(shift)) & 15U];
    }
    return out + "\"";
}

std::string xml_attribute(std::string_view text) {
    std::string out;
    for (const char32_t point : code_points(text)) {
        const bool is_markup = point == U'&' || point == U'<' || point == U'>' || point == U'\'';
        if (is_plain(point) && !is_markup) {
            out += static_cast<char>(point);
            continue;
        }
        // XML 1.0 has no way to write the other control characters, nor U+FFFE and U+FFFF.
        const bool is_forbidden =
            (point < 0x20 && point != 0x09 && point != 0x0A && point != 0x0D) || point == 0xFFFE ||
            point == 0xFFFF;
        out +=
            "&#" + std::to_string(static_cast<unsigned>(is_forbidden ? replacement : point)) + ";";
    }
    return out;
}

std::string cpp_string(std::string_view text) {
    std::string out = "\"";
    const auto octal = [&](unsigned byte) {
        out += '\\';
        out += static_cast<char>('0' + (byte >> 6U));
        out += static_cast<char>('0' + ((byte >> 3U) & 7U));
        out += static_cast<char>('0' + (byte & 7U));
    };
    for (const char32_t point : code_points(text)) {
        // A question mark could begin a trigraph in older dialects.
        if (is_plain(point) && point != U'?') {
            out += static_cast<char>(point);
        } else if (point < 0x80) {
            octal(point);
        } else if (point < 0x800) {
            octal(0xC0U | (point >> 6U));
            octal(0x80U | (point & 0x3FU));
        } else if (point < 0x10000) {
            octal(0xE0U | (point >> 12U));
            octal(0x80U | ((point >> 6U) & 0x3FU));
            octal(0x80U | (point & 0x3FU));
        } else {
            octal(0xF0U | (point >> 18U));
            octal(0x80U | ((point >> 12U) & 0x3FU));
            octal(0x80U | ((point >> 6U) & 0x3FU));
            octal(0x80U | (point & 0x3FU));
        }
    }
    return out + "\"";
}

std::vector<std::string> quoted(const std::vector<std::string>& texts,
                                std::string (*literal)(std::string_view)) {
    std::vector<std::string> result;
    result.reserve(texts.size());
    for (const std::string& text : texts) result.push_back(literal(text));
    return result;
}

std::string number(double value) {
    std::string text = exact_text(value);
    if (text.find_first_of(".e") == std::string::npos)
        text += ".0";
    return text;
}

std::string wrapped(const std::vector<std::string>& items, const std::string& indent) {
    constexpr std::size_t width = 96;
    std::string out;
    std::string line = indent;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
        if (line.size() > indent.size() && line.size() + 1 + item.size() > width) {
            out += line + "\n";
            line = indent;
        }
        line += (line.size() > indent.size() ? " " : "") + item;
    }
    return out + line;
}

std::vector<std::string> numbers(const Eigen::VectorXd& values) {
    std::vector<std::string> texts;
    for (const double value : values) texts.push_back(number(value));
    return texts;
}

std::vector<std::string> numbers(const Eigen::MatrixXd& values) {
    std::vector<std::string> texts;
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
        for (Eigen::Index j = 0; j < values.cols(); ++j) texts.push_back(number(values(i, j)));
    }
    return texts;
}

std::string filled(std::string_view text,
                   const std::vector<std::pair<std::string, std::string>>& values) {
    std::string out;
    while (!text.empty()) {
        const auto next = std::find_if(values.begin(), values.end(), [&](const auto& value) {
            return text.starts_with("@" + value.first + "@");
        });
        if (next == values.end()) {
            out += text.front();
            text.remove_prefix(1);
        } else {
            out += next->second;
            text.remove_prefix(next->first.size() + 2);
        }
    }
    return out;
}

}  // namespace mixtura::export_text
