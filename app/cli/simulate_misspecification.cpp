// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/study_table.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "hand_set_arguments.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

struct StudyArguments {
    std::string model;
    HandSetArguments mixture;
    MisspecificationOptions study;
    std::string output;
    RunArguments run;
    bool json = false;
};

/// One line for each ratio, one column for each signal-to-noise ratio.
template <class Text>
std::string grid_text(const MisspecificationStudy& study, const Text& text) {
    std::vector<TextTable::Heading> headings{{"tau/sigma"}};
    for (const double snr : study.options.signal_to_noise)
        headings.push_back({"SNR " + exact_text(snr)});
    TextTable table(headings);
    for (std::size_t r = 0; r < study.options.deviation_ratios.size(); ++r) {
        std::vector<std::string> cells{exact_text(study.options.deviation_ratios[r])};
        for (std::size_t s = 0; s < study.options.signal_to_noise.size(); ++s)
            cells.push_back(text(study.cell(r, s)));
        table.add_row(std::move(cells));
    }
    return table.text();
}

std::string figure_text(double value, int decimals) {
    return std::isnan(value) ? "-" : fixed_text(value, decimals);
}

std::string study_text(const MisspecificationStudy& study) {
    const CentreArrangement& arrangement = study.arrangement;
    const MisspecificationOptions& options = study.options;
    constexpr int decimals = 3;
    std::string text =
        std::to_string(arrangement.centres.rows()) +
        " centres, features: " + std::to_string(arrangement.centres.cols()) +
        ", SNR of the mixture itself " + rounded_text(arrangement.signal_to_noise, 4) +
        "; samples in each cell: " + std::to_string(options.replicate_count) + " of " +
        std::to_string(options.row_count) +
        " rows\n\nSeparation of the fitted centres over that of the true ones (1: as they are; "
        "above: "
        "drift outwards; 0: collapse):\n" +
        grid_text(study,
                  [](const StudyCell& cell) { return figure_text(cell.separation, decimals); });
    if (std::ranges::any_of(
            study.cells, [](const StudyCell& cell) { return cell.limit_separation.has_value(); }))
        text +=
            "\nThe same with infinitely many rows:\n" + grid_text(study, [](const StudyCell& cell) {
                return cell.limit_separation ? fixed_text(*cell.limit_separation, decimals) : "-";
            });
    text +=
        "\nMean distance of fitted and true centres, in units of their spread:\n" +
        grid_text(study,
                  [](const StudyCell& cell) { return figure_text(cell.mean_distance, decimals); }) +
        "\nShare of the samples in which centres merged:\n" +
        grid_text(study,
                  [](const StudyCell& cell) { return figure_text(cell.collapsed_share, 2); });
    text += "\nFrom tau/sigma = sqrt(1 + ";
    text += arrangement.leading_share > 1.0 - 1e-9
                ? "SNR)"
                : rounded_text(arrangement.leading_share, 4) + " SNR)";
    text += " upwards, centres that have come together do not part again.\n";
    const auto unconverged = std::ranges::count_if(
        study.cells, [](const StudyCell& cell) { return cell.unconverged_count > 0; });
    if (unconverged > 0)
        text += "In " + std::to_string(unconverged) + " cells some fits had not converged after " +
                std::to_string(options.fit.iteration_limit) + " iterations.\n";
    if (study.cancelled)
        text += "Stopped early: the figures are those of the samples drawn until then.\n";
    return text;
}

int simulate_misspecification(const StudyArguments& arguments) {
    if (arguments.json && arguments.output == "-")
        throw InvalidArgument(
            "Standard output holds one document; leave out --output, or give it the name of a "
            "file.");
    validate(arguments.study);
    if (!arguments.output.empty() && arguments.output != "-")
        expect_writable(arguments.output);
    const GaussianMixture model = arguments.model.empty() ? mixture_of(arguments.mixture)
                                                          : read_model_file(arguments.model).model;
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;
    const MisspecificationStudy study =
        misspecification_study(model, arguments.study, run_with.control);
    progress.clear();
    if (!arguments.output.empty())
        write_output(arguments.output, study_csv(study));
    if (arguments.json)
        write_output("-", json_text(to_json(study)));
    else if (arguments.output != "-")
        write_output("-", study_text(study) +
                              (arguments.output.empty()
                                   ? ""
                                   : "\nWritten: " + display_text(arguments.output, 400) + "\n"));
    return study.cancelled ? exit_cancelled : exit_done;
}

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<double>& target,
                      const std::string& description) {
    return command
        .add_option_function<std::string>(
            name, [&target, name](const std::string& text) { target = numbers_from(name, text); },
            description)
        ->type_name("LIST");
}

}  // namespace

void add_simulate_misspecification(CLI::App& simulate, Action& action) {
    auto arguments = std::make_shared<StudyArguments>();
    MisspecificationOptions& study = arguments->study;
    CLI::App* command = simulate.add_subcommand(
        "misspecification",
        "What a wrong standard deviation does to the centres: fitted with tau where sigma is true, "
        "over a grid of signal-to-noise ratios and of tau/sigma");
    CLI::Option* model = command->add_option(
        "MODEL", arguments->model, "Model file whose centres are taken, or describe a mixture");
    add_hand_set_options(*command, arguments->mixture, "The mixture, in place of MODEL");
    for (CLI::Option* option : arguments->mixture.options) model->excludes(option);
    add_list(*command, "--signal-to-noise", study.signal_to_noise,
             "Mean squared distance of the centres from their mean over sigma^2 "
             "[0.1,0.25,0.5,1,2,4,10]");
    add_list(*command, "--deviation-ratios", study.deviation_ratios,
             "tau/sigma, assumed over true standard deviation; 0 is hard assignment, k-means "
             "[0,0.5,0.75,0.9,1,1.1,1.25,1.5,2]");
    add_number(*command, "--rows", study.row_count, study_row_least, study_row_limit,
               "Rows of each sample [1000]");
    add_number(*command, "--replicates", study.replicate_count, 1, study_replicate_limit,
               "Samples of each cell [20]");
    add_number(*command, "--seed", study.seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]");
    add_file(*command, "-o,--output", arguments->output, "Write CSV, one line for each cell");
    command->add_flag("--json", arguments->json, "Print a JSON document instead of tables");
    add_run_options(*command, arguments->run);
    set_example(*command,
                "mixtura-cli simulate misspecification --signal-to-noise 0.5,1,2,4 "
                "--deviation-ratios 0.5,1,1.5 -o study.csv");
    command->callback([arguments, &action] {
        action = [arguments] { return simulate_misspecification(*arguments); };
    });
}

}  // namespace mixtura::cli
