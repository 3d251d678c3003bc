// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mixtura/selection/criteria.h"

namespace mixtura {

/// For headings and sentences: "BIC", "ICL", "AIC", "NEC", "CV".
std::string abbreviation(Criterion criterion);

}  // namespace mixtura
