// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <CLI/CLI.hpp>

#include "mixtura/common/version.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "usage.h"

namespace {

int parse_and_run(int argc, char** argv) {
    using namespace mixtura::cli;
    CLI::App app("Statistical mixture modelling from the command line.", "mixtura-cli");
    app.set_version_flag("--version", std::string("mixtura-cli ") + mixtura::version);
    app.get_formatter()->column_width(34);
    app.footer(
        "Exit status: 0 done, 1 the fit failed, 2 wrong usage, 3 the data cannot be used, "
        "4 backend or file trouble, 130 cancelled.\n\nExample:\n"
        "  mixtura-cli fit gmm faithful.csv --components 1:9 -o model.json");
    Action action;
    add_inspect(app, action);
    CLI::App* fit = app.add_subcommand("fit", "Fit a model to data");
    set_example(*fit, "mixtura-cli fit gmm faithful.csv");
    add_fit_gmm(*fit, action);
    add_fit_moe(*fit, action);
    add_fit_incremental(*fit, action);
    add_fit_sdp(*fit, action);
    add_predict(app, action);
    add_explain(app, action);
    add_sample(app, action);
    CLI::App* simulate =
        app.add_subcommand("simulate", "Draw from mixtures that are described, not fitted");
    set_example(*simulate, "mixtura-cli simulate rows --components 3 --rows 500 -o rows.csv");
    add_simulate_rows(*simulate, action);
    add_simulate_misspecification(*simulate, action);
    add_compare(app, action);
    add_export(app, action);
    add_report(app, action);
    add_merge(app, action);
    add_backends(app, action);
    try {
        parse(app, argc, argv);
    } catch (const CLI::Success& wish) {  // --help, --version
        return app.exit(wish);
    }
    return action();
}

}  // namespace

int main(int argc, char** argv) {
    return mixtura::cli::guarded([&] { return parse_and_run(argc, argv); });
}
