// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/sha256.h"
#include "mixtura/plan/plan.h"
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

struct CompareArguments {
    std::vector<std::string> models;
    RunArguments run;
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

Labels labels_of(const std::string& model_path, const SavedModel& saved,
                 const FitControl& control) {
    Labels labels;
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
                       std::string(to_string(saved.model.covariance_structure())) + "," +
                           std::to_string(saved.model.component_count()),
                       std::to_string(saved.data.rows_used),
                       fixed_text(saved.fit.log_likelihood, 3),
                       std::to_string(saved.fit.parameter_count), fixed_text(saved.fit.bic, 3),
                       fixed_text(saved.fit.icl, 3), fixed_text(saved.fit.aic, 3),
                       saved.fit.spurious.empty() ? saved.fit.status : "spurious"});
    }
    return table.text("");
}

/// Criteria compare models of the same rows of the same data alone.
bool are_comparable(const std::vector<SavedModel>& models) {
    for (const SavedModel& saved : models) {
        if (saved.data.sha256.empty() || saved.data.sha256 != models.front().data.sha256 ||
            saved.data.rows_used != models.front().data.rows_used ||
            saved.data.features != models.front().data.features)
            return false;
    }
    return true;
}

std::string agreement_text(const std::vector<std::string>& paths,
                           const std::vector<SavedModel>& models, const FitControl& control) {
    std::vector<Labels> labels;
    for (std::size_t i = 0; i < models.size(); ++i)
        labels.push_back(labels_of(paths[i], models[i], control));
    std::string text = "\nAgreement of the classifications (adjusted Rand index):\n";
    std::vector<TextTable::Heading> headings{{"#"}};
    for (std::size_t i = 0; i < models.size(); ++i) headings.push_back({std::to_string(i + 1)});
    TextTable table(headings);
    std::vector<std::string> obstacles;
    for (std::size_t i = 0; i < models.size(); ++i) {
        std::vector<std::string> cells{std::to_string(i + 1)};
        if (!labels[i].obstacle.empty())
            obstacles.push_back("Model " + std::to_string(i + 1) +
                                " has no index: " + labels[i].obstacle + ".\n");
        for (std::size_t j = 0; j < models.size(); ++j) {
            const bool are_known = labels[i].obstacle.empty() && labels[j].obstacle.empty();
            const bool is_same_data = models[i].data.sha256 == models[j].data.sha256;
            if (are_known && !is_same_data && j < i)
                obstacles.push_back("Models " + std::to_string(j + 1) + " and " +
                                    std::to_string(i + 1) + " have no index: their data differ.\n");
            cells.push_back(
                are_known && is_same_data ? fixed_text(agreement(labels[i], labels[j]), 4) : "-");
        }
        table.add_row(std::move(cells));
    }
    text += table.text("");
    for (const std::string& obstacle : obstacles) text += obstacle;
    return text;
}

int compare(const CompareArguments& arguments) {
    std::vector<SavedModel> models;
    for (const std::string& path : arguments.models) models.push_back(read_model_file(path));
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    std::string text = figures_text(arguments.models, models);
    if (!are_comparable(models))
        text +=
            "The models were not fitted to the same rows and features of the same data: their "
            "log-likelihoods and criteria cannot be compared.\n";
    text += agreement_text(arguments.models, models, run_with.control);
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
        ->expected(2, 1000);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli compare two.json three.json");
    command->callback(
        [arguments, &action] { action = [arguments] { return compare(*arguments); }; });
}

}  // namespace mixtura::cli
