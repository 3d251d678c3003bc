// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/sha256.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/target_prediction.h"
#include "mixtura/selection/adjusted_rand_index.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

struct CompareArguments {
    std::vector<std::string> models;
    RunArguments run;
    bool json = false;
};

/// The classification of the rows a model was fitted to, or why it cannot be had.
struct Labels {
    std::vector<std::int32_t> classification;
    std::vector<std::int64_t> rows;
    std::string obstacle;
};

/// The data file of a model: where the model file says, from here or from beside the model file.
std::optional<std::string> data_file_of(const std::string& model_path, const SavedModel& saved) {
    const std::filesystem::path source(saved.data.source);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(source, ignored))
        return source.string();
    const auto beside = std::filesystem::path(model_path).parent_path() / source;
    if (std::filesystem::is_regular_file(beside, ignored))
        return beside.string();
    return std::nullopt;
}

Labels labels_of(const std::string& model_path, const SavedModel& whole,
                 const FitControl& control) {
    const SavedModel saved = input_model(whole);
    Labels labels;
    if (saved.data.source == "-") {
        labels.obstacle = "its data came from standard input";
        return labels;
    }
    const auto path = data_file_of(model_path, saved);
    if (!path || saved.data.sha256.empty()) {
        labels.obstacle = "its data ('" + display_text(saved.data.source) + "') are not there";
        return labels;
    }
    if (file_sha256(*path) != saved.data.sha256) {
        labels.obstacle =
            "its data ('" + display_text(*path) + "') have changed since it was fitted";
        return labels;
    }
    CsvOptions options;
    if (saved.options.contains("import"))
        options = csv_options_from(saved.options.at("import"));
    const ImportResult import = import_data(*path, options, control);
    const FeatureTable table = model_features(saved, import.data);
    labels.classification = score(saved.model, table.observations, control).classification;
    labels.rows = table.rows;
    return labels;
}

/// ARI over the rows that both models classify.
double agreement(const Labels& a, const Labels& b) {
    std::vector<std::int32_t> of_a;
    std::vector<std::int32_t> of_b;
    for (std::size_t i = 0, j = 0; i < a.rows.size() && j < b.rows.size();) {
        if (a.rows[i] == b.rows[j]) {
            of_a.push_back(a.classification[i++]);
            of_b.push_back(b.classification[j++]);
        } else if (a.rows[i] < b.rows[j]) {
            ++i;
        } else {
            ++j;
        }
    }
    return adjusted_rand_index(of_a, of_b);
}

/// A figure that may not be known: an incremental mixture has no likelihood of all its rows, and one by
/// variational Bayes a lower bound in its place.
std::string figure_text(double value) {
    return std::isfinite(value) ? fixed_text(value, 3) : "-";
}

std::string figures_text(const std::vector<std::string>& paths,
                         const std::vector<SavedModel>& models) {
    TextTable table({{"#"},
                     {"model file", TextTable::Align::left},
                     {"model", TextTable::Align::left},
                     {"rows"},
                     {"log-likelihood"},
                     {"parameters"},
                     {"BIC"},
                     {"ICL"},
                     {"AIC"},
                     {"status", TextTable::Align::left}});
    for (std::size_t i = 0; i < models.size(); ++i) {
        const SavedModel& saved = models[i];
        table.add_row({std::to_string(i + 1), display_text(paths[i]),
                       to_string(saved.model.covariance_form()) + "," +
                           std::to_string(saved.model.component_count()),
                       std::to_string(saved.data.rows_used), figure_text(saved.fit.log_likelihood),
                       saved.posterior ? "-" : std::to_string(saved.fit.parameter_count),
                       figure_text(saved.fit.bic), figure_text(saved.fit.icl),
                       figure_text(saved.fit.aic),
                       saved.fit.spurious.empty() ? saved.fit.status : "spurious"});
    }
    return table.text("");
}

/// Criteria compare models of the same rows of the same data alone.
bool are_comparable(const std::vector<SavedModel>& models) {
    const DataProvenance& first = models.front().data;
    return std::ranges::all_of(models, [&](const SavedModel& saved) {
        return !saved.data.sha256.empty() && saved.data.sha256 == first.sha256 &&
               saved.data.rows_used == first.rows_used && saved.data.features == first.features;
    });
}

/// Adjusted Rand index of each pair of models, NaN where it cannot be had, and the reasons.
struct Agreement {
    Eigen::MatrixXd index;
    std::vector<std::string> obstacles;
};

Agreement agreement_of(const std::vector<std::string>& paths, const std::vector<SavedModel>& models,
                       const FitControl& control) {
    const std::size_t count = models.size();
    std::vector<Labels> labels;
    for (std::size_t i = 0; i < count; ++i)
        labels.push_back(labels_of(paths[i], models[i], control));
    Agreement result;
    result.index.setConstant(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(count),
                             std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < count; ++i) {
        if (!labels[i].obstacle.empty()) {
            result.obstacles.push_back("Model " + std::to_string(i + 1) +
                                       " has no index: " + labels[i].obstacle + ".");
            continue;
        }
        for (std::size_t j = 0; j <= i; ++j) {
            if (!labels[j].obstacle.empty())
                continue;
            if (models[i].data.sha256 != models[j].data.sha256) {
                result.obstacles.push_back("Models " + std::to_string(j + 1) + " and " +
                                           std::to_string(i + 1) +
                                           " have no index: their data differ.");
                continue;
            }
            const auto a = static_cast<Eigen::Index>(i);
            const auto b = static_cast<Eigen::Index>(j);
            result.index(a, b) = agreement(labels[i], labels[j]);
            result.index(b, a) = result.index(a, b);
        }
    }
    return result;
}

std::string agreement_text(const Agreement& agreement) {
    std::vector<TextTable::Heading> headings{{"#"}};
    for (Eigen::Index j = 0; j < agreement.index.cols(); ++j)
        headings.push_back({std::to_string(j + 1)});
    TextTable table(headings);
    for (Eigen::Index i = 0; i < agreement.index.rows(); ++i) {
        std::vector<std::string> cells{std::to_string(i + 1)};
        for (const double index : agreement.index.row(i))
            cells.push_back(std::isnan(index) ? "-" : fixed_text(index, 4));
        table.add_row(std::move(cells));
    }
    std::string text =
        "\nAgreement of the classifications (adjusted Rand index):\n" + table.text("");
    for (const std::string& obstacle : agreement.obstacles) text += obstacle + "\n";
    return text;
}

json comparison_json(const std::vector<std::string>& paths, const std::vector<SavedModel>& models,
                     const Agreement& agreement) {
    json entries = json::array();
    json index = json::array();
    for (std::size_t i = 0; i < models.size(); ++i) {
        const SavedModel& saved = models[i];
        entries.push_back(
            {{"file", paths[i]},
             {"source", saved.data.source},
             {"rows_used", saved.data.rows_used},
             {"component_count", saved.model.component_count()},
             {"covariance_structure", to_string(saved.model.covariance_form())},
             {"log_likelihood", saved.fit.log_likelihood},
             {"parameter_count", saved.posterior ? json(nullptr) : json(saved.fit.parameter_count)},
             {"bic", saved.fit.bic},
             {"icl", saved.fit.icl},
             {"aic", saved.fit.aic},
             {"status", saved.fit.status},
             {"spurious", saved.fit.spurious}});
        json row = json::array();
        for (const double value : agreement.index.row(static_cast<Eigen::Index>(i)))
            row.push_back(std::isnan(value) ? json(nullptr) : json(value));
        index.push_back(std::move(row));
    }
    return {{"models", std::move(entries)},
            {"are_comparable", are_comparable(models)},
            {"adjusted_rand_index", std::move(index)},
            {"notes", agreement.obstacles}};
}

int compare(const CompareArguments& arguments) {
    if (arguments.models.size() < 2)
        throw InvalidArgument("compare needs two model files or more; here is one.");
    std::vector<SavedModel> models;
    for (const std::string& path : arguments.models) models.push_back(read_model_file(path));
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    const Agreement agreement = agreement_of(arguments.models, models, run_with.control);
    if (arguments.json) {
        write_output("-", json_text(comparison_json(arguments.models, models, agreement)));
        return exit_done;
    }
    std::string text = figures_text(arguments.models, models);
    if (!are_comparable(models))
        text +=
            "The models were not fitted to the same rows and features of the same data: their "
            "log-likelihoods and criteria cannot be compared.\n";
    text += agreement_text(agreement);
    write_output("-", text);
    return exit_done;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<CompareArguments>();
    CLI::App* command = app.add_subcommand(
        "compare",
        "Log-likelihood, parameters, BIC, ICL and AIC of models side by side, and the "
        "agreement of their classifications");
    command->add_option("MODELS", arguments->models, "Two or more model files")
        ->required()
        ->expected(1, 1000);
    command->add_flag("--json", arguments->json, "Print a JSON document");
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli compare two.json three.json");
    command->callback(
        [arguments, &action] { action = [arguments] { return compare(*arguments); }; });
}

}  // namespace mixtura::cli
