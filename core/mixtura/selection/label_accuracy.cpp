// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/label_accuracy.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include <tbb/parallel_for.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Labels = std::vector<std::int32_t>;

/// Stream of the random numbers that deal out the folds.
constexpr std::uint64_t fold_stream = std::uint64_t{1} << 41U;

int label_count(const Labels& known) {
    return 1 + *std::ranges::max_element(known);
}

/// Adds what the responsibilities say of rows with the given labels; Brier as a sum.
void add_rows(const Scores& scores, const Labels& labels, LabelAccuracy& accuracy) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
        accuracy.counts(labels[i], scores.classification[i]) += 1.0;
        Eigen::VectorXd miss = scores.responsibilities.row(static_cast<Index>(i)).transpose();
        miss[labels[i]] -= 1.0;
        accuracy.brier += 0.5 * miss.squaredNorm();
    }
}

/// Scores of what tells the labels: the components, or their classes.
Scores label_scores(const LabelModel& model, const MatrixRef& observations,
                    const FitControl& control) {
    Scores scores = score(model.mixture, observations, control);
    return model.component_classes.empty() ? scores : class_scores(scores, model.component_classes);
}

/// The rows for which `chosen` holds.
template <class Predicate>
std::vector<Index> rows_where(std::size_t row_count, const Predicate& chosen) {
    std::vector<Index> rows;
    for (std::size_t i = 0; i < row_count; ++i) {
        if (chosen(i))
            rows.push_back(static_cast<Index>(i));
    }
    return rows;
}

Labels labels_at(const Labels& labels, const std::vector<Index>& rows) {
    Labels chosen;
    chosen.reserve(rows.size());
    for (const Index row : rows) chosen.push_back(labels[static_cast<std::size_t>(row)]);
    return chosen;
}

LabelAccuracy empty_accuracy(int labels, int components) {
    LabelAccuracy accuracy;
    accuracy.counts.setZero(labels, components);
    return accuracy;
}

/// Standard error of the mean error rate over folds of (nearly) equal size.
double standard_error_over(const std::vector<LabelAccuracy>& folds, double mean) {
    double squares = 0.0;
    for (const LabelAccuracy& fold : folds)
        squares += (fold.error_rate() - mean) * (fold.error_rate() - mean);
    const auto count = static_cast<double>(folds.size());
    return std::sqrt(squares / (count * (count - 1.0)));
}

}  // namespace

double LabelAccuracy::error_rate() const {
    double right = 0.0;
    for (Index label = 0; label < counts.rows(); ++label) right += counts(label, label);
    return 1.0 - right / row_count();
}

LabelAccuracy label_accuracy(const LabelModel& model, const MatrixRef& observations,
                             const Labels& known, const FitControl& control) {
    const std::vector<Index> rows =
        rows_where(known.size(), [&](std::size_t i) { return known[i] >= 0; });
    const bool has_classes = !model.component_classes.empty();
    LabelAccuracy accuracy =
        empty_accuracy(label_count(known), has_classes ? class_count(model.component_classes)
                                                       : model.mixture.component_count());
    add_rows(label_scores(model, observations(rows, Eigen::all), control), labels_at(known, rows),
             accuracy);
    accuracy.brier /= accuracy.row_count();
    return accuracy;
}

std::vector<int> stratified_folds(const Labels& known, int fold_count, std::uint64_t seed) {
    const auto labelled = std::ranges::count_if(known, [](std::int32_t k) { return k >= 0; });
    if (fold_count < 2 || fold_count > labelled)
        throw InvalidArgument("The number of folds is " + std::to_string(fold_count) +
                              "; it must be from 2 to " + std::to_string(labelled) +
                              ", the number of labelled rows.");
    RandomStream random(seed, fold_stream);
    std::vector<int> folds(known.size(), -1);
    int next = 0;
    for (int label = 0; label < label_count(known); ++label) {
        std::vector<Index> rows =
            rows_where(known.size(), [&](std::size_t i) { return known[i] == label; });
        for (std::size_t left = rows.size(); left > 0; --left) {
            std::swap(rows[left - 1], rows[random.below(left)]);
            folds[static_cast<std::size_t>(rows[left - 1])] = next;
            next = (next + 1) % fold_count;
        }
    }
    return folds;
}

LabelAccuracy cross_validated_label_accuracy(const MatrixRef& observations, const Labels& known,
                                             const FoldFit& fit, int column_count, int fold_count,
                                             std::uint64_t seed, const FitControl& control) {
    const std::vector<int> folds = stratified_folds(known, fold_count, seed);
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    std::vector<LabelAccuracy> parts(static_cast<std::size_t>(fold_count));
    int done = 0;
    std::mutex reporting;
    tbb::parallel_for(0, fold_count, [&](int fold) {
        const auto is_held_out = [&](std::size_t i) { return folds[i] == fold; };
        const std::vector<Index> held_out = rows_where(known.size(), is_held_out);
        const std::vector<Index> kept =
            rows_where(known.size(), [&](std::size_t i) { return !is_held_out(i); });
        LabelAccuracy& part = parts[static_cast<std::size_t>(fold)];
        part = empty_accuracy(label_count(known), column_count);
        try {
            const LabelModel model = fit(kept, labels_at(known, kept), quiet);
            add_rows(label_scores(model, observations(held_out, Eigen::all), quiet),
                     labels_at(known, held_out), part);
        } catch (const compute::Cancelled&) {
            throw;
        } catch (const BackendError&) {
            throw;
        } catch (const Error& error) {
            part.failure = error.what();
        }
        const std::scoped_lock lock(reporting);
        ++done;
        if (control.observer != nullptr)
            control.observer->on_progress("cross-validating labels", done, fold_count);
    });
    LabelAccuracy total = empty_accuracy(label_count(known), column_count);
    total.fold_count = fold_count;
    for (std::size_t fold = 0; fold < parts.size(); ++fold) {
        if (!parts[fold].failure.empty()) {
            total.failure =
                "Fold " + std::to_string(fold + 1) + " could not be fitted: " + parts[fold].failure;
            return total;
        }
        total.counts += parts[fold].counts;
        total.brier += parts[fold].brier;
    }
    total.brier /= total.row_count();
    total.standard_error = standard_error_over(parts, total.error_rate());
    return total;
}

LabelAccuracy cross_validated_label_accuracy(const MatrixRef& observations,
                                             const VectorRef& observation_weights,
                                             const Labels& known, const EmOptions& options,
                                             int fold_count, const FitControl& control) {
    const FoldFit fit = [&](const std::vector<Index>& kept, const Labels& kept_labels,
                            const FitControl& quiet) -> LabelModel {
        const Eigen::MatrixXd rows = observations(kept, Eigen::all);
        const Eigen::VectorXd weights = observation_weights.size() > 0
                                            ? Eigen::VectorXd(observation_weights(kept))
                                            : Eigen::VectorXd();
        if (label_count(kept_labels) < label_count(known))
            throw InvalidArgument("No row is known to belong to component " +
                                  std::to_string(label_count(known)) + " of " +
                                  std::to_string(label_count(known)) + ".");
        const EmProblem problem(rows, weights, quiet, kept_labels);
        return {.mixture = fit_em(problem, options, quiet, {}).model, .component_classes = {}};
    };
    return cross_validated_label_accuracy(observations, known, fit, options.component_count,
                                          fold_count, options.seed, control);
}

}  // namespace mixtura
