// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>

#include "mixtura/common/random.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

constexpr std::int64_t row_limit = 1000000000;

struct SampleArguments {
    std::string model;
    std::int64_t rows = 0;
    std::uint64_t seed = 1;
    std::string output;
    bool json = false;
};

/// A name for the column of components that is not one of the features.
std::string component_column(const std::vector<std::string>& features) {
    std::string name = "component";
    while (std::find(features.begin(), features.end(), name) != features.end()) name += "_";
    return name;
}

std::string sample_csv(const SavedModel& saved, const Sample& drawn) {
    std::string text;
    for (const std::string& name : saved.data.features) text += csv_field(name) + ",";
    text += csv_field(component_column(saved.data.features)) + "\n";
    for (Eigen::Index i = 0; i < drawn.observations.rows(); ++i) {
        for (Eigen::Index j = 0; j < drawn.observations.cols(); ++j)
            text += exact_text(drawn.observations(i, j)) + ",";
        text += std::to_string(drawn.components[static_cast<std::size_t>(i)] + 1) + "\n";
    }
    return text;
}

json sample_json(const SavedModel& saved, const Sample& drawn) {
    json observations = json::array();
    json components = json::array();
    for (Eigen::Index i = 0; i < drawn.observations.rows(); ++i) {
        json row = json::array();
        for (const double value : drawn.observations.row(i)) row.push_back(value);
        observations.push_back(std::move(row));
        components.push_back(drawn.components[static_cast<std::size_t>(i)] + 1);
    }
    return {{"features", saved.data.features},
            {"observations", std::move(observations)},
            {"components", std::move(components)}};
}

int sample_rows(const SampleArguments& arguments) {
    const bool writes_file = !arguments.output.empty() && arguments.output != "-";
    if (writes_file)
        expect_writable(arguments.output);
    const SavedModel saved = read_model_file(arguments.model);
    RandomStream random(arguments.seed);
    const Sample drawn = sample(saved.model, arguments.rows, random);
    write_output(arguments.output,
                 arguments.json ? json_text(sample_json(saved, drawn)) : sample_csv(saved, drawn));
    return exit_done;
}

}  // namespace

void add_sample(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<SampleArguments>();
    CLI::App* command =
        app.add_subcommand("sample", "Random rows of a model, with the component of each");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    add_number(*command, "--rows", arguments->rows, std::int64_t{1}, row_limit, "Number of rows")
        ->required();
    add_number(*command, "--seed", arguments->seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]");
    add_file(*command, "-o,--output", arguments->output, "File to write [standard output]");
    command->add_flag("--json", arguments->json, "Write a JSON document instead of CSV");
    set_example(*command, "mixtura-cli sample model.json --rows 1000 -o simulated.csv");
    command->callback(
        [arguments, &action] { action = [arguments] { return sample_rows(*arguments); }; });
}

}  // namespace mixtura::cli
