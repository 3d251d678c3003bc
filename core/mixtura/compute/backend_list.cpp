// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/backend_list.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <utility>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

#include "mixtura/common/error.h"

namespace mixtura::compute {

namespace {

namespace fs = std::filesystem;

/// A description with the table it describes.
struct Found {
    BackendDescription description;
    const mxt_api* api = nullptr;  ///< null where the backend is refused
};

using Names = std::vector<std::pair<std::uint32_t, const char*>>;

std::vector<std::string> names_of(std::uint64_t bits, const Names& names) {
    std::vector<std::string> result;
    for (const auto& [bit, name] : names)
        if ((bits & bit) != 0)
            result.emplace_back(name);
    return result;
}

DeviceDescription describe(const Backend& backend) {
    const mxt_device_info& info = backend.info();
    DeviceDescription device;
    device.name = backend.device_name();
    device.driver = backend.driver();
    device.operations = names_of(info.ops_f64 | info.ops_mixed, {{MXT_OP_GMM, "gmm"},
                                                                 {MXT_OP_SCORE, "score"},
                                                                 {MXT_OP_KMEANS, "kmeans"},
                                                                 {MXT_OP_MINDIST, "mindist"},
                                                                 {MXT_OP_MOE, "moe"},
                                                                 {MXT_OP_GRAM_APPLY, "gram-apply"},
                                                                 {MXT_OP_AFFINITY, "affinity"}});
    device.covariances =
        names_of(info.cov_f64 | info.cov_mixed, {{1U << MXT_COV_FULL, "full"},
                                                 {1U << MXT_COV_TIED, "tied"},
                                                 {1U << MXT_COV_DIAG, "diagonal"},
                                                 {1U << MXT_COV_SPHERICAL, "spherical"}});
    device.memory_bytes = info.mem_total;
    return device;
}

/// Checks a table as far as can be without giving it work.
void examine(Found& found, const mxt_api& api) {
    BackendDescription& description = found.description;
    try {
        require_usable(api);
        description.name = api.id;
        description.version = api.version;
        description.license = api.license;
        std::uint32_t count = 0;
        mxt_error error{};
        if (api.device_count(&count, &error) != MXT_OK || count == 0) {
            description.refusal =
                error.text[0] != '\0' ? error.text : "It finds no device on this machine.";
            return;
        }
        for (std::uint32_t device = 0; device < count; ++device)
            description.devices.push_back(describe(Backend(api, device)));
        found.api = &api;
    } catch (const Error& error) {
        description.refusal = error.what();
    }
}

/// What the dynamic linker said, out of Boost's longer text.
std::string linker_message(const std::string& what) {
    const std::string opening = "dlerror system message: ";
    const std::size_t begin = what.find(opening);
    if (begin == std::string::npos)
        return what;
    std::string message = what.substr(begin + opening.size());
    if (const std::size_t end = message.rfind("):"); end != std::string::npos)
        message.resize(end);
    return message;
}

Found load(const fs::path& file) {
    namespace dll = boost::dll;
    Found found;
    found.description.file = file.string();
    found.description.name = file.filename().string();
    try {
        // NODELETE: drivers of devices do not survive being unloaded.
        const auto mode = dll::load_mode::rtld_now | dll::load_mode::rtld_local |
                          static_cast<dll::load_mode::type>(RTLD_NODELETE);
        const dll::shared_library library(file, mode);
        if (!library.has(MXT_ENTRY_NAME)) {
            found.description.refusal =
                "It is no mixtura backend: it does not export " MXT_ENTRY_NAME ".";
            return found;
        }
        const mxt_api* api =
            library.get<const mxt_api*(std::uint32_t)>(MXT_ENTRY_NAME)(MXT_ABI_MAJOR);
        if (api == nullptr)
            found.description.refusal =
                "It was built for another version of the backend interface; this program needs "
                "version " +
                std::to_string(MXT_ABI_MAJOR) + ".";
        else
            examine(found, *api);
    } catch (const std::exception& error) {
        found.description.refusal = linker_message(error.what());
    }
    return found;
}

/// mixtura-backend-*.so of a directory, by name; none where there is no such directory.
std::vector<fs::path> plugin_files(const fs::path& directory) {
    std::vector<fs::path> files;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, none)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("mixtura-backend-") && name.ends_with(".so"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<Found> find_backends(const std::vector<fs::path>& directories) {
    std::vector<Found> all(1);
    examine(all.front(), cpu_backend().api());
    for (const fs::path& directory : directories)
        for (const fs::path& file : plugin_files(directory)) {
            Found found = load(file);
            const auto same = std::find_if(all.begin(), all.end(), [&](const Found& other) {
                return other.api != nullptr && other.description.name == found.description.name;
            });
            if (found.api != nullptr && same != all.end()) {
                found.api = nullptr;
                found.description.refusal =
                    "There is a backend of this name already: " +
                    (same->description.file.empty() ? "it is part of this program."
                                                    : same->description.file + ".");
            }
            all.push_back(std::move(found));
        }
    return all;
}

}  // namespace

std::vector<fs::path> backend_directories() {
    std::vector<fs::path> directories;
    if (const char* path = std::getenv("MIXTURA_BACKEND_PATH"); path != nullptr) {
        std::istringstream parts(path);
        for (std::string part; std::getline(parts, part, ':');)
            if (!part.empty())
                directories.emplace_back(part);
    }
    std::error_code unknown;
    const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
    if (!unknown)
        directories.push_back(
            (program.parent_path() / MIXTURA_BACKENDS_FROM_PROGRAM).lexically_normal());
    return directories;
}

std::vector<BackendDescription> list_backends(const std::vector<fs::path>& directories) {
    std::vector<BackendDescription> descriptions;
    for (Found& found : find_backends(directories))
        descriptions.push_back(std::move(found.description));
    return descriptions;
}

Backend backend_named(std::string_view name, const std::vector<fs::path>& directories) {
    const std::string_view id = name.substr(0, name.find(':'));
    std::uint32_t device = 0;
    bool understood = true;
    if (id.size() < name.size()) {
        const std::string_view number = name.substr(id.size() + 1);
        const auto [end, code] =
            std::from_chars(number.data(), number.data() + number.size(), device);
        understood = code == std::errc() && end == number.data() + number.size();
    }
    std::string available;
    std::string reason;
    for (const Found& found : find_backends(directories)) {
        const BackendDescription& description = found.description;
        if (found.api != nullptr) {
            available += (available.empty() ? "" : ", ") + description.name;
            if (description.name == id && understood && device < description.devices.size())
                return Backend(*found.api, device);
            if (description.name == id)
                reason = " It has " + std::to_string(description.devices.size()) +
                         " device(s), numbered from 0.";
        } else if (description.name == id) {
            reason = " " + description.refusal;
        }
    }
    throw BackendError("The backend " + std::string(name) + " is not available." + reason +
                       " There is: " + available + ".");
}

}  // namespace mixtura::compute
