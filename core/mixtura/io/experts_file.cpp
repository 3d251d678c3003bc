// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/experts_file.h"

#include <algorithm>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_reader.h"
#include "mixtura/io/json_text.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using nlohmann::json;

constexpr const char* experts_kind = "mixture_of_experts";
constexpr const char* intercept = "(intercept)";

json rows_json(const MatrixXd& matrix) {
    json rows = json::array();
    for (Index i = 0; i < matrix.rows(); ++i) {
        json row = json::array();
        for (Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        rows.push_back(std::move(row));
    }
    return rows;
}

json numbers_json(const Eigen::VectorXd& values) {
    json numbers = json::array();
    for (const double value : values) numbers.push_back(value);
    return numbers;
}

json terms_json(const std::vector<std::string>& covariates) {
    json terms = json::array({intercept});
    for (const std::string& name : covariates) terms.push_back(name);
    return terms;
}

MatrixXd matrix_from(const JsonReader& reader, Index columns) {
    MatrixXd matrix(static_cast<Index>(reader.array_size()), columns);
    for (std::size_t i = 0; i < reader.array_size(); ++i) {
        const std::vector<double> row = reader.at(i).numbers();
        if (static_cast<Index>(row.size()) != columns)
            reader.at(i).fail("must hold " + std::to_string(columns) +
                              " numbers, one for each term");
        for (Index j = 0; j < columns; ++j)
            matrix(static_cast<Index>(i), j) = row[static_cast<std::size_t>(j)];
    }
    return matrix;
}

/// @param degree  powers of each covariate among the terms
std::vector<std::string> covariates_from(const JsonReader& reader, int degree) {
    std::vector<std::string> terms = reader.texts();
    if (terms.empty() || terms.front() != intercept)
        reader.fail("must begin with \"(intercept)\"");
    terms.erase(terms.begin());
    std::vector<std::string> covariates;
    for (std::size_t j = 0; j < terms.size(); j += static_cast<std::size_t>(degree))
        covariates.push_back(terms[j]);
    if (power_names(covariates, degree) != terms)
        reader.fail("must hold the powers up to " + std::to_string(degree) +
                    " of each covariate, as /options/degree says");
    return covariates;
}

json errors_json(const ExpertsErrorRecord& record) {
    if (!record.failure.empty())
        return {{"kind", record.kind}, {"failure", record.failure}};
    return {{"kind", record.kind},
            {"gate_coefficients", rows_json(record.errors.gate_coefficients)},
            {"expert_coefficients", rows_json(record.errors.expert_coefficients)},
            {"log_variances", numbers_json(record.errors.log_variances)}};
}

experts::ExpertsModel model_from(const JsonReader& parameters, experts::ExpertFamily family,
                                 std::size_t expert_count, std::size_t gate_count) {
    experts::ExpertsModel model{
        .family = family,
        .expert_coefficients =
            matrix_from(parameters.at("expert_coefficients"), static_cast<Index>(expert_count) + 1),
        .expert_variances = {},
        .gate_coefficients =
            matrix_from(parameters.at("gate_coefficients"), static_cast<Index>(gate_count) + 1),
        .degrees_of_freedom = 4.0};
    if (experts::has_scale(family)) {
        const std::vector<double> scales = parameters.at("expert_variances").numbers();
        model.expert_variances =
            Eigen::Map<const Eigen::VectorXd>(scales.data(), static_cast<Index>(scales.size()));
    }
    if (family == experts::ExpertFamily::student)
        model.degrees_of_freedom = parameters.at("degrees_of_freedom").number();
    try {
        experts::check(model);
    } catch (const InvalidArgument& error) {
        throw DataError(parameters.place() + ": " + error.what());
    }
    return model;
}

SavedExperts experts_from(const json& document) {
    const JsonReader root(document);
    root.expect_object();
    if (root.at("format").text() != "mixtura-model" || root.at("kind").text() != experts_kind)
        root.fail("is not a model file of a mixture of experts");
    if (root.at("version").integer(1) > model_file_version)
        root.at("version").fail("is newer than this program reads; use a newer mixtura");
    const JsonReader data = root.at("data");
    const JsonReader parameters = root.at("parameters");
    SavedExperts saved;
    saved.data.source = data.at("source").text();
    saved.data.sha256 = data.at("sha256").text();
    saved.data.rows = data.at("rows").integer(0);
    saved.data.rows_used = data.at("rows_used").integer(0);
    saved.data.features = data.at("features").texts();
    saved.response = data.at("response").text();
    saved.options = root.at("options").expect_object().value();
    if (const JsonReader options = root.at("options"); options.has("degree"))
        saved.degree = static_cast<int>(options.at("degree").integer(1, degree_limit));
    saved.expert_covariates = covariates_from(parameters.at("expert_terms"), saved.degree);
    saved.gate_covariates = covariates_from(parameters.at("gate_terms"), 1);
    saved.model =
        model_from(parameters, experts::expert_family_from(parameters.at("expert_family").text()),
                   saved.expert_covariates.size() * static_cast<std::size_t>(saved.degree),
                   saved.gate_covariates.size());
    const JsonReader fit = root.at("fit");
    saved.fit.status = fit.at("status").text();
    saved.fit.log_likelihood = fit.at("log_likelihood").number();
    saved.fit.parameter_count = fit.at("parameter_count").count();
    saved.fit.bic = fit.at("bic").number();
    saved.fit.icl = fit.at("icl").number();
    saved.fit.aic = fit.at("aic").number();
    saved.fit.iterations = fit.at("iterations").count();
    return saved;
}

}  // namespace

std::vector<std::string> power_names(const std::vector<std::string>& covariates, int degree) {
    std::vector<std::string> names;
    for (const std::string& covariate : covariates) {
        names.push_back(covariate);
        for (int power = 2; power <= degree; ++power)
            names.push_back(std::string(covariate).append("^").append(std::to_string(power)));
    }
    return names;
}

bool is_experts_file(const std::string& path) {
    const std::string text = read_file(path);
    if (text.find(experts_kind) == std::string::npos)
        return false;
    const json document = json::parse(text, nullptr, false);
    return document.is_object() && document.value("kind", json()) == experts_kind;
}

std::string experts_file_text(const SavedExperts& saved) {
    json parameters = {
        {"expert_family", std::string(experts::to_string(saved.model.family))},
        {"expert_terms", terms_json(power_names(saved.expert_covariates, saved.degree))},
        {"expert_coefficients", rows_json(saved.model.expert_coefficients)},
        {"gate_terms", terms_json(saved.gate_covariates)},
        {"gate_coefficients", rows_json(saved.model.gate_coefficients)}};
    if (experts::has_scale(saved.model.family))
        parameters["expert_variances"] = numbers_json(saved.model.expert_variances);
    if (saved.model.family == experts::ExpertFamily::student)
        parameters["degrees_of_freedom"] = saved.model.degrees_of_freedom;
    if (saved.standard_errors)
        parameters["standard_errors"] = errors_json(*saved.standard_errors);
    json starts = json::array();
    for (const StartRecord& start : saved.fit.starts) {
        json entry = {{"start", start.start},
                      {"log_likelihood", start.log_likelihood},
                      {"status", start.status},
                      {"iterations", start.iterations}};
        if (!start.diagnosis.empty())
            entry["diagnosis"] = start.diagnosis;
        starts.push_back(std::move(entry));
    }
    json fit = {{"status", saved.fit.status},
                {"log_likelihood", saved.fit.log_likelihood},
                {"parameter_count", saved.fit.parameter_count},
                {"bic", saved.fit.bic},
                {"icl", saved.fit.icl},
                {"aic", saved.fit.aic},
                {"entropy", saved.fit.entropy},
                {"iterations", saved.fit.iterations},
                {"trace", saved.fit.trace},
                {"rows_dropped", saved.fit.rows_dropped},
                {"seconds", saved.fit.seconds},
                {"starts", std::move(starts)},
                {"best_start", saved.fit.best_start}};
    if (!saved.fit.spurious.empty())
        fit["diagnosis"] = saved.fit.spurious;
    json selection = json::array();
    for (const SelectionRecord& record : saved.selection) {
        json entry = {{"component_count", record.component_count}, {"status", record.status}};
        if (record.message.empty()) {
            entry["log_likelihood"] = record.log_likelihood;
            entry["parameter_count"] = record.parameter_count;
            entry["bic"] = record.bic;
            entry["icl"] = record.icl;
            entry["aic"] = record.aic;
        } else {
            entry["message"] = record.message;
        }
        selection.push_back(std::move(entry));
    }
    return json_text(
        {{"format", "mixtura-model"},
         {"version", model_file_version},
         {"kind", experts_kind},
         {"software", {{"name", "mixtura"}, {"version", mixtura::version}, {"backend", "cpu"}}},
         {"data",
          {{"source", saved.data.source},
           {"sha256", saved.data.sha256},
           {"rows", saved.data.rows},
           {"rows_used", saved.data.rows_used},
           {"features", saved.data.features},
           {"response", saved.response},
           {"transform", json::array()}}},
         {"options", saved.options},
         {"parameters", std::move(parameters)},
         {"fit", std::move(fit)},
         {"selection", std::move(selection)}});
}

SavedExperts read_experts_file(const std::string& path) {
    const std::string text = read_file(path);
    try {
        return experts_from(parse_json(text, path));
    } catch (const InvalidArgument& error) {
        throw DataError("'" + path + "': " + error.what());
    } catch (const DataError& error) {
        throw DataError("'" + path + "': " + error.what(), error.location());
    }
}

}  // namespace mixtura
