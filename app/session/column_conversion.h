// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mixtura/data/data_set.h"

namespace mixtura::app {

/// The column read as another type. Nothing is lost: a text that is not a number refuses to become
/// one.
/// @param decimal  the decimal sign of texts, '.' or ','
/// @throw DataError  the first cell that cannot be converted, with its row and text
Column converted(const Column& column, ColumnType type, char decimal);

}  // namespace mixtura::app
