// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/incremental_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/incremental/stream_merging.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/csv_stream.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/io/sha256.h"
#include "mixtura/io/stream_checkpoint.h"
#include "mixtura/plan/plan.h"

namespace mixtura {

namespace {

using Eigen::Index;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The columns of the stream that are used.
struct StreamColumns {
    std::vector<std::size_t> numeric;  ///< features, the target of a regression, the weights
    std::optional<std::size_t> label;
    std::vector<std::string> features;  ///< names of the values of a row
    std::string target;
    TargetKind kind = TargetKind::none;
    bool has_weights = false;
};

/// The columns as a table without rows, which finds them by name or position.
DataSet columns_of(const std::string& path, const CsvDialect& dialect) {
    std::vector<Column> columns(dialect.column_names.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        columns[i].name = dialect.column_names[i];
        columns[i].label = dialect.column_labels[i];
        columns[i].type = dialect.column_types[i];
    }
    return {path, std::move(columns)};
}

void expect_numeric(const DataSet& table, std::size_t column, const std::string& use) {
    if (!table.column(column).is_numeric())
        throw InvalidArgument("Column '" + table.column(column).name +
                              "' is not numeric, so it "
                              "cannot be " +
                              use +
                              ". Choose another one, or give it its type with "
                              "--types.");
}

StreamColumns choose_columns(const IncrementalPlan& plan, const CsvDialect& dialect) {
    const DataSet table = columns_of(plan.data_path, dialect);
    StreamColumns result;
    std::set<std::size_t> excluded;
    for (const std::string& name : plan.excluded) excluded.insert(table.column_index(name));
    std::optional<std::size_t> target;
    if (!plan.target.empty()) {
        target = table.column_index(plan.target);
        if (excluded.contains(*target))
            throw InvalidArgument("The target '" + plan.target + "' is also excluded.");
        excluded.insert(*target);
        result.target = table.column(*target).name;
        result.kind = table.column(*target).is_numeric() ? TargetKind::regression
                                                         : TargetKind::classification;
    }
    std::optional<std::size_t> weights;
    if (!plan.weights.empty()) {
        weights = table.column_index(plan.weights);
        expect_numeric(table, *weights, "case weights");
        excluded.insert(*weights);
    }
    if (plan.features.empty()) {
        for (std::size_t i = 0; i < table.columns().size(); ++i)
            if (!excluded.contains(i) && table.column(i).is_numeric())
                result.numeric.push_back(i);
        if (result.numeric.empty())
            throw DataError(
                "'" + plan.data_path + "' has no numeric column that could be a feature.",
                {.file = plan.data_path, .column_name = {}, .cell = {}});
    }
    for (const std::string& name : plan.features) {
        const std::size_t index = table.column_index(name);
        expect_numeric(table, index, "a feature");
        if (excluded.contains(index))
            throw InvalidArgument("Column '" + table.column(index).name +
                                  "' is named as a feature, and also as target, weights or to be "
                                  "excluded.");
        if (std::ranges::find(result.numeric, index) != result.numeric.end())
            throw InvalidArgument("Column '" + table.column(index).name + "' is named twice.");
        result.numeric.push_back(index);
    }
    if (result.kind == TargetKind::regression)
        result.numeric.push_back(*target);
    else if (target)
        result.label = target;
    for (const std::size_t index : result.numeric)
        result.features.push_back(table.column(index).name);
    result.has_weights = weights.has_value();
    if (weights)
        result.numeric.push_back(*weights);
    return result;
}

json stream_json(const StreamOptions& stream) {
    const IncrementalOptions& mixture = stream.mixture;
    const auto chosen = [](const std::optional<double>& value) {
        return value ? json(*value) : json(nullptr);
    };
    return {{"novelty_probability", mixture.novelty_probability},
            {"initial_scale", chosen(mixture.initial_scale)},
            {"prior_strength", chosen(mixture.prior_strength)},
            {"forgetting", mixture.forgetting},
            {"forget", std::string(to_string(mixture.forget))},
            {"minimum_age", mixture.minimum_age},
            {"minimum_accumulation", mixture.minimum_accumulation},
            {"component_limit", mixture.component_limit},
            {"limit_action", std::string(to_string(mixture.limit_action))},
            {"novelty_scale", std::string(to_string(mixture.novelty_scale))},
            {"update_rule", std::string(to_string(mixture.update_rule))},
            {"refactor_interval", mixture.refactor_interval},
            {"merge_interval", mixture.merge_interval},
            {"merge_threshold", mixture.merge_threshold},
            {"feature_scale", std::string(to_string(stream.feature_scale))},
            {"warm_up_rows", stream.warm_up_rows},
            {"deviations", stream.deviations},
            {"class_model", std::string(to_string(stream.class_model))},
            {"drift_action", std::string(to_string(stream.drift_action))},
            {"history_stride", stream.history_stride}};
}

/// Says which choice of `now` is another than when the checkpoint was written.
void expect_same_plan(const std::string& path, const json& now, const std::string& then) {
    const json before = parse_json(then, path);
    if (now == before)
        return;
    for (const auto& [key, value] : now.items()) {
        const json old = before.contains(key) ? before.at(key) : json(nullptr);
        if (value != old)
            throw InvalidArgument("'" + path + "' is the checkpoint of another fit: " + key +
                                  " was " + old.dump() + " there and is " + value.dump() +
                                  " now. Give the same options, or begin anew.");
    }
    throw InvalidArgument("'" + path + "' is the checkpoint of another fit.");
}

json history_json(const std::vector<HistoryEntry>& history, TargetKind kind) {
    const auto mean = [](double sum, std::int64_t count) {
        return count > 0 ? json(sum / static_cast<double>(count)) : json(nullptr);
    };
    json result = json::array();
    for (const HistoryEntry& entry : history) {
        const PrequentialSums& sums = entry.sums;
        json line = {{"row", entry.row},
                     {"component_count", entry.component_count},
                     {"log_density", mean(sums.log_density, sums.row_count)}};
        if (kind == TargetKind::classification)
            line["accuracy"] = mean(static_cast<double>(sums.correct_count), sums.scored_count);
        if (kind == TargetKind::regression)
            line["rmse"] =
                sums.scored_count > 0
                    ? json(std::sqrt(sums.squared_error / static_cast<double>(sums.scored_count)))
                    : json(nullptr);
        result.push_back(std::move(line));
    }
    return result;
}

json counters_json(const StreamLearner& learner, std::int64_t rows_skipped) {
    const IncrementalCounters& counters = learner.mixture().state().counters;
    return {{"created", counters.created},
            {"pruned", counters.pruned},
            {"merged", counters.merged},
            {"forced_updates", counters.forced_updates},
            {"components_repaired", counters.components_repaired},
            {"refactorisations", counters.refactorisations},
            {"published_rule_failures", counters.published_rule_failures},
            {"rows_unlearned", counters.rows_unlearned},
            {"rows_all_missing", counters.rows_all_missing},
            {"rows_skipped", rows_skipped},
            {"drift_alarms", learner.drift().alarm_count}};
}

double mean_or_nothing(double sum, std::int64_t count) {
    return count > 0 ? sum / static_cast<double>(count) : not_a_number;
}

/// Where the rows of a stream came from.
struct StreamSource {
    std::string path;
    std::string sha256;
    std::int64_t rows = 0;
    std::int64_t rows_dropped = 0;
    std::int64_t rows_skipped = 0;
};

IncrementalRecord record_of(const StreamLearner& learner, const std::vector<int>& order,
                            std::int64_t rows_skipped) {
    IncrementalRecord record;
    const PrequentialSums& sums = learner.prequential();
    const auto& components = learner.mixture().components();
    for (const int k : order) {
        const IncrementalComponent& component = components[static_cast<std::size_t>(k)];
        record.precisions.push_back(precision_matrix(component));
        record.masses.push_back(component.mass);
        record.ages.push_back(component.age);
        record.component_ids.push_back(component.id);
        if (component.class_index >= 0)
            record.component_classes.push_back(component.class_index);
    }
    const TargetKind kind = learner.options().target;
    record.target = learner.target();
    if (kind == TargetKind::regression)
        record.target_kind = "regression";
    if (kind == TargetKind::classification) {
        record.target_kind = "classification";
        record.class_model = to_string(learner.options().class_model);
        record.classes = learner.classes();
    }
    record.rows_seen = learner.row_count();
    record.prequential_log_likelihood = mean_or_nothing(sums.log_density, sums.row_count);
    record.prequential_accuracy =
        mean_or_nothing(static_cast<double>(sums.correct_count), sums.scored_count);
    record.prequential_rmse = std::sqrt(mean_or_nothing(sums.squared_error, sums.scored_count));
    record.counters = counters_json(learner, rows_skipped);
    record.history = history_json(learner.history(), kind);
    return record;
}

SavedModel saved_stream(const StreamLearner& learner, const StreamSource& source, json options,
                        bool is_cancelled) {
    const GaussianMixture mixture = learner.mixture().gaussian_mixture();
    const std::vector<int> order = canonical_order(mixture);
    DataProvenance data;
    data.source = source.path;
    data.sha256 = source.sha256;
    data.rows = source.rows;
    data.rows_used = learner.row_count();
    data.features = learner.model_features();
    FitRecord fit;
    fit.status = is_cancelled ? "cancelled" : "complete";
    fit.log_likelihood = fit.bic = fit.icl = fit.aic = fit.entropy = not_a_number;
    fit.parameter_count = mixture.parameter_count();
    fit.iterations = 1;
    fit.rows_dropped = source.rows_dropped;
    fit.seconds = not_a_number;  // a fit that was resumed is the same to the last byte
    return {.backend = "cpu",
            .data = std::move(data),
            .options = std::move(options),
            .model = reordered(mixture, order),
            .fit = std::move(fit),
            .selection = {},
            .component_tests = {},
            .labels = {},
            .incremental = record_of(learner, order, source.rows_skipped)};
}

/// One pass.
class Pass {
  public:
    Pass(const IncrementalPlan& plan, const FitControl& control, StreamObserver* observer)
        : plan_(plan),
          control_(control),
          observer_(observer),
          stream_(plan.data_path, plan.import, control.stop, plan.skip_limit, plan.follows),
          columns_(choose_columns(plan, stream_.dialect())) {
        StreamOptions options = plan.stream;
        options.target = columns_.kind;
        learner_.emplace(options, columns_.features, columns_.target);
        choices_ = to_json(plan);
        choices_["features"] = columns_.features;
        stream_.choose(columns_.numeric, columns_.label);
        if (!plan.resume_from.empty())
            resume();
        learner_->set_thread_count(control.thread_count);
    }

    IncrementalResult run() {
        try {
            learn_stream();
        } catch (const Cancelled&) {
            is_cancelled_ = true;
        } catch (const DataError&) {
            write_checkpoint();
            throw;
        }
        write_checkpoint();
        learner_->finish();
        if (learner_->row_count() == 0 || !learner_->has_mixture() ||
            learner_->mixture().component_count() == 0) {
            if (is_cancelled_)
                throw Cancelled{};
            fail_without_rows();
        }
        IncrementalResult result = take_result();
        if (!plan_.model_output.empty())
            write_model_file(plan_.model_output, result.model);
        if (!plan_.trace_output.empty())
            write_file_atomically(plan_.trace_output, history_csv(*learner_));
        return result;
    }

  private:
    void resume() {
        StreamCheckpoint checkpoint = read_stream_checkpoint(plan_.resume_from);
        expect_same_plan(plan_.resume_from, choices_, checkpoint.provenance);
        stream_.go_on_from(checkpoint.position);
        rows_dropped_ = checkpoint.rows_dropped;
        learner_.emplace(std::move(checkpoint.state));
        resumed_at_ = learner_->row_count();
    }

    void learn_stream() {
        StreamBlock block;
        StreamRow row;
        row.values.resize(static_cast<Index>(columns_.features.size()));
        while (stream_.next(block)) {
            for (std::size_t i = 0; i < static_cast<std::size_t>(block.row_count); ++i) {
                if (control_.stop.stop_requested()) {
                    stream_.go_back(block.lines[i], block.row_numbers[i]);
                    throw Cancelled{};
                }
                try {
                    learn_row(block, i, row);
                } catch (const DataError&) {
                    stream_.go_back(block.lines[i], block.row_numbers[i]);
                    throw;
                }
            }
            if (block.failure) {
                stream_.go_back(block.failure->location.line, block.failure->location.row);
                throw DataError(block.failure->message, block.failure->location);
            }
            report();
            if (is_checkpoint_due())
                write_checkpoint();
        }
    }

    void learn_row(const StreamBlock& block, std::size_t i, StreamRow& row) {
        const auto d = static_cast<std::size_t>(row.values.size());
        bool is_complete = true;
        for (std::size_t j = 0; j < d; ++j) {
            const double value = block.numbers[j][i];
            row.values[static_cast<Index>(j)] = value;
            if (!std::isnan(value))
                continue;
            if (plan_.missing == MissingCells::error)
                refuse(block, i, j,
                       " is empty. Fill the cell, or leave out rows with missing values.");
            is_complete = false;
        }
        row.weight = columns_.has_weights ? block.numbers[d][i] : 1.0;
        if (row.weight < 0.0)
            refuse(block, i, d, " holds a negative case weight. Weights must be zero or more.");
        // A row of weight zero says nothing.
        if ((!is_complete && plan_.missing == MissingCells::drop) || !(row.weight > 0.0)) {
            ++rows_dropped_;
            return;
        }
        row.label = {};
        if (columns_.label && block.codes[i] >= 0)
            row.label = block.levels[static_cast<std::size_t>(block.codes[i])];
        try {
            learner_->observe(row);
        } catch (const InvalidArgument& error) {
            DataLocation location = location_of(block, i);
            throw DataError(place(location) + ": " + error.what(), location);
        }
    }

    [[nodiscard]] DataLocation location_of(const StreamBlock& block, std::size_t i) const {
        DataLocation location;
        location.file = plan_.data_path;
        location.line = block.lines[i];
        location.row = block.row_numbers[i];
        return location;
    }

    [[nodiscard]] static std::string place(const DataLocation& location) {
        return (location.file == "-" ? "Standard input" : location.file) + ", line " +
               std::to_string(location.line);
    }

    [[noreturn]] void refuse(const StreamBlock& block, std::size_t i, std::size_t column,
                             const std::string& what) const {
        DataLocation location = location_of(block, i);
        location.column = static_cast<std::int64_t>(columns_.numeric[column]) + 1;
        location.column_name = stream_.dialect().column_names[columns_.numeric[column]];
        throw DataError(place(location) + ", column '" + location.column_name + "'" + what,
                        location);
    }

    [[noreturn]] void fail_without_rows() const {
        throw DataError(
            (plan_.data_path == "-" ? "Standard input" : "'" + plan_.data_path + "'") +
                (rows_dropped_ > 0
                     ? " has no row that could be learned: all " + std::to_string(rows_dropped_) +
                           " miss a value in the chosen columns. Choose other columns, or use "
                           "rows with missing cells too (mar)."
                     : " has no rows: there is nothing to learn."),
            {.file = plan_.data_path, .column_name = {}, .cell = {}});
    }

    void report() {
        using namespace std::chrono_literals;
        if (observer_ == nullptr || Clock::now() - last_report_ < 100ms)
            return;
        last_report_ = Clock::now();
        StreamReport report;
        report.row_count = learner_->row_count();
        report.component_count =
            learner_->has_mixture() ? learner_->mixture().component_count() : 0;
        const PrequentialSums& sums = learner_->prequential();
        report.recent = {.row_count = sums.row_count - reported_.row_count,
                         .log_density = sums.log_density - reported_.log_density,
                         .scored_count = sums.scored_count - reported_.scored_count,
                         .correct_count = sums.correct_count - reported_.correct_count,
                         .squared_error = sums.squared_error - reported_.squared_error};
        reported_ = sums;
        report.bytes_done = stream_.bytes_read();
        report.bytes_total = stream_.byte_count();
        observer_->on_rows(report);
    }

    [[nodiscard]] bool is_checkpoint_due() const {
        return !plan_.checkpoint_output.empty() &&
               std::chrono::duration<double>(Clock::now() - last_checkpoint_).count() >=
                   plan_.checkpoint_seconds;
    }

    void write_checkpoint() {
        if (plan_.checkpoint_output.empty())
            return;
        write_stream_checkpoint(plan_.checkpoint_output, {.provenance = choices_.dump(),
                                                          .position = stream_.position(),
                                                          .rows_dropped = rows_dropped_,
                                                          .state = learner_->state()});
        last_checkpoint_ = Clock::now();
    }

    IncrementalResult take_result() {
        StreamSource source{.path = plan_.data_path,
                            .sha256 = {},
                            .rows = stream_.position().row,
                            .rows_dropped = rows_dropped_,
                            .rows_skipped = stream_.position().skipped};
        if (plan_.data_path != "-" && !is_cancelled_)
            source.sha256 = file_sha256(plan_.data_path);
        json options = choices_;
        options.erase("features");
        return {.model = saved_stream(*learner_, source, std::move(options), is_cancelled_),
                .is_cancelled = is_cancelled_,
                .rows_seen = source.rows,
                .rows_dropped = source.rows_dropped,
                .rows_skipped = source.rows_skipped,
                .resumed_at = resumed_at_,
                .prequential = learner_->prequential(),
                .counters = learner_->mixture().state().counters,
                .remarks = learner_->remarks()};
    }

    const IncrementalPlan& plan_;
    const FitControl& control_;
    StreamObserver* observer_;
    CsvStream stream_;
    StreamColumns columns_;
    std::optional<StreamLearner> learner_;
    json choices_;
    std::int64_t rows_dropped_ = 0;
    std::int64_t resumed_at_ = 0;
    bool is_cancelled_ = false;
    PrequentialSums reported_;
    Clock::time_point last_report_ = Clock::now();
    Clock::time_point last_checkpoint_ = Clock::now();
};

}  // namespace

std::string_view to_string(MissingCells missing) noexcept {
    switch (missing) {
        case MissingCells::error:
            return "error";
        case MissingCells::mar:
            return "mar";
        case MissingCells::drop:
            break;
    }
    return "drop";
}

MissingCells missing_cells_from(std::string_view text) {
    for (const MissingCells missing : {MissingCells::drop, MissingCells::error, MissingCells::mar})
        if (text == to_string(missing))
            return missing;
    throw InvalidArgument("'" + std::string(text) +
                          "' does not say what becomes of rows with missing values; the choices "
                          "are drop, error and mar.");
}

json to_json(const IncrementalPlan& plan) {
    json document = stream_json(plan.stream);
    document["import"] = to_json(plan.import);
    document["observation_weights"] = plan.weights;
    document["target"] = plan.target;
    document["missing_rows"] = std::string(to_string(plan.missing));
    document["skip_limit"] = plan.skip_limit;
    return document;
}

std::string history_csv(const StreamLearner& learner) {
    const TargetKind kind = learner.options().target;
    std::string text = "row,component_count,log_density";
    text += kind == TargetKind::classification ? ",accuracy\n"
            : kind == TargetKind::regression   ? ",rmse\n"
                                               : "\n";
    const auto figure = [](double value) {
        return std::isfinite(value) ? exact_text(value) : std::string();
    };
    for (const HistoryEntry& entry : learner.history()) {
        const PrequentialSums& sums = entry.sums;
        text += std::to_string(entry.row) + "," + std::to_string(entry.component_count) + "," +
                figure(mean_or_nothing(sums.log_density, sums.row_count));
        if (kind == TargetKind::classification)
            text += "," + figure(mean_or_nothing(static_cast<double>(sums.correct_count),
                                                 sums.scored_count));
        if (kind == TargetKind::regression)
            text += "," + figure(std::sqrt(mean_or_nothing(sums.squared_error, sums.scored_count)));
        text += "\n";
    }
    return text;
}

IncrementalResult run_incremental(const IncrementalPlan& plan, const FitControl& control,
                                  StreamObserver* observer) {
    validate(plan.stream.mixture);
    if (plan.skip_limit < 0)
        throw InvalidArgument("The number of rows to skip is " + std::to_string(plan.skip_limit) +
                              "; it must be 0 or more.");
    expect_outputs({plan.model_output, plan.trace_output, plan.checkpoint_output},
                   {{plan.data_path, "data file"}});
    return Pass(plan, control, observer).run();
}

IncrementalResult merge_checkpoints(const std::vector<std::string>& paths) {
    if (paths.size() < 2)
        throw InvalidArgument("Merging needs two checkpoints or more.");
    std::optional<StreamCheckpoint> all;
    for (const std::string& path : paths) {
        StreamCheckpoint next = read_stream_checkpoint(path);
        StreamLearner learner(std::move(next.state));
        learner.finish();
        next.state = learner.state();
        if (!all) {
            all = std::move(next);
            continue;
        }
        expect_same_plan(path, parse_json(all->provenance, paths.front()), next.provenance);
        try {
            all->state = merged(all->state, next.state);
        } catch (const InvalidArgument& error) {
            throw InvalidArgument("'" + paths.front() + "' and '" + path + "': " + error.what());
        }
        all->position.row += next.position.row;
        all->position.skipped += next.position.skipped;
        all->rows_dropped += next.rows_dropped;
    }
    const StreamLearner learner(std::move(all->state));
    json options = parse_json(all->provenance, paths.front());
    options.erase("features");
    std::string source;
    for (const std::string& path : paths) source += (source.empty() ? "" : " + ") + path;
    return {.model = saved_stream(learner,
                                  {.path = source,
                                   .sha256 = {},
                                   .rows = all->position.row,
                                   .rows_dropped = all->rows_dropped,
                                   .rows_skipped = all->position.skipped},
                                  std::move(options), false),
            .is_cancelled = false,
            .rows_seen = all->position.row,
            .rows_dropped = all->rows_dropped,
            .rows_skipped = all->position.skipped,
            .resumed_at = 0,
            .prequential = learner.prequential(),
            .counters = learner.mixture().state().counters,
            .remarks = learner.remarks()};
}

}  // namespace mixtura
