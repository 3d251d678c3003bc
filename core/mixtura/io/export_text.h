// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mixtura/io/model_file.h"

/// Shared by the exports: literals of the target languages. Everything that comes from a data file
/// passes through one of the quoting functions, whose result holds printable ASCII alone, so that
/// no name can end a string, a line or a comment.
namespace mixtura::export_text {

/// The code points of UTF-8 text; what is not UTF-8, and U+0000 (which R has not), give U+FFFD.
std::vector<char32_t> code_points(std::string_view text);

/// A string literal of R and Python: "caf\u00e9".
std::string escaped_string(std::string_view text);
/// The value of an XML attribute, without its quotation marks.
std::string xml_attribute(std::string_view text);
/// A string literal of C++ with the bytes of the UTF-8 text in octal: "caf\303\251".
std::string cpp_string(std::string_view text);

/// Each of `texts` as a literal.
std::vector<std::string> quoted(const std::vector<std::string>& texts,
                                std::string (*literal)(std::string_view));

/// A floating-point literal that all three languages read back exactly: "3.0", "1e-300".
std::string number(double value);

/// `items` joined by ", ", broken into lines of at most 96 characters that start with `indent`.
std::string wrapped(const std::vector<std::string>& items, const std::string& indent);

std::vector<std::string> numbers(const Eigen::VectorXd& values);
/// Row by row.
std::vector<std::string> numbers(const Eigen::MatrixXd& values);

/// `text` with every "@KEY@" replaced; the keys are those of `values`, each replaced once and what
/// is inserted is not looked at again.
std::string filled(std::string_view text,
                   const std::vector<std::pair<std::string, std::string>>& values);

/// The programs.
std::string r_program(const SavedModel& saved);
std::string python_program(const SavedModel& saved);
std::string cpp_program(const SavedModel& saved);
std::string pmml_document(const SavedModel& saved);

}  // namespace mixtura::export_text
