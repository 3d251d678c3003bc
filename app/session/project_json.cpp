// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_json.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace mixtura::app {

using nlohmann::json;

json numberJson(double value) {
    if (std::isfinite(value))
        return value;
    return std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
}

double numberFrom(const json& value) {
    if (value.is_number())
        return value.get<double>();
    const auto infinity = std::numeric_limits<double>::infinity();
    const std::string text = value.is_string() ? value.get<std::string>() : "NaN";
    return text == "Inf"    ? infinity
           : text == "-Inf" ? -infinity
                            : std::numeric_limits<double>::quiet_NaN();
}

namespace {

template <typename Enumeration>
json code(Enumeration value) {
    return static_cast<int>(value);
}

FitStatus statusFrom(const std::string& name) {
    for (const FitStatus status : {FitStatus::converged, FitStatus::iteration_limit,
                                   FitStatus::cancelled, FitStatus::degenerate})
        if (name == to_string(status))
            return status;
    throw DataError("The project holds a run of unknown status '" + name + "'.");
}

json recordJson(const SelectionRecord& record) {
    return {{"component_count", record.component_count},
            {"covariance_structure", record.covariance_structure},
            {"parameter_count", record.parameter_count},
            {"log_likelihood", numberJson(record.log_likelihood)},
            {"bic", numberJson(record.bic)},
            {"icl", numberJson(record.icl)},
            {"aic", numberJson(record.aic)},
            {"nec", numberJson(record.nec)},
            {"cv", numberJson(record.cv)},
            {"cv_standard_error", numberJson(record.cv_standard_error)},
            {"status", record.status},
            {"message", record.message},
            {"iterations", record.iterations},
            {"seconds", numberJson(record.seconds)}};
}

/// NaN where the key is absent, as it is in projects of earlier versions.
double optionalNumber(const json& document, const char* key) {
    return document.contains(key) ? numberFrom(document.at(key))
                                  : std::numeric_limits<double>::quiet_NaN();
}

SelectionRecord recordFrom(const json& document) {
    return {.component_count = document.at("component_count").get<int>(),
            .covariance_structure = document.at("covariance_structure").get<std::string>(),
            .parameter_count = document.at("parameter_count").get<int>(),
            .log_likelihood = numberFrom(document.at("log_likelihood")),
            .bic = numberFrom(document.at("bic")),
            .icl = numberFrom(document.at("icl")),
            .aic = numberFrom(document.at("aic")),
            .nec = optionalNumber(document, "nec"),
            .cv = optionalNumber(document, "cv"),
            .cv_standard_error = optionalNumber(document, "cv_standard_error"),
            .status = document.at("status").get<std::string>(),
            .message = document.at("message").get<std::string>(),
            .iterations = document.at("iterations").get<int>(),
            .seconds = numberFrom(document.at("seconds"))};
}

json criteriaJson(const InformationCriteria& criteria) {
    return {{"bic", numberJson(criteria.bic)},
            {"icl", numberJson(criteria.icl)},
            {"aic", numberJson(criteria.aic)},
            {"nec", numberJson(criteria.nec)},
            {"cv", numberJson(criteria.cv)},
            {"cv_standard_error", numberJson(criteria.cv_standard_error)}};
}

/// An earlier version kept BIC, ICL and AIC alone, as an array.
InformationCriteria criteriaFrom(const json& document) {
    InformationCriteria criteria;
    if (document.is_array()) {
        criteria.bic = numberFrom(document.at(0));
        criteria.icl = numberFrom(document.at(1));
        criteria.aic = numberFrom(document.at(2));
        return criteria;
    }
    criteria.bic = numberFrom(document.at("bic"));
    criteria.icl = numberFrom(document.at("icl"));
    criteria.aic = numberFrom(document.at("aic"));
    criteria.nec = numberFrom(document.at("nec"));
    criteria.cv = numberFrom(document.at("cv"));
    criteria.cv_standard_error = numberFrom(document.at("cv_standard_error"));
    return criteria;
}

json candidateJson(const Candidate& candidate) {
    json document = {{"component_count", candidate.component_count},
                     {"covariance_structure", to_string(candidate.covariance_form)},
                     {"failure", candidate.failure},
                     {"parameter_count", candidate.parameter_count},
                     {"seconds", numberJson(candidate.seconds)}};
    if (candidate.criteria)
        document["criteria"] = criteriaJson(*candidate.criteria);
    return document;
}

Candidate candidateFrom(const json& document) {
    Candidate candidate;
    candidate.component_count = document.at("component_count").get<int>();
    candidate.covariance_form =
        covariance_form_from(document.at("covariance_structure").get<std::string>());
    candidate.failure = document.at("failure").get<std::string>();
    candidate.parameter_count = document.at("parameter_count").get<int>();
    candidate.seconds = numberFrom(document.at("seconds"));
    if (document.contains("criteria"))
        candidate.criteria = criteriaFrom(document["criteria"]);
    return candidate;
}

}  // namespace

json dialectJson(const CsvDialect& dialect) {
    std::vector<int> types;
    for (const ColumnType type : dialect.column_types) types.push_back(static_cast<int>(type));
    return {{"encoding", code(dialect.encoding)},
            {"delimiter", int(dialect.delimiter)},
            {"decimal", int(dialect.decimal)},
            {"grouping", int(dialect.grouping)},
            {"quote", int(dialect.quote)},
            {"comment", int(dialect.comment)},
            {"has_header", dialect.has_header},
            {"skip_lines", dialect.skip_lines},
            {"missing_codes", dialect.missing_codes},
            {"column_names", dialect.column_names},
            {"column_labels", dialect.column_labels},
            {"column_types", types},
            {"notes", dialect.notes}};
}

CsvDialect dialectFrom(const json& document) {
    const auto sign = [&](const char* key) {
        return static_cast<char>(document.at(key).get<int>());
    };
    CsvDialect dialect;
    dialect.encoding = static_cast<TextEncoding>(document.at("encoding").get<int>());
    dialect.delimiter = sign("delimiter");
    dialect.decimal = sign("decimal");
    dialect.grouping = sign("grouping");
    dialect.quote = sign("quote");
    dialect.comment = sign("comment");
    dialect.has_header = document.at("has_header").get<bool>();
    dialect.skip_lines = document.at("skip_lines").get<int>();
    document.at("missing_codes").get_to(dialect.missing_codes);
    document.at("column_names").get_to(dialect.column_names);
    document.at("column_labels").get_to(dialect.column_labels);
    for (const int type : document.at("column_types").get<std::vector<int>>())
        dialect.column_types.push_back(static_cast<ColumnType>(type));
    document.at("notes").get_to(dialect.notes);
    return dialect;
}

json resultJson(const RunResult& result) {
    json records = json::array();
    for (const SelectionRecord& record : result.selection) records.push_back(recordJson(record));
    json candidates = json::array();
    for (const Candidate& candidate : result.search.candidates)
        candidates.push_back(candidateJson(candidate));
    json document = {{"selection", std::move(records)},      {"candidates", std::move(candidates)},
                     {"cancelled", result.search.cancelled}, {"transform", result.transform},
                     {"data_sha256", result.data_sha256},    {"notes", result.notes}};
    if (result.search.best)
        document["best"] = *result.search.best;
    return document;
}

RunResult resultFrom(const json& document) {
    RunResult result;
    for (const json& record : document.at("selection"))
        result.selection.push_back(recordFrom(record));
    for (const json& candidate : document.at("candidates"))
        result.search.candidates.push_back(candidateFrom(candidate));
    if (document.contains("best"))
        result.search.best = document["best"].get<std::size_t>();
    result.search.cancelled = document.at("cancelled").get<bool>();
    result.transform = document.at("transform");
    result.data_sha256 = document.at("data_sha256").get<std::string>();
    document.at("notes").get_to(result.notes);
    return result;
}

json fitJson(const EmFit& fit) {
    json runs = json::array();
    for (const EmRun& run : fit.runs)
        runs.push_back({{"status", to_string(run.status)},
                        {"iterations", run.iterations},
                        {"floors_applied", run.floors_applied},
                        {"diagnosis", run.diagnosis},
                        {"start", run.start}});
    return {{"runs", std::move(runs)},
            {"best_run", fit.best_run},
            {"log_likelihood", numberJson(fit.log_likelihood)},
            {"entropy", numberJson(fit.entropy)},
            {"map_term", numberJson(fit.map_term)},
            {"weight_sum", fit.weight_sum},
            {"spurious", fit.spurious}};
}

EmFit fitFrom(const SavedModel& saved, const json& facts,
              const std::vector<std::vector<double>>& traces) {
    EmFit fit{.runs = {},
              .best_run = facts.at("best_run").get<std::size_t>(),
              .model = saved.model,
              .log_likelihood = numberFrom(facts.at("log_likelihood")),
              .entropy = numberFrom(facts.at("entropy")),
              .map_term = numberFrom(facts.at("map_term")),
              .weight_sum = facts.at("weight_sum").get<double>(),
              .spurious = facts.at("spurious").get<std::string>()};
    for (const json& run : facts.at("runs")) {
        EmRun record;
        record.status = statusFrom(run.at("status").get<std::string>());
        record.iterations = run.at("iterations").get<int>();
        record.floors_applied = run.at("floors_applied").get<int>();
        record.diagnosis = run.at("diagnosis").get<std::string>();
        record.start = run.at("start").get<std::string>();
        if (fit.runs.size() < traces.size())
            record.log_likelihood = traces[fit.runs.size()];
        fit.runs.push_back(std::move(record));
    }
    return fit;
}

}  // namespace mixtura::app
