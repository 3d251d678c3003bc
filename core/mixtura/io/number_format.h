// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixtura {

/// The shortest decimal text that reads back as exactly `value`, with a point, in any locale;
/// "NaN", "Inf" or "-Inf" where it is not finite.
std::string exact_text(double value);

/// `value` rounded to `digits` significant digits for a reader's eye: "2314.296", "0.0441".
std::string rounded_text(double value, int digits);

/// `value` with exactly `decimals` digits after the point.
std::string fixed_text(double value, int decimals);

}  // namespace mixtura
