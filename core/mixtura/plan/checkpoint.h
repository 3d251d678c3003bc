// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <thread>

#include "mixtura/compute/backend.h"
#include "mixtura/gaussian_mixture/em_journal.h"
#include "mixtura/plan/plan.h"

namespace mixtura {

/// What a checkpoint belongs to: the plan without its paths, the rows and the start as a fit sees
/// them, the version of the program and the instruction set it computes with.
/// @param plan  with everything settled that it left to its start
nlohmann::json checkpoint_provenance(const Plan& plan, const FeatureTable& table,
                                     const EmStart& start,
                                     const std::vector<std::int32_t>& known_components,
                                     const compute::Backend& backend);

/// The states in a checkpoint file of the fit that `provenance` describes.
/// @throw FileError        the file cannot be read
/// @throw DataError        not a checkpoint, damaged, of another version of the program or another
///                         instruction set, which gives other last digits; other data
/// @throw InvalidArgument  other options; names the first one that differs, with both values
EmJournal::States states_to_resume(const std::string& path, const nlohmann::json& provenance);

/// Writes what a journal knows to a file: at once, then every so many seconds, and at the end.
/// Each time beside the file, which is then replaced, so that there is a whole one at any moment.
class CheckpointWriter {
  public:
    /// @throw FileError  the file cannot be written
    CheckpointWriter(std::string path, double seconds, nlohmann::json provenance,
                     const EmJournal& journal);
    CheckpointWriter(const CheckpointWriter&) = delete;
    CheckpointWriter& operator=(const CheckpointWriter&) = delete;
    CheckpointWriter(CheckpointWriter&&) = delete;
    CheckpointWriter& operator=(CheckpointWriter&&) = delete;
    ~CheckpointWriter() = default;
    /// Ends the regular writing and writes for the last time. @throw FileError  as above
    void finish();

  private:
    void write() const;

    std::string path_;
    nlohmann::json provenance_;
    const EmJournal& journal_;
    std::jthread thread_;  ///< last, so that it ends first
};

}  // namespace mixtura
