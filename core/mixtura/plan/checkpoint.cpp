// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/checkpoint.h"

#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/checkpoint_file.h"
#include "mixtura/io/sha256.h"

namespace mixtura {

namespace {

using nlohmann::json;

/// Where the options of a plan stand in its JSON form, with their names for the analyst.
constexpr std::array<std::pair<const char*, const char*>, 36> options = {
    {{"/import/encoding", "--encoding"},
     {"/import/delimiter", "--delimiter"},
     {"/import/decimal", "--decimal"},
     {"/import/grouping", "--grouping"},
     {"/import/quote", "--quote"},
     {"/import/comment", "--comment"},
     {"/import/has_header", "--header or --no-header"},
     {"/import/skip_lines", "--skip"},
     {"/import/missing_codes", "--missing"},
     {"/import/column_types", "--types"},
     {"/import/bad_cell", "--bad-cells"},
     {"/columns/features", "--columns"},
     {"/columns/excluded", "--exclude"},
     {"/columns/weights", "--observation-weights"},
     {"/columns/labels", "--labels"},
     {"/columns/missing_rows", "--missing-rows"},
     {"/columns/standardise", "--standardise"},
     {"/search/component_counts", "--components"},
     {"/search/covariance_structures", "--covariance"},
     {"/search/criterion", "--criterion"},
     {"/search/fold_count", "--folds"},
     {"/bootstrap_replicates", "--bootstrap-test"},
     {"/label_fold_count", "--label-folds"},
     {"/search/em/family", "--family"},
     {"/search/em/degrees_of_freedom_rule", "--degrees-of-freedom"},
     {"/search/em/degrees_of_freedom", "--degrees-of-freedom"},
     {"/search/em/initialisation", "--init"},
     {"/search/em/run_count", "--starts"},
     {"/search/em/short_run_count", "--short-runs"},
     {"/search/em/seed", "--seed"},
     {"/search/em/iteration_limit", "--max-iterations"},
     {"/search/em/tolerance", "--tolerance"},
     {"/search/em/covariance_floor", "--covariance-floor"},
     {"/search/em/prior", "--prior"},
     {"/search/em/has_noise", "--noise"},
     {"/start_labels", "--init"}}};

void add_matrix(Sha256& hash, const Eigen::MatrixXd& matrix) {
    hash.add(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(double));
}

std::string digest_of(const FeatureTable& table) {
    Sha256 hash;
    add_matrix(hash, table.observations);
    add_matrix(hash, table.weights);
    hash.add(table.rows.data(), table.rows.size() * sizeof(table.rows[0]));
    return hash.digits();
}

std::string digest_of(const EmStart& start, const std::vector<std::int32_t>& known_components) {
    Sha256 hash;
    hash.add(known_components.data(), known_components.size() * sizeof(std::int32_t));
    hash.add(start.partition.data(), start.partition.size() * sizeof(std::int32_t));
    if (start.model) {
        add_matrix(hash, start.model->mixing_weights());
        add_matrix(hash, start.model->means());
        for (const Eigen::MatrixXd& covariance : start.model->covariances())
            add_matrix(hash, covariance);
        if (start.model->tails())
            add_matrix(hash, start.model->tails()->degrees_of_freedom);
        if (start.model->noise())
            hash.add(&start.model->noise()->weight, sizeof(double));
    }
    return hash.digits();
}

json value_at(const json& document, const char* pointer) {
    const json::json_pointer place(pointer);
    return document.contains(place) ? document.at(place) : json(nullptr);
}

std::string shown(const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    // json counts null as empty, and text never.
    return text.empty() || value.empty() ? "not given" : text;
}

void check_options(const std::string& path, const json& there, const json& here) {
    for (const auto& [pointer, option] : options) {
        const json before = value_at(there, pointer);
        const json now = value_at(here, pointer);
        if (before != now)
            throw InvalidArgument("'" + path + "' belongs to a fit with other options: " + option +
                                  " was " + shown(before) + " there and is " + shown(now) +
                                  " here. Give the same options, or begin anew without --resume.");
    }
    if (there != here)
        throw InvalidArgument("'" + path +
                              "' belongs to a fit with other options. Give the same options, or "
                              "begin anew without --resume.");
}

void check_data(const std::string& path, const json& there, const json& here) {
    const auto refuse = [&](const std::string& difference) {
        throw DataError("'" + path + "' belongs to a fit to other data: " + difference +
                            ". Give the same data, or begin anew without --resume.",
                        {.file = path, .column_name = {}, .cell = {}});
    };
    const auto differs = [&](const char* key) {
        return value_at(there, key) != value_at(here, key);
    };
    if (differs("/features"))
        refuse("its features are " + shown(value_at(there, "/features")) + ", those here " +
               shown(value_at(here, "/features")));
    if (differs("/rows"))
        refuse("it has " + shown(value_at(there, "/rows")) + " rows, and here are " +
               shown(value_at(here, "/rows")));
    if (differs("/values"))
        refuse("the values differ");
    if (differs("/start"))
        refuse("the labels, or the model that --init names, have changed");
}

}  // namespace

json checkpoint_provenance(const Plan& plan, const FeatureTable& table, const EmStart& start,
                           const std::vector<std::int32_t>& known_components,
                           const compute::Backend& backend) {
    json options_of_plan = to_json(plan);
    for (const char* path :
         {"data_path", "start_model", "model_output", "assignments_output", "trace_output",
          "checkpoint_output", "checkpoint_seconds", "resume_from"})
        options_of_plan.erase(path);
    const json provenance = {{"version", mixtura::version},
                             {"engine", backend.name() + " " + backend.driver()},
                             {"options", std::move(options_of_plan)},
                             {"data",
                              {{"features", table.names},
                               {"rows", table.rows.size()},
                               {"values", digest_of(table)},
                               {"start", digest_of(start, known_components)}}}};
    // As it reads back, so that text that is not UTF-8 compares equal to itself.
    return json::parse(provenance.dump(-1, ' ', false, json::error_handler_t::replace));
}

EmJournal::States states_to_resume(const std::string& path, const json& provenance) {
    Checkpoint checkpoint = read_checkpoint_file(path);
    const json& there = checkpoint.provenance;
    if (value_at(there, "/version") != value_at(provenance, "/version"))
        throw DataError("'" + path + "' was written by version " +
                            shown(value_at(there, "/version")) + " of this program, which is " +
                            shown(value_at(provenance, "/version")) +
                            ": it can be continued by the same version only.",
                        {.file = path, .column_name = {}, .cell = {}});
    if (value_at(there, "/engine") != value_at(provenance, "/engine"))
        throw DataError("'" + path + "' was written where " + shown(value_at(there, "/engine")) +
                            " computes; here it is " + shown(value_at(provenance, "/engine")) +
                            ", whose last digits differ. Go on where it was begun, or set the "
                            "environment variable MIXTURA_ISA to base, v3 or v4 on both machines.",
                        {.file = path, .column_name = {}, .cell = {}});
    check_options(path, value_at(there, "/options"), value_at(provenance, "/options"));
    check_data(path, value_at(there, "/data"), value_at(provenance, "/data"));
    const std::size_t feature_count = provenance.at("data").at("features").size();
    for (const auto& [key, state] : checkpoint.runs) {
        if (state.iterate && static_cast<std::size_t>(state.iterate->means.cols()) != feature_count)
            throw DataError("'" + path + "' is not a usable checkpoint: its parameters have " +
                                std::to_string(state.iterate->means.cols()) + " features, not " +
                                std::to_string(feature_count) + ".",
                            {.file = path, .column_name = {}, .cell = {}});
    }
    return std::move(checkpoint.runs);
}

CheckpointWriter::CheckpointWriter(std::string path, double seconds, json provenance,
                                   const EmJournal& journal)
    : path_(std::move(path)), provenance_(std::move(provenance)), journal_(journal) {
    write();
    const auto period = std::chrono::milliseconds(std::llround(1000.0 * seconds));
    thread_ = std::jthread([this, period](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (true) {
            wake.wait_for(lock, stop, period, [] { return false; });
            if (stop.stop_requested())
                return;
            try {
                write();
            } catch (const std::exception&) {
                // The disk may have room again the next time; the last writing says what is wrong.
            }
        }
    });
}

void CheckpointWriter::finish() {
    thread_ = {};
    write();
}

void CheckpointWriter::write() const {
    write_file_atomically(path_,
                          checkpoint_text({.provenance = provenance_, .runs = journal_.states()}));
}

}  // namespace mixtura
