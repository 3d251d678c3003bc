// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "mixtura/io/model_file.h"

namespace mixtura {

enum class ExportFormat { json, r, python, cpp, pmml };
/// @throw InvalidArgument  any other text; lists the names
ExportFormat export_format_from(std::string_view name);

/// The model as a stand-alone program text that computes log density, responsibilities and
/// classification: R needs no package, Python needs NumPy alone, C++ needs the standard library.
/// PMML 4.4 has no element for a mixture: a softmax of quadratic polynomials gives exactly the same
/// responsibilities and classification in any PMML engine, but no density.
/// Column names are written as quoted strings of the target language, never as code.
std::string export_model(const SavedModel& saved, ExportFormat format);

}  // namespace mixtura
