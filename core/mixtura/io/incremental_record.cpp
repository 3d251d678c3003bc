// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/incremental_record.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixtura {

namespace {

using Eigen::Index;
using nlohmann::json;

constexpr double symmetry_tolerance = 1e-9;  ///< relative to the largest entry

json matrix_json(const Eigen::MatrixXd& matrix) {
    json rows = json::array();
    for (Index i = 0; i < matrix.rows(); ++i) {
        json row = json::array();
        for (Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        rows.push_back(std::move(row));
    }
    return rows;
}

Eigen::MatrixXd read_precision(const JsonReader& reader, std::size_t feature_count) {
    const auto d = static_cast<Index>(feature_count);
    reader.expect_size(feature_count, "rows");
    Eigen::MatrixXd matrix(d, d);
    for (std::size_t i = 0; i < feature_count; ++i) {
        const JsonReader row = reader.at(i).expect_size(feature_count, "numbers");
        for (std::size_t j = 0; j < feature_count; ++j)
            matrix(static_cast<Index>(i), static_cast<Index>(j)) = row.at(j).number();
    }
    const double largest = matrix.cwiseAbs().maxCoeff();
    if (!((matrix - matrix.transpose()).cwiseAbs().maxCoeff() <= symmetry_tolerance * largest))
        reader.fail("is not symmetric");
    return matrix;
}

json target_json(const IncrementalRecord& record) {
    json target = {{"column", record.target}, {"kind", record.target_kind}};
    if (record.target_kind != "classification")
        return target;
    target["class_model"] = record.class_model;
    target["classes"] = record.classes;
    if (record.class_model == "tagged")
        target["component_classes"] = record.component_classes;
    return target;
}

void read_target(const JsonReader& reader, std::size_t component_count, std::size_t feature_count,
                 IncrementalRecord& record) {
    record.target = reader.at("column").text();
    record.target_kind = reader.at("kind").text();
    if (record.target_kind == "regression")
        return;
    if (record.target_kind != "classification")
        reader.at("kind").fail("must be classification or regression");
    record.class_model = reader.at("class_model").text();
    record.classes = reader.at("classes").texts();
    if (record.classes.empty())
        reader.at("classes").fail("must name at least one class");
    if (record.class_model == "joint") {
        if (record.classes.size() >= feature_count)
            reader.at("classes").fail("must leave features that are not indicators of a class");
        return;
    }
    if (record.class_model != "tagged")
        reader.at("class_model").fail("must be tagged or joint");
    const JsonReader classes = reader.at("component_classes");
    classes.expect_size(component_count, "numbers, one for each component");
    for (std::size_t k = 0; k < component_count; ++k)
        record.component_classes.push_back(static_cast<int>(
            classes.at(k).integer(0, static_cast<std::int64_t>(record.classes.size()) - 1)));
}

double optional_number(const JsonReader& object, std::string_view key) {
    return object.has(key) ? object.at(key).number_or_null() : IncrementalRecord::unknown;
}

}  // namespace

void add_incremental(json& document, const IncrementalRecord& record) {
    json& parameters = document["parameters"];
    parameters["precisions"] = json::array();
    for (const Eigen::MatrixXd& precision : record.precisions)
        parameters["precisions"].push_back(matrix_json(precision));
    parameters["masses"] = record.masses;
    parameters["ages"] = record.ages;
    parameters["component_ids"] = record.component_ids;
    json& fit = document["fit"];
    fit["rows_seen"] = record.rows_seen;
    const auto figure = [](double value) {
        return std::isfinite(value) ? json(value) : json(nullptr);
    };
    fit["prequential_log_likelihood"] = figure(record.prequential_log_likelihood);
    if (record.target_kind == "classification")
        fit["prequential_accuracy"] = figure(record.prequential_accuracy);
    if (record.target_kind == "regression")
        fit["prequential_rmse"] = figure(record.prequential_rmse);
    fit["counters"] = record.counters;
    fit["history"] = record.history;
    if (!record.target.empty())
        document["target"] = target_json(record);
}

IncrementalRecord read_incremental(const JsonReader& root, std::size_t component_count,
                                   std::size_t feature_count) {
    IncrementalRecord record;
    const JsonReader parameters = root.at("parameters");
    const JsonReader precisions = parameters.at("precisions");
    precisions.expect_size(component_count, "matrices, one for each component");
    const JsonReader masses = parameters.at("masses");
    masses.expect_size(component_count, "numbers, one for each component");
    const JsonReader ages = parameters.at("ages");
    ages.expect_size(component_count, "numbers, one for each component");
    for (std::size_t k = 0; k < component_count; ++k) {
        record.precisions.push_back(read_precision(precisions.at(k), feature_count));
        record.masses.push_back(masses.at(k).number());
        if (!(record.masses.back() > 0.0))
            masses.at(k).fail("must be greater than zero");
        record.ages.push_back(ages.at(k).integer(0));
    }
    if (parameters.has("component_ids")) {
        const JsonReader ids = parameters.at("component_ids");
        ids.expect_size(component_count, "numbers, one for each component");
        for (std::size_t k = 0; k < component_count; ++k)
            record.component_ids.push_back(ids.at(k).integer(0));
    }
    const JsonReader fit = root.at("fit");
    record.rows_seen = fit.at("rows_seen").integer(0);
    record.prequential_log_likelihood = fit.at("prequential_log_likelihood").number_or_null();
    record.prequential_accuracy = optional_number(fit, "prequential_accuracy");
    record.prequential_rmse = optional_number(fit, "prequential_rmse");
    if (fit.has("counters"))
        record.counters = fit.at("counters").expect_object().value();
    if (fit.has("history")) {
        static_cast<void>(fit.at("history").array_size());
        record.history = fit.at("history").value();
    }
    if (root.has("target"))
        read_target(root.at("target"), component_count, feature_count, record);
    return record;
}

}  // namespace mixtura
