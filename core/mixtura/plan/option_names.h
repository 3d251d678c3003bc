// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mixtura/plan/plan.h"

/// The spellings of a plan's options, the same in JSON and on the command line.
namespace mixtura {

std::string_view to_string(Standardise standardise) noexcept;
/// @throw InvalidArgument  any other text; lists the names
Standardise standardise_from(std::string_view name);

std::string_view to_string(MissingRows missing_rows) noexcept;
/// @throw InvalidArgument  any other text; lists the names
MissingRows missing_rows_from(std::string_view name);

/// "error", "missing", "skip", "text".
std::string_view bad_cell_name(BadCell bad_cell) noexcept;
/// @throw InvalidArgument  any other text; lists the names
BadCell bad_cell_from(std::string_view name);

/// "utf-8", "utf-16le", "utf-16be", "windows-1252".
std::string_view encoding_name(TextEncoding encoding) noexcept;
/// @throw InvalidArgument  any other text; lists the names
TextEncoding encoding_from(std::string_view name);

/// @throw InvalidArgument  not the name of a column type
ColumnType column_type_from(std::string_view name);

/// The sign itself, or "tab", "space", "none".
std::string sign_name(char sign);
/// Also "comma", "semicolon", "pipe". @throw InvalidArgument  not one ASCII sign
char sign_from(std::string_view name);

/// "1:9" or "2,4,8".
std::string counts_text(const std::vector<int>& counts);
/// K, A:B or a list of both. @throw InvalidArgument  any other text, a count out of range
std::vector<int> counts_from(std::string_view text, std::string_view what = "components");

/// The value of --degrees-of-freedom: free, common or the number at which they are held.
std::string degrees_of_freedom_text(const EmOptions& em);
/// Sets rule and number. @throw InvalidArgument  neither a rule nor a number within the bounds
void set_degrees_of_freedom(std::string_view text, EmOptions& em);

/// A list in which a name that holds a comma or a quotation mark is quoted as in a CSV file.
std::string list_text(const std::vector<std::string>& names);
/// @throw InvalidArgument  a quotation mark that is not closed
std::vector<std::string> list_from(std::string_view text);

/// The values of --covariance: "all", or a list of names.
/// @throw InvalidArgument  a name that is not one of a covariance structure
std::vector<CovarianceStructure> covariance_structures_from(std::string_view text);
/// The same for factor analysers.
/// @throw InvalidArgument  a name that is not one of a factor structure
std::vector<FactorStructure> factor_structures_from(std::string_view text);

}  // namespace mixtura
