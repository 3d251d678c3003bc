// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/fit_control.h"

namespace mixtura {

std::string_view to_string(FitStatus status) noexcept {
    switch (status) {
        case FitStatus::converged:
            return "converged";
        case FitStatus::iteration_limit:
            return "iteration_limit";
        case FitStatus::cancelled:
            return "cancelled";
        case FitStatus::degenerate:
            return "degenerate";
    }
    return "";
}

}  // namespace mixtura
