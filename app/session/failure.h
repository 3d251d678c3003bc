// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>

namespace mixtura::app {

/// What kind of thing went wrong; the value is the exit status of a run without an analyst, the
/// same as that of `mixtura-cli`.
enum class FailureKind {
    fit = 1,      ///< the computation has no answer
    usage = 2,    ///< an option out of range, a column that does not exist
    data = 3,     ///< data that cannot be used
    resource = 4  ///< a file, a device or memory
};

FailureKind kindOf(const std::exception& error);

}  // namespace mixtura::app
