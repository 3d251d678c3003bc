// SPDX-License-Identifier: Apache-2.0
#include "cli_program.h"

#include <sstream>
#include <stdexcept>

namespace mixtura::test {

ProcessResult cli(const std::vector<std::string>& arguments, const ProcessOptions& options) {
    std::vector<std::string> command{std::string(MIXTURA_BINARY_DIR) + "/mixtura-cli"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_process(command, options);
}

std::string fitted_model(const TemporaryFolder& folder, const std::string& name,
                         const std::string& data, const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"fit", "gmm", data, "-o", folder.file(name)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const ProcessResult result = cli(arguments);
    if (result.status != 0)
        throw std::runtime_error("mixtura-cli fit gmm: " + result.err);
    return folder.file(name);
}

std::vector<std::vector<std::string>> fields(const std::string& csv) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> row(1);
        for (const char c : line) {
            if (c == ',')
                row.emplace_back();
            else if (c != '\r' && c != '"')
                row.back() += c;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

nlohmann::json without_seconds(nlohmann::json document) {
    document["fit"].erase("seconds");
    for (auto& record : document["selection"]) record.erase("seconds");
    return document;
}

std::string schema_problem(const std::string& model_path) {
    static const bool has_validator =
        run_process({"/usr/bin/python3", "-c", "import jsonschema"}).status == 0;
    if (!has_validator)
        return "skip: /usr/bin/python3 has no module jsonschema";
    const ProcessResult result = run_process(
        {"/usr/bin/python3", "-c",
         "import json, sys, jsonschema\n"
         "jsonschema.validate(json.load(open(sys.argv[1], encoding='utf-8')),"
         " json.load(open(sys.argv[2], encoding='utf-8')))",
         model_path, std::string(MIXTURA_RESOURCES_DIR) + "/schema/mixtura-model.schema.json"});
    return result.status == 0 ? "" : "does not fit the schema: " + result.err;
}

}  // namespace mixtura::test
