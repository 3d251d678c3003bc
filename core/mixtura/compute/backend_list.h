// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/compute/backend.h"

namespace mixtura::compute {

/// A device of a backend, in words.
struct DeviceDescription {
    std::string name;                      ///< the processor's own name
    std::string driver;                    ///< of a CPU its instruction set level, "x86-64-v4"
    std::vector<std::string> operations;   ///< "gmm", "score", ...
    std::vector<std::string> covariances;  ///< "full", "diagonal", ...
    std::uint64_t memory_bytes = 0;        ///< 0: not stated
};

/// A backend that was found, whether or not it can be used.
struct BackendDescription {
    std::string name;     ///< "cpu", "opencl", ...; of a file that does not load, its file name
    std::string version;  ///< empty where it does not load
    std::string license;
    std::string file;  ///< empty: part of this program
    std::vector<DeviceDescription> devices;
    std::string refusal;  ///< not empty: it cannot be used; says why, in a sentence
};

/// Where plugins are sought: the directories of the environment variable MIXTURA_BACKEND_PATH,
/// separated by colons, then <prefix>/lib/mixtura/backends of the running program.
std::vector<std::filesystem::path> backend_directories();

/// The built-in CPU engine, then the plugins mixtura-backend-*.so of the directories, in the order
/// of their names. Never throws for a plugin: what is wrong with one stands in its description.
/// A plugin that was loaded once stays loaded.
std::vector<BackendDescription> list_backends(
    const std::vector<std::filesystem::path>& directories = backend_directories());

/// The backend of that name ("cpu", "opencl", "opencl:1" for its second device).
/// @throw BackendError  there is none that can be used; says why and lists those there are
Backend backend_named(std::string_view name, const std::vector<std::filesystem::path>& directories =
                                                 backend_directories());

}  // namespace mixtura::compute
