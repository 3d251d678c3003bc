// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/misspecification_study.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/interpretation/component_matching.h"
#include "mixtura/selection/adjusted_rand_index.h"
#include "mixtura/simulation/population_limit.h"

namespace mixtura {

namespace {

using Eigen::Index;

void check_count(const std::string& what, std::int64_t value, std::int64_t least,
                 std::int64_t greatest) {
    if (value < least || value > greatest)
        throw InvalidArgument(what + " is " + std::to_string(value) + "; it must be from " +
                              std::to_string(least) + " to " + std::to_string(greatest) + ".");
}

void check_grid(const std::string& what, const std::vector<double>& values) {
    if (values.empty() || values.size() > static_cast<std::size_t>(study_grid_limit))
        throw InvalidArgument("The study has " + std::to_string(values.size()) + " values of " +
                              what + "; it needs 1 to " + std::to_string(study_grid_limit) + ".");
}

/// One sample of a cell.
struct Outcome {
    bool is_done = false;
    double separation = 0.0;
    double mean_distance = 0.0;
    bool has_merged = false;
    double adjusted_rand_index = 0.0;
    int iterations = 0;
    bool is_converged = true;
};

struct StudySample {
    Eigen::MatrixXd observations;
    std::vector<std::int32_t> components;
};

/// Draws components, then noise, row by row: the draws do not depend on sigma.
StudySample drawn(const CentreArrangement& arrangement, std::int64_t row_count, double sigma,
                  RandomStream& random, const std::stop_token& stop) {
    constexpr Index rows_between_looks = 4096;
    StudySample sample;
    const Index d = arrangement.centres.cols();
    sample.observations.resize(row_count, d);
    sample.components.resize(static_cast<std::size_t>(row_count));
    for (Index i = 0; i < row_count; ++i) {
        if (i % rows_between_looks == 0 && stop.stop_requested())
            throw Cancelled{};
        const Index k = random.categorical(arrangement.mixing_weights);
        sample.components[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(k);
        for (Index j = 0; j < d; ++j)
            sample.observations(i, j) = arrangement.centres(k, j) + sigma * random.normal();
    }
    return sample;
}

double spread(const CentreArrangement& arrangement, const Eigen::MatrixXd& centres) {
    const Eigen::RowVectorXd mean = arrangement.mixing_weights.transpose() * centres;
    return std::sqrt((arrangement.mixing_weights.array() *
                      (centres.rowwise() - mean).rowwise().squaredNorm().array())
                         .sum());
}

double mean_matched_distance(const Eigen::MatrixXd& truth, const Eigen::MatrixXd& fitted) {
    Eigen::MatrixXd distances(truth.rows(), fitted.rows());
    for (Index k = 0; k < truth.rows(); ++k)
        distances.row(k) = (fitted.rowwise() - truth.row(k)).rowwise().norm().transpose();
    const std::vector<int> partner = least_cost_assignment(distances);
    double sum = 0.0;
    for (Index k = 0; k < truth.rows(); ++k)
        sum += distances(k, partner[static_cast<std::size_t>(k)]);
    return sum / static_cast<double>(truth.rows());
}

double least_distance(const Eigen::MatrixXd& centres) {
    double least = std::numeric_limits<double>::infinity();
    for (Index k = 1; k < centres.rows(); ++k) {
        for (Index j = 0; j < k; ++j)
            least = std::min(least, (centres.row(k) - centres.row(j)).norm());
    }
    return least;
}

/// For each centre the first one it has merged with, or itself.
std::vector<std::int32_t> merged_centres(const Eigen::MatrixXd& centres, double threshold) {
    std::vector<std::int32_t> group(static_cast<std::size_t>(centres.rows()));
    for (Index k = 0; k < centres.rows(); ++k) {
        Index first = 0;
        while (first < k && !((centres.row(k) - centres.row(first)).norm() < threshold)) ++first;
        group[static_cast<std::size_t>(k)] =
            first < k ? group[static_cast<std::size_t>(first)] : static_cast<std::int32_t>(k);
    }
    return group;
}

Outcome outcome_of(const CentreArrangement& arrangement, const MisspecificationOptions& options,
                   double signal_to_noise, double ratio, int replicate,
                   const std::stop_token& stop) {
    const double sigma = 1.0 / std::sqrt(signal_to_noise);
    RandomStream random(options.seed, static_cast<std::uint64_t>(replicate));
    const StudySample sample = drawn(arrangement, options.row_count, sigma, random, stop);
    const CentreFit fit = fit_centres(sample.observations, arrangement.mixing_weights,
                                      arrangement.centres, ratio * sigma, options.fit, stop);
    const double threshold = merging_fraction * least_distance(arrangement.centres);
    const std::vector<std::int32_t> group = merged_centres(fit.centres, threshold);
    std::vector<std::int32_t> groups_of_rows;
    groups_of_rows.reserve(fit.classification.size());
    for (const std::int32_t k : fit.classification)
        groups_of_rows.push_back(group[static_cast<std::size_t>(k)]);
    Outcome outcome;
    outcome.separation = spread(arrangement, fit.centres);
    outcome.mean_distance = mean_matched_distance(arrangement.centres, fit.centres);
    outcome.has_merged = least_distance(fit.centres) < threshold;
    outcome.adjusted_rand_index = adjusted_rand_index(groups_of_rows, sample.components);
    outcome.iterations = fit.iterations;
    outcome.is_converged = fit.status == FitStatus::converged;
    outcome.is_done = true;
    return outcome;
}

struct MeanAndError {
    double mean = std::numeric_limits<double>::quiet_NaN();
    double error = std::numeric_limits<double>::quiet_NaN();
};

template <class Figure>
MeanAndError mean_and_error(const std::vector<const Outcome*>& outcomes, const Figure& figure) {
    MeanAndError result;
    const auto count = static_cast<double>(outcomes.size());
    if (outcomes.empty())
        return result;
    double sum = 0.0;
    for (const Outcome* outcome : outcomes) sum += figure(*outcome);
    result.mean = sum / count;
    if (outcomes.size() < 2)
        return result;
    double squares = 0.0;
    for (const Outcome* outcome : outcomes) squares += std::pow(figure(*outcome) - result.mean, 2);
    result.error = std::sqrt(squares / (count - 1.0) / count);
    return result;
}

void summarise(const std::vector<const Outcome*>& outcomes, StudyCell& cell) {
    cell.replicates_done = static_cast<int>(outcomes.size());
    const MeanAndError separation =
        mean_and_error(outcomes, [](const Outcome& outcome) { return outcome.separation; });
    const MeanAndError distance =
        mean_and_error(outcomes, [](const Outcome& outcome) { return outcome.mean_distance; });
    cell.separation = separation.mean;
    cell.separation_error = separation.error;
    cell.mean_distance = distance.mean;
    cell.mean_distance_error = distance.error;
    cell.collapsed_share = mean_and_error(outcomes, [](const Outcome& outcome) {
                               return outcome.has_merged ? 1.0 : 0.0;
                           }).mean;
    cell.adjusted_rand_index = mean_and_error(outcomes, [](const Outcome& outcome) {
                                   return outcome.adjusted_rand_index;
                               }).mean;
    cell.iterations = mean_and_error(outcomes, [](const Outcome& outcome) {
                          return static_cast<double>(outcome.iterations);
                      }).mean;
    cell.unconverged_count = static_cast<int>(std::ranges::count_if(
        outcomes, [](const Outcome* outcome) { return !outcome->is_converged; }));
}

/// Tells of finished work, one unit at a time, from threads that run side by side.
class Progress {
  public:
    Progress(FitObserver* observer, std::size_t total) : observer_(observer), total_(total) {}
    void add() {
        const std::scoped_lock lock(mutex_);
        ++done_;
        if (observer_ != nullptr)
            observer_->on_progress("misspecification study", static_cast<double>(done_),
                                   static_cast<double>(total_));
    }

  private:
    FitObserver* observer_;
    std::size_t total_;
    std::size_t done_ = 0;
    std::mutex mutex_;
};

std::vector<StudyCell> grid_of(const MisspecificationOptions& options) {
    std::vector<StudyCell> cells;
    for (const double ratio : options.deviation_ratios) {
        for (const double snr : options.signal_to_noise) {
            StudyCell cell;
            cell.signal_to_noise = snr;
            cell.deviation_ratio = ratio;
            cells.push_back(cell);
        }
    }
    return cells;
}

void set_limit(const CentreArrangement& arrangement, const std::stop_token& stop, StudyCell& cell) {
    const auto limit =
        population_limit(arrangement, cell.signal_to_noise, cell.deviation_ratio, stop);
    if (!limit || !limit->is_converged)
        return;
    cell.limit_separation = limit->separation;
    cell.limit_mean_distance = limit->mean_distance;
}

}  // namespace

void validate(const MisspecificationOptions& options) {
    check_grid("the signal-to-noise ratio", options.signal_to_noise);
    check_grid("the ratio of standard deviations", options.deviation_ratios);
    for (const double snr : options.signal_to_noise) {
        if (!(snr >= signal_to_noise_least && snr <= signal_to_noise_limit))
            throw InvalidArgument("A signal-to-noise ratio is " + brief_text(snr) +
                                  "; it must be from " + brief_text(signal_to_noise_least) +
                                  " to " + brief_text(signal_to_noise_limit) + ".");
    }
    for (const double ratio : options.deviation_ratios) {
        if (!(ratio == 0.0 || (ratio >= deviation_ratio_least && ratio <= deviation_ratio_limit)))
            throw InvalidArgument("A ratio of assumed to true standard deviation is " +
                                  brief_text(ratio) + "; it must be 0 (hard assignment), or from " +
                                  brief_text(deviation_ratio_least) + " to " +
                                  brief_text(deviation_ratio_limit) + ".");
    }
    check_count("The number of rows of a sample", options.row_count, study_row_least,
                study_row_limit);
    check_count("The number of replicates", options.replicate_count, 1, study_replicate_limit);
    const auto cell_count =
        static_cast<std::int64_t>(options.signal_to_noise.size() * options.deviation_ratios.size());
    if (cell_count * options.replicate_count > study_sample_limit)
        throw InvalidArgument("The study has " + std::to_string(cell_count) + " cells of " +
                              std::to_string(options.replicate_count) +
                              " samples; ask for fewer, at most " +
                              std::to_string(study_sample_limit) + " samples in all.");
    check_count("The limit of iterations", options.fit.iteration_limit, 1,
                std::numeric_limits<int>::max());
    if (!(options.fit.tolerance >= 0.0))
        throw InvalidArgument("The tolerance is " + brief_text(options.fit.tolerance) +
                              "; it must be 0 or more.");
}

MisspecificationStudy misspecification_study(const GaussianMixture& model,
                                             const MisspecificationOptions& options,
                                             const FitControl& control) {
    validate(options);
    MisspecificationStudy study;
    study.arrangement = centre_arrangement(model);
    study.options = options;
    study.cells = grid_of(options);
    const std::size_t cell_count = study.cells.size();
    const auto replicate_count = static_cast<std::size_t>(options.replicate_count);
    std::vector<Outcome> outcomes(cell_count * replicate_count);
    Progress progress(control.observer, outcomes.size() + cell_count);
    // More threads than cores would gain nothing, and TBB would print a warning.
    const int cores = tbb::info::default_concurrency();
    tbb::task_arena arena(control.thread_count > 0 ? std::min(control.thread_count, cores) : cores);
    arena.execute([&] {
        tbb::parallel_for(std::size_t{0}, cell_count, [&](std::size_t c) {
            if (control.stop.stop_requested())
                return;
            try {
                set_limit(study.arrangement, control.stop, study.cells[c]);
            } catch (const Cancelled&) {
                return;
            }
            progress.add();
        });
        // The first sample of every cell, then the second: a study that is stopped knows all cells.
        for (std::size_t replicate = 0; replicate < replicate_count; ++replicate) {
            tbb::parallel_for(std::size_t{0}, cell_count, [&](std::size_t c) {
                if (control.stop.stop_requested())
                    return;
                const StudyCell& cell = study.cells[c];
                try {
                    outcomes[replicate * cell_count + c] =
                        outcome_of(study.arrangement, options, cell.signal_to_noise,
                                   cell.deviation_ratio, static_cast<int>(replicate), control.stop);
                } catch (const Cancelled&) {
                    return;
                }
                progress.add();
            });
        }
    });
    std::size_t done_count = 0;
    for (std::size_t c = 0; c < cell_count; ++c) {
        std::vector<const Outcome*> done;
        for (std::size_t replicate = 0; replicate < replicate_count; ++replicate) {
            const Outcome& outcome = outcomes[replicate * cell_count + c];
            if (outcome.is_done)
                done.push_back(&outcome);
        }
        summarise(done, study.cells[c]);
        done_count += done.size();
    }
    study.cancelled = done_count < outcomes.size();
    if (done_count == 0)
        throw Cancelled{};
    return study;
}

}  // namespace mixtura
