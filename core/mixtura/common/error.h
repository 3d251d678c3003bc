// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace mixtura {

/// Root of everything core throws on bad input or a failed resource. `what()` is a sentence for
/// the analyst: what broke, with its value; where; what to try.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// An argument outside its documented range.
class InvalidArgument : public Error {
  public:
    using Error::Error;
};

/// Place of a fault in a data file. Zero (or empty) means that the part does not apply.
struct DataLocation {
    std::string file;
    std::int64_t line = 0;    ///< 1-based line of the file, as an editor counts
    std::int64_t row = 0;     ///< 1-based data row (header and blank lines not counted)
    std::int64_t column = 0;  ///< 1-based column
    std::string column_name;
    std::string cell;  ///< the text of the cell, shortened if very long
};

/// Data that cannot be used.
class DataError : public Error {
  public:
    /// `message` is complete by itself; `location` repeats its facts for programs.
    explicit DataError(const std::string& message, DataLocation location = {})
        : Error(message), location_(std::move(location)) {}
    [[nodiscard]] const DataLocation& location() const noexcept { return location_; }

  private:
    DataLocation location_;
};

/// A computation that has no finite answer: quantity, component and iteration stand in the text.
class NumericalError : public Error {
  public:
    using Error::Error;
};

/// A compute backend or device that failed; names both.
class BackendError : public Error {
  public:
    using Error::Error;
};

/// A file that cannot be read or written; names the path and the system's reason.
class FileError : public Error {
  public:
    using Error::Error;
};

}  // namespace mixtura
