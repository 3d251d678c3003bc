// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

/// Fold of each row, 0-based: sizes differ by one at most, rows in random order.
/// @throw InvalidArgument  fewer than 2 folds, or fewer rows than folds
std::vector<int> random_folds(Eigen::Index row_count, int fold_count, std::uint64_t seed);

/// What a model fitted to the other folds says of each fold.
struct CrossValidated {
    double log_likelihood = 0.0;  ///< nats, sum over all rows of weight * held-out log density
    double standard_error = 0.0;  ///< of it, from how the folds differ
    std::string failure;          ///< not empty: a fold could not be fitted, and why; no figures
};

/// Cross-validates any number of models over the same folds. What a start needs of a fold is made
/// once; rows are copied, so that the memory is that of fold_count copies of the data.
/// Source: Smyth (2000), Stat. Comput. 10:63.
class CrossValidation {
  public:
    /// @param observations         n x d, finite
    /// @param observation_weights  n case weights >= 0, or empty for all one
    /// @param folds                n, from 0 to fold_count - 1, none of them empty
    /// @param start                where every fold starts, restricted to its rows; or nothing
    /// @param row_model            as the options that are evaluated have it
    /// @throw InvalidArgument     a fold that is empty or out of range, a wrong number of folds
    /// @throw compute::Cancelled  the stop was requested
    CrossValidation(const MatrixRef& observations, const VectorRef& observation_weights,
                    const std::vector<int>& folds, const EmStart& start, FitControl control,
                    RowModel row_model = {});
    ~CrossValidation();
    CrossValidation(const CrossValidation&) = delete;
    CrossValidation& operator=(const CrossValidation&) = delete;
    CrossValidation(CrossValidation&&) = delete;
    CrossValidation& operator=(CrossValidation&&) = delete;

    /// Fits every fold's complement as `fit_em` does, in parallel in the calling task arena.
    /// @throw compute::Cancelled  the stop was requested
    [[nodiscard]] CrossValidated evaluate(const EmOptions& options) const;

  private:
    struct Fold;
    std::vector<std::unique_ptr<Fold>> folds_;
    FitControl control_;
};

}  // namespace mixtura
