// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/checkpoint_file.h"

#include <cmath>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_reader.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/sha256.h"

namespace mixtura {

namespace {

using Eigen::Index;
using nlohmann::json;

constexpr const char* format_name = "mixtura-checkpoint";
constexpr int format_version = 1;

std::string compact(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string seal_of(const json& document) {
    return Sha256().add(compact(document)).digits();
}

json matrix_json(const Eigen::MatrixXd& matrix) {
    json rows = json::array();
    for (Index i = 0; i < matrix.rows(); ++i) {
        json row = json::array();
        for (Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        rows.push_back(std::move(row));
    }
    return rows;
}

json run_json(const EmRunKey& key, const EmRunState& state) {
    const EmRun& record = state.record;
    json trace = json::array();
    for (const double value : record.log_likelihood)
        trace.push_back(std::isfinite(value) ? json(value) : json(nullptr));
    json posterior = json::array();
    for (const double value : record.log_posterior)
        posterior.push_back(std::isfinite(value) ? json(value) : json(nullptr));
    json run = {{"component_count", key.component_count},
                {"covariance_structure", std::string(to_string(key.covariance_structure))},
                {"run", key.run},
                {"has_ended", state.has_ended},
                {"status", std::string(to_string(record.status))},
                {"start", record.start},
                {"iterations", record.iterations},
                {"floors_applied", record.floors_applied},
                {"diagnosis", record.diagnosis},
                {"trace", std::move(trace)},
                {"log_posterior", std::move(posterior)}};
    if (!state.iterate)
        return run;
    const EmIterate& iterate = *state.iterate;
    run["mixing_weights"] =
        std::vector<double>(iterate.mixing_weights.begin(), iterate.mixing_weights.end());
    run["means"] = matrix_json(iterate.means);
    run["covariances"] = json::array();
    for (const Eigen::MatrixXd& covariance : iterate.estimate.covariances)
        run["covariances"].push_back(matrix_json(covariance));
    run["common_part"] = matrix_json(iterate.estimate.common_part);
    run["eigenvalues_at_floor"] = iterate.estimate.floors_applied;
    run["plain_steps"] = state.pace.plain_steps;
    run["jump_limit"] = state.pace.jump_limit;
    run["floored_steps"] = state.pace.floored_steps;
    run["degrees_of_freedom"] =
        std::vector<double>(iterate.degrees_of_freedom.begin(), iterate.degrees_of_freedom.end());
    run["tail_reach"] = state.pace.tail_reach;
    return run;
}

Eigen::MatrixXd read_matrix(const JsonReader& reader, std::size_t rows, std::size_t columns) {
    reader.expect_size(rows, "rows");
    Eigen::MatrixXd matrix(static_cast<Index>(rows), static_cast<Index>(columns));
    for (std::size_t i = 0; i < rows; ++i) {
        const JsonReader row = reader.at(i).expect_size(columns, "numbers");
        for (std::size_t j = 0; j < columns; ++j)
            matrix(static_cast<Index>(i), static_cast<Index>(j)) = row.at(j).number();
    }
    return matrix;
}

EmIterate read_iterate(const JsonReader& reader, const EmRunKey& key) {
    const auto component_count = static_cast<std::size_t>(key.component_count);
    const std::vector<double> weights =
        reader.at("mixing_weights").expect_size(component_count, "numbers").numbers();
    const std::size_t feature_count = reader.at("means").at(0).array_size();
    const std::size_t width = is_diagonal(key.covariance_structure) ? 1 : feature_count;
    EmIterate iterate;
    iterate.mixing_weights =
        Eigen::Map<const Eigen::VectorXd>(weights.data(), static_cast<Index>(weights.size()));
    iterate.means = read_matrix(reader.at("means"), component_count, feature_count);
    const JsonReader matrices =
        reader.at("covariances").expect_size(component_count, "matrices, one for each component");
    for (std::size_t k = 0; k < component_count; ++k)
        iterate.estimate.covariances.push_back(read_matrix(matrices.at(k), feature_count, width));
    const JsonReader common = reader.at("common_part");
    if (common.array_size() > 0) {
        const std::size_t columns = common.at(0).array_size();
        if (columns != 1 && columns != feature_count)
            common.fail("has " + std::to_string(columns) + " columns");
        iterate.estimate.common_part = read_matrix(common, feature_count, columns);
    }
    iterate.estimate.floors_applied = reader.at("eigenvalues_at_floor").count();
    const JsonReader tails = reader.at("degrees_of_freedom");
    if (tails.array_size() > 0) {
        const std::vector<double> numbers = tails.expect_size(component_count, "numbers").numbers();
        iterate.degrees_of_freedom =
            Eigen::Map<const Eigen::VectorXd>(numbers.data(), static_cast<Index>(numbers.size()));
    }
    return iterate;
}

FitStatus read_status(const JsonReader& reader) {
    for (const FitStatus status : {FitStatus::converged, FitStatus::iteration_limit,
                                   FitStatus::cancelled, FitStatus::degenerate}) {
        if (reader.text() == to_string(status))
            return status;
    }
    reader.fail("is not the name of a status");
}

EmRunKey read_key(const JsonReader& reader) {
    EmRunKey key;
    key.component_count =
        static_cast<int>(reader.at("component_count").integer(1, component_count_limit));
    try {
        key.covariance_structure =
            covariance_structure_from(reader.at("covariance_structure").text());
    } catch (const InvalidArgument&) {
        reader.at("covariance_structure").fail("is not the name of a covariance structure");
    }
    key.run = static_cast<int>(reader.at("run").integer(0, run_count_limit - 1));
    return key;
}

EmRunState read_state(const JsonReader& reader, const EmRunKey& key) {
    EmRunState state;
    EmRun& record = state.record;
    state.has_ended = reader.at("has_ended").boolean();
    record.status = read_status(reader.at("status"));
    record.start = reader.at("start").text();
    record.iterations = reader.at("iterations").count();
    record.floors_applied = reader.at("floors_applied").count();
    record.diagnosis = reader.at("diagnosis").text();
    const JsonReader trace = reader.at("trace");
    for (std::size_t i = 0; i < trace.array_size(); ++i)
        record.log_likelihood.push_back(trace.at(i).number_or_null());
    const JsonReader posterior = reader.at("log_posterior");
    if (posterior.array_size() > 0)
        posterior.expect_size(trace.array_size(), "numbers, as the trace has");
    for (std::size_t i = 0; i < posterior.array_size(); ++i)
        record.log_posterior.push_back(posterior.at(i).number_or_null());
    if (!state.has_ended || reader.has("mixing_weights"))
        state.iterate = read_iterate(reader, key);
    if (state.iterate) {
        state.pace.plain_steps = reader.at("plain_steps").count();
        state.pace.jump_limit = reader.at("jump_limit").number();
        state.pace.floored_steps = reader.at("floored_steps").count();
        state.pace.tail_reach = reader.at("tail_reach").number();
        if (!(state.pace.jump_limit >= 1.0))
            reader.at("jump_limit").fail("must be at least 1");
        if (!(state.pace.tail_reach >= 1.0))
            reader.at("tail_reach").fail("must be at least 1");
    }
    if (state.iterate && record.log_likelihood.empty())
        trace.fail("must hold a number for each iteration");
    return state;
}

Checkpoint checkpoint_from(json document) {
    const JsonReader root(document);
    root.expect_object();
    if (root.at("format").text() != format_name)
        root.at("format").fail("is \"" + root.at("format").text() + "\", not \"" + format_name +
                               "\"");
    const auto version = root.at("version").integer(1);
    if (version > format_version)
        root.at("version").fail("is " + std::to_string(version) +
                                ": the file was written by a newer program than this one");
    const std::string seal = root.at("seal").text();
    document.erase("seal");
    if (seal != seal_of(document))
        throw DataError("its content has been changed or damaged since it was written.");
    Checkpoint checkpoint;
    checkpoint.provenance = root.at("provenance").expect_object().value();
    const JsonReader runs = root.at("runs");
    for (std::size_t i = 0; i < runs.array_size(); ++i) {
        const EmRunKey key = read_key(runs.at(i));
        checkpoint.runs.emplace(key, read_state(runs.at(i), key));
    }
    return checkpoint;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
    json document = {{"format", format_name},
                     {"version", format_version},
                     {"provenance", checkpoint.provenance},
                     {"runs", json::array()}};
    for (const auto& [key, state] : checkpoint.runs)
        document["runs"].push_back(run_json(key, state));
    document["seal"] = seal_of(document);
    return compact(document) + "\n";
}

Checkpoint read_checkpoint_file(const std::string& path) {
    json document = parse_json(read_file(path), path);
    try {
        return checkpoint_from(std::move(document));
    } catch (const DataError& error) {
        throw DataError("'" + path + "' is not a usable checkpoint: " + error.what(),
                        {.file = path, .column_name = {}, .cell = {}});
    }
}

}  // namespace mixtura
