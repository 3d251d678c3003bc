// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <memory>

#include "mixtura/common/random.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/sample_table.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "hand_set_arguments.h"
#include "output.h"

namespace mixtura::cli {

namespace {

constexpr std::int64_t row_limit = 1000000000;

struct RowsArguments {
    HandSetArguments mixture;
    std::int64_t rows = 0;
    std::uint64_t seed = 1;
    std::string output;
    bool json = false;
};

int simulate_rows(const RowsArguments& arguments) {
    if (!arguments.output.empty() && arguments.output != "-")
        expect_writable(arguments.output);
    const GaussianMixture model = mixture_of(arguments.mixture);
    RandomStream random(arguments.seed);
    const Sample drawn = sample(model, arguments.rows, random);
    const std::vector<std::string> features = plain_feature_names(model.feature_count());
    write_output(arguments.output, arguments.json ? json_text(sample_json(features, drawn))
                                                  : sample_csv(features, drawn));
    return exit_done;
}

}  // namespace

void add_simulate_rows(CLI::App& simulate, Action& action) {
    auto arguments = std::make_shared<RowsArguments>();
    CLI::App* command = simulate.add_subcommand(
        "rows", "Random rows of a mixture that the options describe, with the component of each");
    add_hand_set_options(*command, arguments->mixture, "The mixture");
    add_number(*command, "--rows", arguments->rows, std::int64_t{1}, row_limit, "Number of rows")
        ->required();
    add_number(*command, "--seed", arguments->seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]");
    add_file(*command, "-o,--output", arguments->output, "File to write [standard output]");
    command->add_flag("--json", arguments->json, "Write a JSON document instead of CSV");
    set_example(
        *command,
        "mixtura-cli simulate rows --components 3 --layout circle --separation 4 --rows 500 "
        "-o rows.csv");
    command->callback(
        [arguments, &action] { action = [arguments] { return simulate_rows(*arguments); }; });
}

}  // namespace mixtura::cli
