// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/failure.h"

#include "mixtura/common/error.h"

namespace mixtura::app {

FailureKind kindOf(const std::exception& error) {
    if (dynamic_cast<const InvalidArgument*>(&error) != nullptr)
        return FailureKind::usage;
    if (dynamic_cast<const DataError*>(&error) != nullptr)
        return FailureKind::data;
    if (dynamic_cast<const NumericalError*>(&error) != nullptr)
        return FailureKind::fit;
    return FailureKind::resource;
}

}  // namespace mixtura::app
