// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/fit_control.h"
#include "mixtura/incremental/stream_learner.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"

namespace mixtura {

/// What becomes of a row with a missing feature.
enum class MissingCells {
    drop,
    error,
    mar  ///< it is learned from its known cells
};
std::string_view to_string(MissingCells missing) noexcept;
/// @throw InvalidArgument  names the choices
MissingCells missing_cells_from(std::string_view text);

/// One pass over a stream as plain data; see Plan.
struct IncrementalPlan {
    std::string data_path;  ///< CSV, "-" for standard input
    bool follows = false;   ///< the file grows: it is read on until a stop is asked for
    CsvOptions import;
    std::vector<std::string> features;  ///< names, or 1-based positions; empty: all numeric columns
    std::vector<std::string> excluded;
    std::string weights;  ///< column of case weights; empty: none
    std::string target;   ///< classification where it is text, regression where it is numeric
    MissingCells missing = MissingCells::drop;
    std::int64_t skip_limit = 0;  ///< unreadable rows that are left out before one is an error
    StreamOptions stream;
    std::string model_output;
    std::string trace_output;
    std::string checkpoint_output;
    double checkpoint_seconds = 60.0;
    std::string resume_from;
};

/// State of a running pass.
struct StreamReport {
    std::int64_t row_count = 0;  ///< learned
    std::int64_t component_count = 0;
    PrequentialSums recent;  ///< of the rows since the last report
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;  ///< 0: not known
};

class StreamObserver {
  public:
    StreamObserver() = default;
    StreamObserver(const StreamObserver&) = delete;
    StreamObserver& operator=(const StreamObserver&) = delete;
    StreamObserver(StreamObserver&&) = delete;
    StreamObserver& operator=(StreamObserver&&) = delete;
    virtual ~StreamObserver() = default;
    /// Called on the learning thread, at most ten times a second.
    virtual void on_rows(const StreamReport& /*report*/) {}
};

struct IncrementalResult {
    SavedModel model;
    bool is_cancelled = false;
    std::int64_t rows_seen = 0;
    std::int64_t rows_dropped = 0;
    std::int64_t rows_skipped = 0;
    std::int64_t resumed_at = 0;  ///< rows learned before this run
    PrequentialSums prequential;
    IncrementalCounters counters;
    std::vector<std::string> remarks;
};

/// Learns the stream to its end, or to where a stop is asked for: the model then has the status
/// "cancelled", and so far a checkpoint can go on from it. Writes the outputs that the plan names.
/// @throw InvalidArgument  an option out of range, a column that does not exist, another plan than that
///                         of the checkpoint
/// @throw DataError  a row that cannot be used: file, line, column, cell; the checkpoint, where one was
///                   asked for, then stands before that row
/// @throw FileError  what is to be written cannot be @throw Cancelled  before there was a model
IncrementalResult run_incremental(const IncrementalPlan& plan, const FitControl& control = {},
                                  StreamObserver* observer = nullptr);

/// One model of parallel streams, from the checkpoints of their passes. The streams must have had the
/// same options and, so that components began alike, the same given deviations.
/// @throw InvalidArgument  they differ: says in what @throw DataError, FileError  a checkpoint
IncrementalResult merge_checkpoints(const std::vector<std::string>& paths);

/// The choices that a model depends on, each under its name.
nlohmann::json to_json(const IncrementalPlan& plan);
/// CSV of the figures of consecutive stretches of rows.
std::string history_csv(const StreamLearner& learner);

}  // namespace mixtura
