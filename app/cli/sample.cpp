// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <memory>

#include "mixtura/common/random.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/sample_table.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"

namespace mixtura::cli {

namespace {

constexpr std::int64_t row_limit = 1000000000;

struct SampleArguments {
    std::string model;
    std::int64_t rows = 0;
    std::uint64_t seed = 1;
    std::string output;
    bool json = false;
};

int sample_rows(const SampleArguments& arguments) {
    const bool writes_file = !arguments.output.empty() && arguments.output != "-";
    if (writes_file)
        expect_writable(arguments.output);
    const SavedModel saved = read_model_file(arguments.model);
    RandomStream random(arguments.seed);
    const Sample drawn = sample(saved.model, arguments.rows, random);
    write_output(arguments.output, arguments.json
                                       ? json_text(sample_json(saved.data.features, drawn))
                                       : sample_csv(saved.data.features, drawn));
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
