// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"

namespace mixtura {

/// The observations with every column centred and divided by its standard deviation (divisor
/// n - 1), in which distances between rows are measured; constant columns are left out.
/// @return n x (columns that vary); may have no column
/// @throw InvalidArgument  no rows or columns, or a value that is not finite
Eigen::MatrixXd standardised_rows(const MatrixRef& observations);

}  // namespace mixtura
