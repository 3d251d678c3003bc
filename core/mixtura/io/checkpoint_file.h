// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "mixtura/gaussian_mixture/em_journal.h"

namespace mixtura {

/// What a checkpoint file holds: how far an interrupted fit has come, and what it was a fit of.
// NOLINTNEXTLINE(bugprone-exception-escape): the move of nlohmann::json only asserts
struct Checkpoint {
    nlohmann::json provenance;
    EmJournal::States runs;
};

/// The text of a checkpoint file, format "mixtura-checkpoint": JSON whose numbers read back exactly,
/// sealed with a SHA-256 of its content.
std::string checkpoint_text(const Checkpoint& checkpoint);

/// @throw FileError  the file cannot be read
/// @throw DataError  not a checkpoint, a newer version, a changed or incomplete content; names the
///                   file and the key's path ("/runs/3/means/1")
Checkpoint read_checkpoint_file(const std::string& path);

}  // namespace mixtura
