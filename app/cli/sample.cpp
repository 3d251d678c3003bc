// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "mixtura/common/random.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"

namespace mixtura::cli {

namespace {

struct SampleArguments {
    std::string model;
    std::int64_t rows = 0;
    std::uint64_t seed = 1;
    std::string output;
};

/// A name for the column of components that is not one of the features.
std::string component_column(const std::vector<std::string>& features) {
    std::string name = "component";
    while (std::find(features.begin(), features.end(), name) != features.end()) name += "_";
    return name;
}

int sample_rows(const SampleArguments& arguments) {
    const SavedModel saved = read_model_file(arguments.model);
    RandomStream random(arguments.seed);
    const Sample drawn = sample(saved.model, arguments.rows, random);
    std::string text;
    for (const std::string& name : saved.data.features) text += csv_field(name) + ",";
    text += csv_field(component_column(saved.data.features)) + "\n";
    for (Eigen::Index i = 0; i < drawn.observations.rows(); ++i) {
        for (Eigen::Index j = 0; j < drawn.observations.cols(); ++j)
            text += exact_text(drawn.observations(i, j)) + ",";
        text += std::to_string(drawn.components[static_cast<std::size_t>(i)] + 1) + "\n";
    }
    write_output(arguments.output, text);
    return exit_done;
}

}  // namespace

void add_sample(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<SampleArguments>();
    CLI::App* command =
        app.add_subcommand("sample", "Random rows of a model, with the component of each");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    command->add_option("--rows", arguments->rows, "Number of rows")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000000000}));
    command->add_option("--seed", arguments->seed, "Seed of the random numbers [1]")
        ->check(CLI::NonNegativeNumber);
    command->add_option("-o,--output", arguments->output, "CSV file to write [standard output]");
    set_example(*command, "mixtura-cli sample model.json --rows 1000 -o simulated.csv");
    command->callback(
        [arguments, &action] { action = [arguments] { return sample_rows(*arguments); }; });
}

}  // namespace mixtura::cli
