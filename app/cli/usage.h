// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace mixtura::cli {

/// Parses and refuses what is left over. What is wrong is said in one sentence that names the
/// command, the word and what to write instead, not in the parser's own words.
/// @throw InvalidArgument  wrong usage @throw CLI::Success  --help or --version was asked for
void parse(CLI::App& app, int argc, char** argv);

}  // namespace mixtura::cli
