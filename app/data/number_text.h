// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace mixtura::app {

/// A number for the eye, in the user's locale: `digits` significant digits, empty where it is NaN.
QString shownNumber(double value, int digits = 5);
/// A cell's number in the user's locale with every digit that it needs; empty where it is NaN.
QString shownCell(double value);

}  // namespace mixtura::app
