// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixtura {

/// `value` for a message: at most `digits` significant digits, never dependent on the locale.
std::string brief_text(double value, int digits = 6);

}  // namespace mixtura
