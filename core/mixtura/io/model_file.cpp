// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/model_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_reader.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/posterior_record.h"

namespace mixtura {

namespace {

using nlohmann::json;

constexpr const char* format_name = "mixtura-model";
constexpr std::string_view gaussian_kind = "gaussian_mixture";
constexpr std::string_view student_kind = "student_mixture";
constexpr std::string_view factor_kind = "factor_mixture";
constexpr std::string_view incremental_kind = "incremental_mixture";
constexpr std::array readable_kinds = {gaussian_kind, student_kind, factor_kind, incremental_kind};
constexpr double noise_tolerance = 1e-6;  ///< of a log volume, relative
constexpr double tolerance = 1e-9;        ///< of sums and symmetry, as GaussianMixture checks them

/// JSON has no NaN and no infinity.
json figure(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

json figures(const std::vector<double>& values) {
    json result = json::array();
    for (const double value : values) result.push_back(figure(value));
    return result;
}

json rows_of(const Eigen::MatrixXd& matrix) {
    json result = json::array();
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
        json row = json::array();
        for (Eigen::Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        result.push_back(std::move(row));
    }
    return result;
}

/// The matrices of Student-t components are not their covariances.
const char* matrices_key(bool is_student) {
    return is_student ? "scale_matrices" : "covariances";
}

json noise_json(const NoiseComponent& noise) {
    const NoiseRegion& region = noise.region;
    return {{"weight", noise.weight},
            {"log_density", region.log_density},
            {"origin", std::vector<double>(region.origin.begin(), region.origin.end())},
            {"edges", rows_of(region.edges)}};
}

json parameters_json(const GaussianMixture& model) {
    json weights = json::array();
    for (const double weight : model.mixing_weights()) weights.push_back(weight);
    if (model.factors()) {
        json loadings = json::array();
        for (const Eigen::MatrixXd& of_component : model.factors()->loadings)
            loadings.push_back(rows_of(of_component));
        return {{"mixing_weights", std::move(weights)},
                {"means", rows_of(model.means())},
                {"loadings", std::move(loadings)},
                {"uniquenesses", rows_of(model.factors()->uniquenesses)}};
    }
    json covariances = json::array();
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.push_back(rows_of(covariance));
    json parameters = {{"mixing_weights", std::move(weights)}, {"means", rows_of(model.means())}};
    parameters[matrices_key(model.tails().has_value())] = std::move(covariances);
    if (model.tails())
        parameters["degrees_of_freedom"] = std::vector<double>(
            model.tails()->degrees_of_freedom.begin(), model.tails()->degrees_of_freedom.end());
    if (model.noise())
        parameters["noise"] = noise_json(*model.noise());
    return parameters;
}

std::string_view kind_of(const GaussianMixture& model) {
    if (model.factors())
        return factor_kind;
    return model.tails() ? student_kind : gaussian_kind;
}

json fit_json(const FitRecord& fit) {
    json starts = json::array();
    for (const StartRecord& start : fit.starts)
        starts.push_back({{"start", start.start},
                          {"log_likelihood", figure(start.log_likelihood)},
                          {"status", start.status},
                          {"iterations", start.iterations},
                          {"diagnosis", start.diagnosis}});
    return {{"status", fit.status},
            {"log_likelihood", figure(fit.log_likelihood)},
            {"parameter_count", fit.parameter_count},
            {"bic", figure(fit.bic)},
            {"icl", figure(fit.icl)},
            {"aic", figure(fit.aic)},
            {"entropy", figure(fit.entropy)},
            {"iterations", fit.iterations},
            {"trace", figures(fit.trace)},
            {"rows_dropped", fit.rows_dropped},
            {"floors_applied", fit.floors_applied},
            {"seconds", figure(fit.seconds)},
            {"spurious", fit.spurious},
            {"starts", std::move(starts)},
            {"best_start", fit.best_start}};
}

json selection_json(const std::vector<SelectionRecord>& selection) {
    json result = json::array();
    for (const SelectionRecord& record : selection)
        result.push_back({{"component_count", record.component_count},
                          {"covariance_structure", record.covariance_structure},
                          {"parameter_count", record.parameter_count},
                          {"log_likelihood", figure(record.log_likelihood)},
                          {"bic", figure(record.bic)},
                          {"icl", figure(record.icl)},
                          {"aic", figure(record.aic)},
                          {"nec", figure(record.nec)},
                          {"cv", figure(record.cv)},
                          {"cv_standard_error", figure(record.cv_standard_error)},
                          {"status", record.status},
                          {"message", record.message},
                          {"iterations", record.iterations},
                          {"seconds", figure(record.seconds)}});
    return result;
}

json component_tests_json(const std::vector<ComponentTestRecord>& tests) {
    json result = json::array();
    for (const ComponentTestRecord& test : tests)
        result.push_back({{"component_count", test.component_count},
                          {"statistic", figure(test.statistic)},
                          {"p_value", figure(test.p_value)},
                          {"critical_value", figure(test.critical_value)},
                          {"replicate_count", test.replicate_count},
                          {"failure_count", test.failure_count}});
    return result;
}

json accuracy_json(const LabelAccuracyRecord& accuracy) {
    json counts = json::array();
    for (const std::vector<double>& row : accuracy.counts) counts.push_back(figures(row));
    return {{"counts", std::move(counts)},
            {"error_rate", figure(accuracy.error_rate)},
            {"brier", figure(accuracy.brier)}};
}

json class_models_json(const std::vector<SelectionRecord>& models) {
    json result = json::array();
    for (const SelectionRecord& model : models)
        result.push_back({{"component_count", model.component_count},
                          {"covariance_structure", model.covariance_structure},
                          {"parameter_count", model.parameter_count},
                          {"log_likelihood", figure(model.log_likelihood)},
                          {"bic", figure(model.bic)},
                          {"status", model.status}});
    return result;
}

json labels_json(const LabelRecord& labels) {
    json document = {{"column", labels.column}, {"names", labels.names}};
    if (!labels.component_classes.empty()) {
        document["component_classes"] = labels.component_classes;
        document["class_models"] = class_models_json(labels.class_models);
        document["joint_log_likelihood"] = figure(labels.joint_log_likelihood);
    }
    if (!labels.training.counts.empty())
        document["training"] = accuracy_json(labels.training);
    if (labels.fold_count == 0)
        return document;
    json validation =
        labels.failure.empty() ? accuracy_json(labels.cross_validated) : json::object();
    validation["fold_count"] = labels.fold_count;
    validation["failure"] = labels.failure;
    if (labels.failure.empty())
        validation["standard_error"] = figure(labels.standard_error);
    document["cross_validation"] = std::move(validation);
    return document;
}

LabelAccuracyRecord read_accuracy(const JsonReader& reader, std::size_t label_count,
                                  std::size_t component_count) {
    LabelAccuracyRecord accuracy{.counts = {},
                                 .error_rate = reader.at("error_rate").number(),
                                 .brier = reader.at("brier").number()};
    const JsonReader counts = reader.at("counts").expect_size(label_count, "rows, one per name");
    for (std::size_t label = 0; label < label_count; ++label) {
        const JsonReader row = counts.at(label).expect_size(component_count, "numbers");
        std::vector<double>& numbers = accuracy.counts.emplace_back();
        for (std::size_t k = 0; k < component_count; ++k) numbers.push_back(row.at(k).number());
    }
    return accuracy;
}

/// Ascending from 0, every class with a component.
ComponentClasses read_component_classes(const JsonReader& reader, std::size_t class_count,
                                        std::size_t component_count) {
    reader.expect_size(component_count, "classes, one for each component");
    ComponentClasses classes;
    for (std::size_t k = 0; k < component_count; ++k) {
        const auto position = static_cast<std::int32_t>(
            reader.at(k).integer(0, static_cast<std::int64_t>(class_count) - 1));
        const std::int32_t before = classes.empty() ? -1 : classes.back();
        if (position != before + 1 && (position != before || classes.empty()))
            reader.at(k).fail(
                "is out of order: the components of a class stand together, and the "
                "classes in the order of their names");
        classes.push_back(position);
    }
    if (classes.back() + 1 != static_cast<std::int32_t>(class_count))
        reader.fail("leaves a class without a component");
    return classes;
}

SelectionRecord read_selection_record(const JsonReader& reader);

/// The classes of the components and their mixtures.
void read_classes(const JsonReader& reader, std::size_t component_count, LabelRecord& labels) {
    labels.component_classes = read_component_classes(reader.at("component_classes"),
                                                      labels.names.size(), component_count);
    const JsonReader models =
        reader.at("class_models").expect_size(labels.names.size(), "models, one for each class");
    for (std::size_t c = 0; c < labels.names.size(); ++c) {
        SelectionRecord model = read_selection_record(models.at(c));
        if (model.component_count !=
            std::ranges::count(labels.component_classes, static_cast<std::int32_t>(c)))
            models.at(c)
                .at("component_count")
                .fail("does not agree with /labels/component_classes");
        labels.class_models.push_back(std::move(model));
    }
    labels.joint_log_likelihood = reader.at("joint_log_likelihood").number_or_null();
}

LabelRecord read_labels(const JsonReader& reader, std::size_t component_count) {
    LabelRecord labels;
    labels.column = reader.at("column").text();
    labels.names = reader.at("names").texts();
    if (labels.names.empty() || labels.names.size() > component_count)
        reader.at("names").fail("must name at least one component and no more than there are");
    if (reader.has("component_classes"))
        read_classes(reader, component_count, labels);
    const std::size_t column_count =
        labels.component_classes.empty() ? component_count : labels.names.size();
    if (reader.has("training"))
        labels.training = read_accuracy(reader.at("training"), labels.names.size(), column_count);
    if (!reader.has("cross_validation"))
        return labels;
    const JsonReader validation = reader.at("cross_validation");
    labels.fold_count = static_cast<int>(validation.at("fold_count").integer(2));
    labels.failure = validation.at("failure").text();
    if (!labels.failure.empty())
        return labels;
    labels.cross_validated = read_accuracy(validation, labels.names.size(), column_count);
    labels.standard_error = validation.at("standard_error").number();
    return labels;
}

ComponentTestRecord read_component_test(const JsonReader& reader) {
    return {.component_count = static_cast<int>(reader.at("component_count").integer(1)),
            .statistic = reader.at("statistic").number_or_null(),
            .p_value = reader.at("p_value").number(),
            .replicate_count = reader.at("replicate_count").count(),
            .failure_count = reader.at("failure_count").count(),
            .critical_value = reader.at("critical_value").number_or_null()};
}

DataProvenance read_data(const JsonReader& reader) {
    DataProvenance data;
    data.source = reader.at("source").text();
    data.sha256 = reader.at("sha256").text();
    data.rows = reader.at("rows").integer(0);
    data.rows_used = reader.at("rows_used").integer(0, data.rows);
    data.features = reader.at("features").texts();
    if (data.features.empty())
        reader.at("features").fail("must name at least one feature");
    for (std::size_t i = 0; i < data.features.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (data.features[i] == data.features[j])
                reader.at("features").at(i).fail("repeats the name \"" + data.features[i] + "\"");
        }
    }
    static_cast<void>(reader.at("transform").array_size());
    data.transform = reader.at("transform").value();
    return data;
}

/// @param rest  the weight of the noise
Eigen::VectorXd read_mixing_weights(const JsonReader& reader, double rest) {
    const std::size_t count = reader.array_size();
    if (count == 0)
        reader.fail("must hold at least one weight");
    Eigen::VectorXd weights(static_cast<Eigen::Index>(count));
    for (std::size_t k = 0; k < count; ++k) {
        weights[static_cast<Eigen::Index>(k)] = reader.at(k).number();
        if (!(weights[static_cast<Eigen::Index>(k)] > 0.0))
            reader.at(k).fail("must be greater than zero");
    }
    const double sum = weights.sum() + rest;
    if (!(std::abs(sum - 1.0) <= tolerance)) {
        std::string message = "must sum to 1";
        if (rest > 0.0)
            message.append(" with that of the noise");
        reader.fail(message.append("; the sum is ").append(json(sum).dump()));
    }
    return weights;
}

Eigen::MatrixXd read_matrix(const JsonReader& reader, std::size_t rows, std::size_t columns,
                            const std::string& what) {
    reader.expect_size(rows, what);
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
    for (std::size_t i = 0; i < rows; ++i) {
        const JsonReader row = reader.at(i).expect_size(columns, "numbers");
        for (std::size_t j = 0; j < columns; ++j)
            matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = row.at(j).number();
    }
    return matrix;
}

Eigen::MatrixXd read_covariance(const JsonReader& reader, std::size_t feature_count) {
    Eigen::MatrixXd covariance = read_matrix(reader, feature_count, feature_count, "rows");
    const double largest = covariance.cwiseAbs().maxCoeff();
    if (!((covariance - covariance.transpose()).cwiseAbs().maxCoeff() <= tolerance * largest))
        reader.fail("is not symmetric");
    if (Eigen::LLT<Eigen::MatrixXd>(covariance).info() != Eigen::Success)
        reader.fail("is not positive definite");
    return covariance;
}

NoiseComponent read_noise(const JsonReader& reader, std::size_t feature_count) {
    const double weight = reader.at("weight").number();
    if (!(weight >= 0.0 && weight < 1.0))
        reader.at("weight").fail("must be from 0 to below 1");
    NoiseRegion region;
    const JsonReader origin = reader.at("origin").expect_size(feature_count, "numbers");
    region.origin.resize(static_cast<Eigen::Index>(feature_count));
    for (std::size_t j = 0; j < feature_count; ++j)
        region.origin[static_cast<Eigen::Index>(j)] = origin.at(j).number();
    region.edges = read_matrix(reader.at("edges"), feature_count, feature_count, "rows");
    region.log_density = reader.at("log_density").number();
    const double log_volume = Eigen::PartialPivLU<Eigen::MatrixXd>(region.edges)
                                  .matrixLU()
                                  .diagonal()
                                  .array()
                                  .abs()
                                  .log()
                                  .sum();
    if (!(std::abs(log_volume + region.log_density) <=
          noise_tolerance * (1.0 + std::abs(log_volume))))
        reader.at("log_density")
            .fail("is not that of the volume of the edges, " + json(-log_volume).dump());
    return {.weight = weight, .region = std::move(region)};
}

StudentTails read_tails(const JsonReader& parameters, const JsonReader& options,
                        std::size_t component_count) {
    const JsonReader reader = parameters.at("degrees_of_freedom");
    reader.expect_size(component_count, "numbers, one for each component");
    StudentTails tails;
    tails.degrees_of_freedom.resize(static_cast<Eigen::Index>(component_count));
    for (std::size_t k = 0; k < component_count; ++k) {
        const double nu = reader.at(k).number();
        if (!(nu > 0.0))
            reader.at(k).fail("must be greater than zero");
        tails.degrees_of_freedom[static_cast<Eigen::Index>(k)] = nu;
    }
    const JsonReader rule = options.at("degrees_of_freedom_rule");
    try {
        tails.rule = degrees_of_freedom_rule_from(rule.text());
    } catch (const InvalidArgument&) {
        rule.fail("must be free, common or fixed");
    }
    return tails;
}

/// The form that the options name, factor analysers or not as the kind says.
CovarianceForm read_form(const JsonReader& name, bool has_factors) {
    try {
        CovarianceForm form = covariance_form_from(name.text());
        if (form.factors().has_value() == has_factors)
            return form;
    } catch (const InvalidArgument&) {
        // Said below.
    }
    name.fail(has_factors ? "is not the name of a factor structure, such as UCU(2)"
                          : "is not the name of a covariance structure");
}

FactorDecomposition read_factors(const JsonReader& parameters, const FactorForm& form,
                                 std::size_t component_count, std::size_t feature_count) {
    FactorDecomposition factors{
        .structure = form.structure,
        .loadings = {},
        .uniquenesses = read_matrix(parameters.at("uniquenesses"), component_count, feature_count,
                                    "rows, one for each component")};
    const JsonReader loadings = parameters.at("loadings");
    loadings.expect_size(component_count, "matrices, one for each component");
    for (std::size_t k = 0; k < component_count; ++k)
        factors.loadings.push_back(read_matrix(loadings.at(k), feature_count,
                                               static_cast<std::size_t>(form.factor_count),
                                               "rows, one for each feature"));
    return factors;
}

GaussianMixture read_mixture(const JsonReader& parameters, const JsonReader& options,
                             std::size_t feature_count, std::string_view kind) {
    const bool is_student = kind == student_kind;
    const CovarianceForm form = read_form(options.at("covariance_structure"), kind == factor_kind);
    std::optional<NoiseComponent> noise;
    if (kind == gaussian_kind && parameters.has("noise"))
        noise = read_noise(parameters.at("noise"), feature_count);
    Eigen::VectorXd weights =
        read_mixing_weights(parameters.at("mixing_weights"), noise ? noise->weight : 0.0);
    const auto component_count = static_cast<std::size_t>(weights.size());
    if (options.at("component_count").count() != static_cast<int>(component_count))
        options.at("component_count")
            .fail("does not agree with the " + std::to_string(component_count) + " mixing weights");
    Eigen::MatrixXd means = read_matrix(parameters.at("means"), component_count, feature_count,
                                        "rows, one for each component");
    if (form.factors()) {
        FactorDecomposition factors =
            read_factors(parameters, *form.factors(), component_count, feature_count);
        try {
            return GaussianMixture(std::move(weights), std::move(means), std::move(factors));
        } catch (const InvalidArgument& error) {
            parameters.fail(std::string("cannot be used: ") + error.what());
        }
    }
    const JsonReader matrices = parameters.at(matrices_key(is_student));
    matrices.expect_size(component_count, "matrices, one for each component");
    std::vector<Eigen::MatrixXd> covariances;
    for (std::size_t k = 0; k < component_count; ++k)
        covariances.push_back(read_covariance(matrices.at(k), feature_count));
    const std::optional<StudentTails> tails =
        is_student ? std::optional(read_tails(parameters, options, component_count)) : std::nullopt;
    try {
        return GaussianMixture(std::move(weights), std::move(means), std::move(covariances),
                               form.structure(), tails, std::move(noise));
    } catch (const InvalidArgument& error) {
        parameters.fail(std::string("cannot be used: ") + error.what());
    }
}

/// Keys beyond the common ones of the format may be absent: other programs write model files too.
double optional_number(const JsonReader& object, std::string_view key) {
    return object.has(key) ? object.at(key).number_or_null()
                           : std::numeric_limits<double>::quiet_NaN();
}

std::string optional_text(const JsonReader& object, std::string_view key) {
    return object.has(key) ? object.at(key).text() : std::string();
}

int optional_count(const JsonReader& object, std::string_view key) {
    return object.has(key) && !object.at(key).value().is_null() ? object.at(key).count() : 0;
}

StartRecord read_start(const JsonReader& reader) {
    return {.start = optional_text(reader, "start"),
            .log_likelihood = reader.at("log_likelihood").number_or_null(),
            .status = reader.at("status").text(),
            .iterations = reader.at("iterations").count(),
            .diagnosis = optional_text(reader, "diagnosis")};
}

FitRecord read_fit(const JsonReader& reader, bool has_likelihood) {
    const auto figure_of = [&](std::string_view key) {
        return has_likelihood ? reader.at(key).number() : reader.at(key).number_or_null();
    };
    FitRecord fit;
    fit.status = reader.at("status").text();
    fit.log_likelihood = figure_of("log_likelihood");
    fit.parameter_count = has_likelihood || !reader.at("parameter_count").value().is_null()
                              ? reader.at("parameter_count").count()
                              : 0;
    fit.bic = figure_of("bic");
    fit.icl = figure_of("icl");
    fit.aic = figure_of("aic");
    fit.entropy = optional_number(reader, "entropy");
    fit.iterations = reader.at("iterations").count();
    const JsonReader trace = reader.at("trace");
    for (std::size_t i = 0; i < trace.array_size(); ++i)
        fit.trace.push_back(trace.at(i).number_or_null());
    fit.rows_dropped = reader.at("rows_dropped").integer(0);
    fit.floors_applied = reader.at("floors_applied").count();
    fit.seconds = reader.at("seconds").number_or_null();
    fit.spurious = optional_text(reader, "spurious");
    if (!reader.has("starts"))
        return fit;
    const JsonReader starts = reader.at("starts");
    for (std::size_t i = 0; i < starts.array_size(); ++i)
        fit.starts.push_back(read_start(starts.at(i)));
    fit.best_start = static_cast<std::size_t>(reader.at("best_start").integer(0));
    if (fit.best_start >= fit.starts.size() && !fit.starts.empty())
        reader.at("best_start").fail("points behind the end of /fit/starts");
    return fit;
}

SelectionRecord read_selection_record(const JsonReader& reader) {
    return {.component_count = reader.at("component_count").count(),
            .covariance_structure = reader.at("covariance_structure").text(),
            .parameter_count = optional_count(reader, "parameter_count"),
            .log_likelihood = reader.at("log_likelihood").number_or_null(),
            .bic = reader.at("bic").number_or_null(),
            .icl = optional_number(reader, "icl"),
            .aic = optional_number(reader, "aic"),
            .nec = optional_number(reader, "nec"),
            .cv = optional_number(reader, "cv"),
            .cv_standard_error = optional_number(reader, "cv_standard_error"),
            .status = reader.at("status").text(),
            .message = optional_text(reader, "message"),
            .iterations = optional_count(reader, "iterations"),
            .seconds = optional_number(reader, "seconds")};
}

void check_header(const JsonReader& root) {
    root.expect_object();
    if (root.at("format").text() != format_name)
        root.at("format").fail("is \"" + root.at("format").text() + "\", not \"" +
                               std::string(format_name) + "\": this is not a model file");
    const auto version = root.at("version").integer(1);
    if (version > model_file_version)
        root.at("version").fail("is " + std::to_string(version) +
                                ": the file was written by a newer program than this one, which "
                                "reads up to version " +
                                std::to_string(model_file_version));
    const std::string kind = root.at("kind").text();
    if (std::ranges::find(readable_kinds, kind) == readable_kinds.end()) {
        std::string message = "is \"" + kind + "\"; what can be read here is";
        for (const std::string_view known : readable_kinds)
            message.append(" \"").append(known).append("\"");
        root.at("kind").fail(message);
    }
}

/// A posterior has no count of free parameters.
void add_posterior(json& document, const VariationalPosterior& posterior) {
    document["posterior"] = to_json(posterior);
    document["fit"]["parameter_count"] = nullptr;
    for (json& record : document["selection"]) record["parameter_count"] = nullptr;
}

}  // namespace

json to_json(const SavedModel& saved) {
    json options = saved.options.is_object() ? saved.options : json::object();
    options["component_count"] = saved.model.component_count();
    options["covariance_structure"] = to_string(saved.model.covariance_form());
    if (saved.model.tails())
        options["degrees_of_freedom_rule"] = std::string(to_string(saved.model.tails()->rule));
    json document = {
        {"format", format_name},
        {"version", model_file_version},
        {"kind", kind_of(saved.model)},
        {"software",
         {{"name", "mixtura"}, {"version", mixtura::version}, {"backend", saved.backend}}},
        {"data",
         {{"source", saved.data.source},
          {"sha256", saved.data.sha256},
          {"rows", saved.data.rows},
          {"rows_used", saved.data.rows_used},
          {"features", saved.data.features},
          {"transform", saved.data.transform}}},
        {"options", std::move(options)},
        {"parameters", parameters_json(saved.model)},
        {"fit", fit_json(saved.fit)},
        {"selection", selection_json(saved.selection)},
        {"component_tests", component_tests_json(saved.component_tests)}};
    if (!saved.labels.names.empty())
        document["labels"] = labels_json(saved.labels);
    if (saved.posterior)
        add_posterior(document, *saved.posterior);
    if (saved.incremental) {
        document["kind"] = incremental_kind;
        add_incremental(document, *saved.incremental);
    }
    return document;
}

std::vector<std::string> component_names(const SavedModel& saved) {
    const ComponentClasses& classes = saved.labels.component_classes;
    std::vector<std::string> names;
    for (std::size_t k = 0; k < classes.size(); ++k) {
        const auto first = std::ranges::find(classes, classes[k]);
        std::string& name =
            names.emplace_back(saved.labels.names[static_cast<std::size_t>(classes[k])]);
        const auto place = static_cast<std::size_t>(std::distance(classes.begin(), first));
        if (std::ranges::count(classes, classes[k]) > 1)
            name.append(" ").append(std::to_string(k - place + 1));
    }
    if (!names.empty() || (saved.labels.names.empty() && !saved.model.noise()))
        return names;
    names = saved.labels.names;
    for (int k = static_cast<int>(names.size()); k < saved.model.component_count(); ++k)
        names.push_back("component " + std::to_string(k + 1));
    if (saved.model.noise())
        names.emplace_back("noise");
    return names;
}

SavedModel saved_model_from(const json& document) {
    const JsonReader root(document);
    check_header(root);
    static_cast<void>(root.at("software").at("name").text());
    static_cast<void>(root.at("software").at("version").text());
    const JsonReader options = root.at("options").expect_object();
    DataProvenance data = read_data(root.at("data"));
    GaussianMixture model =
        read_mixture(root.at("parameters"), options, data.features.size(), root.at("kind").text());
    const bool is_incremental = root.at("kind").text() == incremental_kind;
    SavedModel saved{.backend = root.at("software").at("backend").text(),
                     .data = std::move(data),
                     .options = options.value(),
                     .model = std::move(model),
                     .fit = read_fit(root.at("fit"), !is_incremental && !root.has("posterior")),
                     .selection = {},
                     .component_tests = {},
                     .labels = {},
                     .incremental = std::nullopt,
                     .posterior = std::nullopt};
    if (root.has("posterior")) {
        if (root.at("kind").text() != student_kind)
            root.at("posterior").fail("belongs to a model of the kind student_mixture");
        saved.posterior = read_posterior(root.at("posterior"),
                                         static_cast<std::size_t>(saved.model.component_count()),
                                         saved.data.features.size());
    }
    if (is_incremental)
        saved.incremental =
            read_incremental(root, static_cast<std::size_t>(saved.model.component_count()),
                             saved.data.features.size());
    if (root.has("labels"))
        saved.labels =
            read_labels(root.at("labels"), static_cast<std::size_t>(saved.model.component_count()));
    const JsonReader selection = root.at("selection");
    for (std::size_t i = 0; i < selection.array_size(); ++i)
        saved.selection.push_back(read_selection_record(selection.at(i)));
    if (!root.has("component_tests"))
        return saved;
    const JsonReader tests = root.at("component_tests");
    for (std::size_t i = 0; i < tests.array_size(); ++i)
        saved.component_tests.push_back(read_component_test(tests.at(i)));
    return saved;
}

std::string model_file_text(const SavedModel& saved) {
    return json_text(to_json(saved));
}

void write_model_file(const std::string& path, const SavedModel& saved) {
    write_file_atomically(path, model_file_text(saved));
}

SavedModel read_model_file(const std::string& path) {
    const json document = parse_json(read_file(path), path);
    try {
        return saved_model_from(document);
    } catch (const DataError& error) {
        throw DataError("'" + path + "' is not a usable model file: " + error.what(),
                        {.file = path, .column_name = {}, .cell = {}});
    }
}

}  // namespace mixtura
