// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/weighted_least_squares.h"

#include <Eigen/QR>

#include "mixtura/experts/row_blocks.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;

std::optional<Eigen::VectorXd> weighted_least_squares(const MatrixRef& design,
                                                      const VectorRef& response,
                                                      const VectorRef& weights,
                                                      const std::stop_token& stop) {
    constexpr double least_pivot = 1e-9;  // relative to the first
    const Index p = design.cols();
    const Index height = p + 1;
    MatrixXd stacked = MatrixXd::Zero(row_block_count(design.rows()) * height, height);
    for_each_row_block(design.rows(), stop, [&](Index block, Index first, Index count) {
        const Eigen::ArrayXd roots = weights.segment(first, count).array().sqrt();
        MatrixXd rows(std::max(count, height), height);
        rows.bottomRows(rows.rows() - count).setZero();
        rows.topLeftCorner(count, p) = design.middleRows(first, count).array().colwise() * roots;
        rows.col(p).head(count) = response.segment(first, count).array() * roots;
        const Eigen::HouseholderQR<Eigen::Ref<MatrixXd>> factored(rows);
        stacked.middleRows(block * height, height) =
            rows.topRows(height).triangularView<Eigen::Upper>();
    });
    const Eigen::ColPivHouseholderQR<MatrixXd> factored(stacked.leftCols(p));
    const Eigen::VectorXd pivots = factored.matrixQR().diagonal().head(p).cwiseAbs();
    if (!(pivots[p - 1] > least_pivot * pivots[0]))
        return std::nullopt;
    return Eigen::VectorXd(factored.solve(stacked.col(p)));
}

}  // namespace mixtura::experts
