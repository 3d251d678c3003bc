// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/cross_validation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include <tbb/parallel_for.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// Stream of the random folds: no start draws from it.
constexpr std::uint64_t fold_stream = std::uint64_t{1} << 40U;

Eigen::MatrixXd rows_of(const MatrixRef& matrix, const std::vector<Index>& rows) {
    Eigen::MatrixXd taken(static_cast<Index>(rows.size()), matrix.cols());
    for (Index j = 0; j < matrix.cols(); ++j) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            taken(static_cast<Index>(i), j) = matrix(rows[i], j);
    }
    return taken;
}

Eigen::VectorXd entries_of(const VectorRef& vector, const std::vector<Index>& rows) {
    Eigen::VectorXd taken(vector.size() > 0 ? static_cast<Index>(rows.size()) : 0);
    for (Index i = 0; i < taken.size(); ++i) taken[i] = vector[rows[static_cast<std::size_t>(i)]];
    return taken;
}

EmStart restricted(const EmStart& start, const std::vector<Index>& rows) {
    EmStart part{.partition = {}, .model = start.model};
    if (start.partition.empty())
        return part;
    for (const Index row : rows)
        part.partition.push_back(start.partition[static_cast<std::size_t>(row)]);
    return part;
}

/// Rows of each fold. @throw InvalidArgument  as the constructor of CrossValidation
std::vector<std::vector<Index>> members_of(const std::vector<int>& folds, Index row_count) {
    if (static_cast<Index>(folds.size()) != row_count)
        throw InvalidArgument("There are " + std::to_string(folds.size()) + " folds for " +
                              std::to_string(row_count) + " rows.");
    std::vector<std::vector<Index>> members;
    for (std::size_t i = 0; i < folds.size(); ++i) {
        if (folds[i] < 0 || folds[i] >= static_cast<int>(folds.size()))
            throw InvalidArgument("Row " + std::to_string(i + 1) + " is in fold " +
                                  std::to_string(folds[i]) + ", which cannot be.");
        const auto fold = static_cast<std::size_t>(folds[i]);
        if (fold >= members.size())
            members.resize(fold + 1);
        members[fold].push_back(static_cast<Index>(i));
    }
    for (std::size_t fold = 0; fold < members.size(); ++fold) {
        if (members[fold].empty())
            throw InvalidArgument("Fold " + std::to_string(fold) + " has no rows.");
    }
    if (members.size() < 2)
        throw InvalidArgument("Cross-validation needs at least two folds.");
    return members;
}

std::vector<Index> complement(const std::vector<int>& folds, int fold) {
    std::vector<Index> rows;
    for (std::size_t i = 0; i < folds.size(); ++i) {
        if (folds[i] != fold)
            rows.push_back(static_cast<Index>(i));
    }
    return rows;
}

/// Sum and its standard error, the folds taken as independent.
CrossValidated summed(const std::vector<double>& by_fold) {
    const auto count = static_cast<double>(by_fold.size());
    const double sum = std::accumulate(by_fold.begin(), by_fold.end(), 0.0);
    double squares = 0.0;
    for (const double value : by_fold) squares += (value - sum / count) * (value - sum / count);
    return {.log_likelihood = sum,
            .standard_error = std::sqrt(count * squares / (count - 1.0)),
            .failure = {}};
}

}  // namespace

/// The rows that are fitted, and those that are held out.
struct CrossValidation::Fold {
    Eigen::MatrixXd fitted;
    EmStart start;
    std::optional<EmProblem> problem;
    std::optional<compute::RowPasses> held_out;
    std::string failure;

    double held_out_log_likelihood(const EmOptions& options, const FitControl& control) const {
        const EmFit fit = fit_em(*problem, options, control, start);
        return held_out->gaussian_rows(fit.model.pass_parameters(), {});
    }
};

std::vector<int> random_folds(Index row_count, int fold_count, std::uint64_t seed) {
    if (fold_count < 2)
        throw InvalidArgument("Cross-validation needs at least two folds.");
    if (row_count < fold_count)
        throw InvalidArgument(std::to_string(fold_count) +
                              " folds need at least as many rows; "
                              "there are " +
                              std::to_string(row_count) + ".");
    std::vector<int> folds(static_cast<std::size_t>(row_count));
    for (std::size_t i = 0; i < folds.size(); ++i)
        folds[i] = static_cast<int>(i % static_cast<std::size_t>(fold_count));
    RandomStream random(seed, fold_stream);
    for (std::size_t i = folds.size(); i > 1; --i) std::swap(folds[i - 1], folds[random.below(i)]);
    return folds;
}

CrossValidation::CrossValidation(const MatrixRef& observations,
                                 const VectorRef& observation_weights,
                                 const std::vector<int>& folds, const EmStart& start,
                                 FitControl control, RowModel row_model)
    : control_(std::move(control)) {
    control_.observer = nullptr;
    control_.journal = nullptr;
    const std::vector<std::vector<Index>> members = members_of(folds, observations.rows());
    for (std::size_t fold = 0; fold < members.size(); ++fold) {
        const std::vector<Index> rows = complement(folds, static_cast<int>(fold));
        auto made = std::make_unique<Fold>();
        made->fitted = rows_of(observations, rows);
        made->start = restricted(start, rows);
        try {
            made->problem.emplace(made->fitted, entries_of(observation_weights, rows), control_,
                                  Partition(), row_model);
            if (start.partition.empty() && !start.model)
                made->problem->prepare_hierarchical_tree(control_);
            made->held_out.emplace(rows_of(observations, members[fold]),
                                   entries_of(observation_weights, members[fold]), control_);
        } catch (const BackendError&) {
            throw;
        } catch (const Error& error) {
            made->failure = error.what();
        }
        folds_.push_back(std::move(made));
    }
}

CrossValidation::~CrossValidation() = default;

CrossValidated CrossValidation::evaluate(const EmOptions& options) const {
    std::vector<double> by_fold(folds_.size());
    std::vector<std::string> failures(folds_.size());
    tbb::parallel_for(std::size_t{0}, folds_.size(), [&](std::size_t fold) {
        failures[fold] = folds_[fold]->failure;
        if (!failures[fold].empty())
            return;
        try {
            by_fold[fold] = folds_[fold]->held_out_log_likelihood(options, control_);
        } catch (const BackendError&) {
            throw;
        } catch (const Error& error) {
            failures[fold] = error.what();
        }
    });
    for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
        if (!failures[fold].empty())
            return {.failure = "Without the rows of fold " + std::to_string(fold + 1) + " of " +
                               std::to_string(folds_.size()) +
                               " it could not be fitted: " + failures[fold]};
        if (!std::isfinite(by_fold[fold]))
            return {.failure = "The log-likelihood of the rows of fold " +
                               std::to_string(fold + 1) + " of " + std::to_string(folds_.size()) +
                               " is not finite under the model of the others."};
    }
    return summed(by_fold);
}

}  // namespace mixtura
