// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "mixtura/common/version.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"

namespace {

/// One line, whatever the parser says.
std::string one_line(std::string text) {
    for (char& c : text) {
        if (c == '\n')
            c = ' ';
    }
    return text;
}

int parse_and_run(int argc, char** argv) {
    using namespace mixtura::cli;
    CLI::App app("Statistical mixture modelling from the command line.", "mixtura-cli");
    app.set_version_flag("--version", std::string("mixtura-cli ") + mixtura::version);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    app.footer(
        "Exit status: 0 done, 1 the fit failed, 2 wrong usage, 3 the data cannot be used, "
        "4 backend or file trouble, 130 cancelled.\n\nExample:\n"
        "  mixtura-cli fit gmm faithful.csv --components 1:9 -o model.json");
    Action action;
    add_inspect(app, action);
    CLI::App* fit = app.add_subcommand("fit", "Fit a model to data");
    fit->require_subcommand(1);
    set_example(*fit, "mixtura-cli fit gmm faithful.csv");
    add_fit_gmm(*fit, action);
    add_predict(app, action);
    add_sample(app, action);
    add_compare(app, action);
    add_export(app, action);
    add_backends(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {  // --help, --version
        return app.exit(wish);
    } catch (const CLI::ParseError& error) {
        std::cerr << "mixtura-cli: " << one_line(error.what())
                  << " (mixtura-cli --help and the --help of each command list what there is).\n";
        return exit_usage;
    }
    return action();
}

}  // namespace

int main(int argc, char** argv) {
    return mixtura::cli::guarded([&] { return parse_and_run(argc, argv); });
}
