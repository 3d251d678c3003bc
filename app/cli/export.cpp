// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "mixtura/io/export_model.h"
#include "mixtura/io/model_file.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"

namespace mixtura::cli {

namespace {

struct ExportArguments {
    std::string model;
    std::string format;
    std::string output;
};

}  // namespace

void add_export(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command =
        app.add_subcommand("export", "A model as a program or document that stands alone");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    command
        ->add_option("--format", arguments->format,
                     "json; r, python or cpp: log density, responsibilities and classification; "
                     "pmml: responsibilities and classification")
        ->required();
    add_file(*command, "-o,--output", arguments->output, "File to write [standard output]");
    set_example(*command, "mixtura-cli export model.json --format python -o model.py");
    command->callback([arguments, &action] {
        action = [arguments] {
            const ExportFormat format = export_format_from(arguments->format);
            write_output(arguments->output,
                         export_model(read_model_file(arguments->model), format));
            return exit_done;
        };
    });
}

}  // namespace mixtura::cli
