// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mixtura {

/// A file that is read: its path, and what a message calls it ("data file").
using InputFile = std::pair<std::string, std::string>;

/// Says before long work what would be wrong with its results after it: a file that cannot be
/// written, one that is read, or one for two results. Empty paths, standard output ("-") and
/// /dev/null are passed over. Writes nothing.
/// @throw InvalidArgument  a result would overwrite an input or another result
/// @throw FileError        as expect_writable
void expect_outputs(const std::vector<std::string>& outputs, const std::vector<InputFile>& inputs);

}  // namespace mixtura
