// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "mixtura/compute/backend_list.h"
#include "mixtura/io/json_text.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "output.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
    return text;
}

std::string backends_text(const std::vector<compute::BackendDescription>& backends) {
    TextTable table({{"backend", TextTable::Align::left},
                     {"device", TextTable::Align::left},
                     {"driver", TextTable::Align::left},
                     {"operations", TextTable::Align::left},
                     {"file", TextTable::Align::left}});
    std::string refusals;
    for (const compute::BackendDescription& backend : backends) {
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
    return table.text("") + refusals;
}

json backends_json(const std::vector<compute::BackendDescription>& backends) {
    json entries = json::array();
    for (const compute::BackendDescription& backend : backends) {
        json devices = json::array();
        for (const compute::DeviceDescription& device : backend.devices)
            devices.push_back({{"name", device.name},
                               {"driver", device.driver},
                               {"operations", device.operations},
                               {"covariances", device.covariances},
                               {"memory_bytes", device.memory_bytes}});
        entries.push_back({{"name", backend.name},
                           {"version", backend.version},
                           {"license", backend.license},
                           {"file", backend.file},
                           {"refusal", backend.refusal},
                           {"devices", std::move(devices)}});
    }
    return {{"backends", std::move(entries)}};
}

}  // namespace

void add_backends(CLI::App& app, Action& action) {
    auto as_json = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand(
        "backends", "Every backend found or refused, with the reason, and its devices");
    command->add_flag("--json", *as_json, "Print a JSON document");
    set_example(*command, "mixtura-cli backends");
    command->callback([as_json, &action] {
        action = [as_json] {
            const auto backends = compute::list_backends();
            write_output("-",
                         *as_json ? json_text(backends_json(backends)) : backends_text(backends));
            return exit_done;
        };
    });
}

}  // namespace mixtura::cli
