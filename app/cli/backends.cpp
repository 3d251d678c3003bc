// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/backend_list.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
    return text;
}

int list_all_backends() {
    TextTable table({{"backend", TextTable::Align::left},
                     {"device", TextTable::Align::left},
                     {"driver", TextTable::Align::left},
                     {"operations", TextTable::Align::left},
                     {"file", TextTable::Align::left}});
    std::string refusals;
    for (const compute::BackendDescription& backend : compute::list_backends()) {
        const std::string name = display_text(backend.name);
        if (!backend.refusal.empty()) {
            const std::string file =
                backend.file.empty() ? "" : " (" + display_text(backend.file, 200) + ")";
            refusals +=
                "Refused: " + name + file + ": " + display_text(backend.refusal, 400) + "\n";
            continue;
        }
        for (std::size_t i = 0; i < backend.devices.size(); ++i) {
            const compute::DeviceDescription& device = backend.devices[i];
            table.add_row({i == 0 ? name : name + ":" + std::to_string(i),
                           display_text(device.name), display_text(device.driver),
                           joined(device.operations),
                           backend.file.empty() ? "built in" : display_text(backend.file, 200)});
        }
    }
    write_output("-", table.text("") + refusals);
    return exit_done;
}

}  // namespace

void add_backends(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand(
        "backends", "Every backend found or refused, with the reason, and its devices");
    set_example(*command, "mixtura-cli backends");
    command->callback([&action] { action = list_all_backends; });
}

}  // namespace mixtura::cli
