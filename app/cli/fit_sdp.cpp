// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/io/sdp_model_file.h"
#include "mixtura/io/sha256.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/standardisation.h"
#include "mixtura/sdp/sdp_clustering.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

struct SdpArguments {
    std::string data;
    ImportArguments import;
    RunArguments run;
    std::optional<std::string> columns;
    std::string exclude;
    std::string missing_rows = "drop";
    std::string standardise = "none";
    SdpOptions sdp;
    std::string output;
    std::string assignments;
    bool json = false;
};

/// The columns named, or else every numeric one that is not excluded.
std::vector<std::size_t> feature_columns(const SdpArguments& arguments, const DataSet& data) {
    std::vector<std::size_t> excluded;
    for (const std::string& name : list_from(arguments.exclude))
        excluded.push_back(data.column_index(name));
    const auto is_excluded = [&](std::size_t index) {
        return std::ranges::find(excluded, index) != excluded.end();
    };
    std::vector<std::size_t> features;
    for (const std::string& name : list_from(arguments.columns.value_or(""))) {
        const std::size_t index = data.column_index(name);
        if (std::ranges::find(features, index) != features.end())
            throw InvalidArgument("Column '" + display_text(name) +
                                  "' is named twice as a feature.");
        if (!is_excluded(index))
            features.push_back(index);
    }
    if (!arguments.columns) {
        for (std::size_t j = 0; j < data.columns().size(); ++j)
            if (data.column(j).is_numeric() && !is_excluded(j))
                features.push_back(j);
    }
    if (features.empty())
        throw DataError("'" + data.source() +
                            "' has no numeric column that is a feature; name "
                            "some by --columns.",
                        {.file = data.source(), .column_name = {}, .cell = {}});
    return features;
}

std::string bound_text(const SdpFit& fit) {
    if (!fit.lower_bound)
        return "There is no proved lower bound, so nothing is known about better partitions" +
               std::string(fit.status == FitStatus::cancelled ? "; the work was cancelled.\n"
                                                              : "; --certificate works one out.\n");
    const std::string bound = "Proved lower bound: " + rounded_text(*fit.lower_bound, 9) + ".\n";
    if (fit.certificate == SdpCertificate::proved)
        return bound +
               "Certificate: proved. No partition into as many clusters has a sum of squares that "
               "is lower by more than one part in a million.\n";
    return bound +
           "Certificate: gap. A better partition may exist, but its sum of squares is at "
           "most " +
           rounded_text(100.0 * fit.relative_gap, 3) + " % lower.\n";
}

std::string summary_text(const SavedSdpClustering& saved, const SdpArguments& arguments) {
    const SdpFit& fit = saved.fit;
    std::string text = display_text(arguments.data, 200) + ": " +
                       std::to_string(saved.data.rows_used) + " of " +
                       std::to_string(saved.data.rows) + " rows, " +
                       std::to_string(saved.data.features.size()) + " features\n\n";
    text += "SDP clustering (" + std::string(to_string(arguments.sdp.method)) +
            "): " + std::to_string(fit.means.rows()) + " clusters; " +
            std::string(to_string(fit.status)) + " after " + std::to_string(fit.iterations) +
            " iterations.\n";
    text += "Within-cluster sum of squares: " + rounded_text(fit.objective, 9) +
            (saved.data.transform.empty() ? "" : " (of the standardised features)") +
            "; the best of " + std::to_string(kmeans_start_count) +
            " K-means starts: " + rounded_text(fit.kmeans_objective, 9) + ".\n";
    if (std::isfinite(fit.relaxation_value))
        text += "Value of the relaxation: " + rounded_text(fit.relaxation_value, 9) + ".\n";
    text += bound_text(fit) + "\n";
    std::vector<TextTable::Heading> headings{{"cluster"}, {"rows"}};
    for (const std::string& name : saved.data.features)
        headings.push_back({"mean " + display_text(name, 30)});
    TextTable table(std::move(headings));
    for (Eigen::Index k = 0; k < fit.means.rows(); ++k) {
        std::vector<std::string> cells{
            std::to_string(k + 1),
            std::to_string(std::ranges::count(fit.classification, static_cast<std::int32_t>(k)))};
        for (Eigen::Index j = 0; j < fit.means.cols(); ++j)
            cells.push_back(rounded_text(fit.means(k, j), 5));
        table.add_row(std::move(cells));
    }
    text += table.text();
    for (const std::string& path : {arguments.output, arguments.assignments})
        if (!path.empty())
            text += "Written: " + display_text(path, 400) + "\n";
    return text;
}

std::string classification_csv(const FeatureTable& table, const SdpFit& fit) {
    std::string text = "row,classification\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i)
        text += std::to_string(table.rows[i] + 1) + "," +
                std::to_string(fit.classification[i] + 1) + "\n";
    return text;
}

nlohmann::json options_json(const SdpArguments& arguments) {
    const SdpOptions& sdp = arguments.sdp;
    return {{"component_count", sdp.component_count},
            {"method", std::string(to_string(sdp.method))},
            {"certificate", sdp.has_certificate},
            {"tolerance", sdp.tolerance},
            {"iteration_limit", sdp.iteration_limit},
            {"run_count", sdp.run_count},
            {"seed", sdp.seed},
            {"missing_rows", arguments.missing_rows},
            {"standardise", arguments.standardise},
            {"import", to_json(csv_options(arguments.import))}};
}

/// The clustering of the table; what the core refuses about the rows is said with the file's name.
SdpFit clustered(const SdpArguments& arguments, const FeatureTable& table,
                 const Standardisation& scales, const FitControl& control) {
    try {
        SdpFit fit =
            fit_sdp(scales.is_identity() ? table.observations : scales.apply(table.observations),
                    arguments.sdp, control);
        if (!scales.is_identity())
            fit.means = (fit.means * scales.scale.asDiagonal()).rowwise() + scales.centre;
        return fit;
    } catch (const InvalidArgument& error) {
        throw DataError("'" + arguments.data + "': " + error.what(),
                        {.file = arguments.data, .column_name = {}, .cell = {}});
    }
}

int fit(const SdpArguments& asked) {
    SdpArguments arguments = asked;
    arguments.output = output_path(asked.output);
    arguments.assignments = output_path(asked.assignments);
    const std::string standard_output = output_path("-");
    if (arguments.columns && list_from(*arguments.columns).empty())
        throw InvalidArgument("--columns names no column; leave it out to use all numeric ones.");
    if (arguments.json && arguments.assignments == standard_output)
        throw InvalidArgument(
            "Standard output holds one thing: the JSON document of --json, or one table. Give "
            "--assignments the name of a file.");
    const MissingRows missing = complete_rows_from(arguments.missing_rows, "fit sdp");
    const Standardise standardise = standardise_from(arguments.standardise);
    const CsvOptions import_options = csv_options(arguments.import);
    expect_outputs({arguments.output, arguments.assignments}, {{arguments.data, "data file"}});

    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    ProgressLine progress(arguments.run.quiet);
    run_with.control.stop = interrupt.token();
    run_with.control.observer = &progress;
    const auto begin = std::chrono::steady_clock::now();
    const ImportResult import = import_data(arguments.data, import_options, run_with.control);
    const FeatureTable table =
        feature_table(import.data, feature_columns(arguments, import.data), -1, missing);
    const Standardisation scales = standardisation(table, standardise);

    SavedSdpClustering saved;
    saved.fit = clustered(arguments, table, scales, run_with.control);
    progress.clear();
    saved.data = {.source = arguments.data,
                  .sha256 = arguments.data == "-" ? std::string() : file_sha256(arguments.data, {}),
                  .rows = import.data.row_count(),
                  .rows_used = table.observations.rows(),
                  .features = table.names,
                  .transform = scales.to_json()};
    saved.options = options_json(arguments);
    saved.rows_dropped = table.rows_dropped;
    saved.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

    if (!arguments.output.empty())
        write_model_file(arguments.output, saved);
    if (!arguments.assignments.empty())
        write_output(arguments.assignments, classification_csv(table, saved.fit));
    if (arguments.json && arguments.output != standard_output)
        write_output("-", json_text(to_json(saved)));
    else if (!arguments.json && arguments.output != standard_output &&
             arguments.assignments != standard_output)
        write_output("-", summary_text(saved, arguments));
    return saved.fit.status == FitStatus::cancelled ? exit_cancelled : exit_done;
}

void set_method(const std::string& name, SdpOptions& options) {
    if (name == "likelihood-adjusted")
        throw InvalidArgument(
            "--method likelihood-adjusted is not available: use peng-wei or low-rank.");
    options.method = sdp_method_from(display_text(name));
}

void add_options(CLI::App& command, SdpArguments& arguments) {
    SdpOptions& sdp = arguments.sdp;
    add_number(command, "--components", sdp.component_count, 1, std::numeric_limits<int>::max(),
               "Number of clusters")
        ->required();
    command
        .add_option_function<std::string>(
            "--method", [&sdp](const std::string& name) { set_method(name, sdp); },
            "Relaxation: peng-wei (convex, with a proved lower bound, up to 2000 rows) or low-rank "
            "(any number of rows) [peng-wei]")
        ->type_name("NAME");
    command.add_flag("--certificate", sdp.has_certificate,
                     "Of low-rank: work out a proved lower bound, up to 2000 rows; peng-wei always "
                     "does");
    add_number(command, "--starts", sdp.run_count, 1, 10000, "Of low-rank: random starts [5]");
    add_number(command, "--seed", sdp.seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]");
    add_number(command, "--max-iterations", sdp.iteration_limit, 1, std::numeric_limits<int>::max(),
               "Most iterations of the relaxation [3000]");
    add_number(command, "--tolerance", sdp.tolerance, 1e-12, 0.1,
               "Relative residual at which the relaxation is solved [1e-6]");
    add_refused(
        command, "--sketch",
        "--sketch is not available: use --method low-rank, which takes any number of rows.");
    command.add_option("--columns", arguments.columns,
                       "Features, by name or 1-based position [all numeric columns]");
    command.add_option("--exclude", arguments.exclude, "Columns that are not features");
    command.add_option("--missing-rows", arguments.missing_rows,
                       "Rows with a missing feature: drop or error [drop]");
    command.add_option("--standardise", arguments.standardise,
                       "Scale the features: none, zscore or robust; means are in the data's own "
                       "units, sums of squares of the scaled features [none]");
    add_file(command, "-o,--output", arguments.output, "Write the clustering (JSON)");
    add_file(command, "--assignments", arguments.assignments, "Write the classification (CSV)");
    command.add_flag("--json", arguments.json, "Print the model file instead of the summary");
}

}  // namespace

void add_fit_sdp(CLI::App& fit_command, Action& action) {
    auto arguments = std::make_shared<SdpArguments>();
    CLI::App* command = fit_command.add_subcommand(
        "sdp", "K-means clusters by semidefinite relaxation, with a proved lower bound");
    command->add_option("DATA", arguments->data, "CSV file, or - for standard input")->required();
    add_options(*command, *arguments);
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli fit sdp iris.csv --components 3 -o clusters.json");
    command->callback([arguments, &action] { action = [arguments] { return fit(*arguments); }; });
}

}  // namespace mixtura::cli
