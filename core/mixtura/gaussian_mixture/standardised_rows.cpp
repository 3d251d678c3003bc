// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/standardised_rows.h"

#include <cmath>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

Eigen::MatrixXd standardised_rows(const MatrixRef& observations) {
    const Eigen::Index rows = observations.rows();
    if (rows == 0 || observations.cols() == 0)
        throw InvalidArgument("There are no observations to cluster: " + std::to_string(rows) +
                              " rows, " + std::to_string(observations.cols()) + " columns.");
    Eigen::MatrixXd standardised(rows, observations.cols());
    Eigen::Index kept = 0;
    for (Eigen::Index j = 0; j < observations.cols(); ++j) {
        const auto column = observations.col(j);
        if (!column.allFinite())
            throw InvalidArgument("Column " + std::to_string(j + 1) +
                                  " of the observations holds a value that is not a finite number. "
                                  "Leave such rows out.");
        if ((column.array() == column[0]).all())
            continue;
        // The largest value first, so that no square overflows or underflows.
        const double largest = column.cwiseAbs().maxCoeff();
        auto out = standardised.col(kept);
        out = column / largest;
        out.array() -= out.mean();
        const double deviation = std::sqrt(out.squaredNorm() / static_cast<double>(rows - 1));
        if (!(deviation > 0.0))
            continue;
        out /= deviation;
        ++kept;
    }
    standardised.conservativeResize(rows, kept);
    return standardised;
}

}  // namespace mixtura
