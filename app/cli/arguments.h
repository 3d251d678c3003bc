// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "mixtura/common/fit_control.h"
#include "mixtura/compute/backend.h"
#include "mixtura/io/csv.h"

namespace mixtura::cli {

/// Adds an option that takes a whole number (or where `Number` is double, any) in a range; what
/// is wrong with a value is said under the option's name.
template <class Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, Number& target, Number least,
                        Number greatest, const std::string& description);
extern template CLI::Option* add_number(CLI::App&, const std::string&, int&, int, int,
                                        const std::string&);
extern template CLI::Option* add_number(CLI::App&, const std::string&, std::int64_t&, std::int64_t,
                                        std::int64_t, const std::string&);
extern template CLI::Option* add_number(CLI::App&, const std::string&, std::uint64_t&,
                                        std::uint64_t, std::uint64_t, const std::string&);
extern template CLI::Option* add_number(CLI::App&, const std::string&, double&, double, double,
                                        const std::string&);

/// Adds an option that names a file; the name may not be empty.
CLI::Option* add_file(CLI::App& command, const std::string& name, std::string& target,
                      const std::string& description);

/// Adds an option of the public interface that this command has not: hidden from the help, and
/// refused with `sentence`.
void add_refused(CLI::App& command, const std::string& name, const std::string& sentence);

/// The options that say how a data file is read, as text.
struct ImportArguments {
    std::optional<std::string> delimiter;
    std::optional<std::string> decimal;
    std::optional<std::string> grouping;
    std::optional<std::string> quote;
    std::optional<std::string> comment;
    std::optional<std::string> encoding;
    std::optional<std::string> missing;
    std::optional<std::string> column_missing;
    std::optional<std::string> types;
    std::string bad_cells = "error";
    bool header = false;
    bool no_header = false;
    int skip = 0;
};
void add_import_options(CLI::App& command, ImportArguments& arguments);
/// @throw InvalidArgument  names the value and the choices
CsvOptions csv_options(const ImportArguments& arguments);

/// The options that say how a computation is run.
struct RunArguments {
    std::string backend = "cpu";
    std::string precision = "double";
    int threads = 0;
    bool quiet = false;
};
void add_run_options(CLI::App& command, RunArguments& arguments);

/// A control together with the backend that it refers to.
struct RunControl {
    std::unique_ptr<compute::Backend> backend;
    FitControl control;
};
/// @throw InvalidArgument  out of range @throw BackendError  a backend that is not there
RunControl run_control(const RunArguments& arguments);

/// Puts an example under the help of a command.
void set_example(CLI::App& command, const std::string& example);

}  // namespace mixtura::cli
