// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/component_matching.h"

#include <algorithm>
#include <limits>
#include <string>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

using Eigen::Index;

double bhattacharyya_distance(const GaussianMixture& first, int a, const GaussianMixture& second,
                              int b) {
    const auto index_a = static_cast<std::size_t>(a);
    const auto index_b = static_cast<std::size_t>(b);
    Eigen::MatrixXd factor = 0.5 * (first.covariances()[index_a] + second.covariances()[index_b]);
    cholesky_in_place(factor);  // the mean of two covariances is one
    const Eigen::VectorXd whitened = factor.triangularView<Eigen::Lower>().solve(
        (first.means().row(a) - second.means().row(b)).transpose().eval());
    return 0.125 * whitened.squaredNorm() + half_log_determinant(factor) -
           0.5 * (half_log_determinant(first.covariance_factors()[index_a]) +
                  half_log_determinant(second.covariance_factors()[index_b]));
}

std::vector<int> least_cost_assignment(const MatrixRef& costs) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto count = static_cast<std::size_t>(costs.rows());
    // Rows and columns are numbered from 1; column 0 stands for the row that is being placed.
    std::vector<double> row_potential(count + 1, 0.0);
    std::vector<double> column_potential(count + 1, 0.0);
    std::vector<std::size_t> row_of_column(count + 1, 0);
    for (std::size_t row = 1; row <= count; ++row) {
        row_of_column[0] = row;
        std::vector<double> slack(count + 1, infinity);
        std::vector<std::size_t> previous(count + 1, 0);
        std::vector<bool> is_done(count + 1, false);
        std::size_t column = 0;
        while (row_of_column[column] != 0) {
            is_done[column] = true;
            const std::size_t from = row_of_column[column];
            double least = infinity;
            std::size_t next = 0;
            for (std::size_t j = 1; j <= count; ++j) {
                if (is_done[j])
                    continue;
                const double reduced =
                    costs(static_cast<Index>(from) - 1, static_cast<Index>(j) - 1) -
                    row_potential[from] - column_potential[j];
                if (reduced < slack[j]) {
                    slack[j] = reduced;
                    previous[j] = column;
                }
                if (slack[j] < least) {
                    least = slack[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= count; ++j) {
                if (is_done[j]) {
                    row_potential[row_of_column[j]] += least;
                    column_potential[j] -= least;
                } else {
                    slack[j] -= least;
                }
            }
            column = next;
        }
        while (column != 0) {  // along the path back to the row that is being placed
            row_of_column[column] = row_of_column[previous[column]];
            column = previous[column];
        }
    }
    std::vector<int> column_of_row(count);
    for (std::size_t j = 1; j <= count; ++j)
        column_of_row[row_of_column[j] - 1] = static_cast<int>(j) - 1;
    return column_of_row;
}

std::vector<int> matching_order(const GaussianMixture& model, const GaussianMixture& reference) {
    if (model.component_count() != reference.component_count() ||
        model.feature_count() != reference.feature_count())
        throw InvalidArgument(
            "Components are matched between mixtures of equal numbers of components and features, "
            "not of " +
            std::to_string(model.component_count()) + " and " +
            std::to_string(reference.component_count()) + " components, " +
            std::to_string(model.feature_count()) + " and " +
            std::to_string(reference.feature_count()) + " features.");
    Eigen::MatrixXd costs(reference.component_count(), model.component_count());
    for (int k = 0; k < reference.component_count(); ++k) {
        for (int j = 0; j < model.component_count(); ++j)
            costs(k, j) = bhattacharyya_distance(reference, k, model, j);
    }
    return least_cost_assignment(costs);
}

}  // namespace mixtura
