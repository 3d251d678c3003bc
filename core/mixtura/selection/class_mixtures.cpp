// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/class_mixtures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/selection/search_jobs.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Rows = std::vector<Index>;

/// Tells how many candidates of all classes are done, and hands on the iterations.
class ClassObserver final : public SearchObserver {
  public:
    ClassObserver(SerialObserver& inner, std::size_t candidates_per_class, std::size_t class_count)
        : inner_(&inner), per_class_(candidates_per_class), total_(per_class_ * class_count) {}

    void begin_class(std::size_t index) {
        before_ = index * per_class_;
        done_ = 0;
        report();
    }
    void on_iteration(const IterationReport& iteration) override {
        inner_->on_iteration(iteration);
    }
    void on_candidate(std::size_t /*index*/, const Candidate& /*candidate*/) override {
        ++done_;
        report();
    }

  private:
    void report() {
        inner_->on_progress("mixtures of the classes",
                            static_cast<double>(before_ + std::min(done_, per_class_)),
                            static_cast<double>(total_));
    }

    SerialObserver* inner_;
    std::size_t per_class_;
    std::size_t total_;
    std::size_t before_ = 0;
    std::size_t done_ = 0;
};

void check_classes(const RowClasses& classes, Index row_count) {
    const auto label_count = static_cast<std::int32_t>(classes.names.size());
    if (std::ssize(classes.of_rows) != row_count)
        throw InvalidArgument("There are " + std::to_string(classes.of_rows.size()) +
                              " classes of rows for " + std::to_string(row_count) + " rows.");
    std::vector<bool> is_met(classes.names.size(), false);
    for (const std::int32_t label : classes.of_rows) {
        if (label < 0 || label >= label_count)
            throw InvalidArgument("A row has class " + std::to_string(label) +
                                  "; classes are numbered from 0 to " +
                                  std::to_string(label_count - 1) + ".");
        is_met[static_cast<std::size_t>(label)] = true;
    }
    if (const auto gap = std::ranges::find(is_met, false); gap != is_met.end())
        throw InvalidArgument("Class '" +
                              classes.names[static_cast<std::size_t>(gap - is_met.begin())] +
                              "' has no row.");
}

void check_options(const SearchOptions& options) {
    if (options.factors || options.variational || options.em.family != ComponentFamily::gaussian ||
        options.em.has_missing_values || options.em.has_noise)
        throw InvalidArgument(
            "The mixtures of classes have Gaussian components without noise and take complete "
            "rows.");
}

/// The numbers of the rows of each class.
std::vector<Rows> rows_by_class(const std::vector<std::int32_t>& of_rows, std::size_t class_count) {
    std::vector<Rows> rows(class_count);
    for (std::size_t i = 0; i < of_rows.size(); ++i)
        rows[static_cast<std::size_t>(of_rows[i])].push_back(static_cast<Index>(i));
    return rows;
}

Eigen::VectorXd chosen_weights(const VectorRef& weights, const Rows& rows) {
    return weights.size() > 0 ? Eigen::VectorXd(weights(rows)) : Eigen::VectorXd();
}

/// "Class 'rare' (1 row): "
std::string place(const std::string& name, std::size_t row_count) {
    return "Class '" + name + "' (" + std::to_string(row_count) +
           (row_count == 1 ? " row): " : " rows): ");
}

/// Why no model of a class can be taken: the reason of the simplest one.
std::string first_reason(const SearchResult& search) {
    for (const Candidate& candidate : search.candidates) {
        if (!candidate.failure.empty())
            return candidate.failure;
        if (candidate.fit && !candidate.fit->spurious.empty())
            return candidate.fit->spurious;
    }
    return "no figure of the criterion is known.";
}

/// The search of one class.
/// @throw DataError, NumericalError  naming the class
SearchResult search_class(const MatrixRef& observations, const Rows& rows, const std::string& name,
                          const SearchOptions& options, const FitControl& control,
                          SearchObserver* observer, const VectorRef& observation_weights) {
    SearchResult search;
    try {
        search = search_gaussian_mixtures(observations(rows, Eigen::all), options, control,
                                          observer, chosen_weights(observation_weights, rows));
    } catch (const DataError& error) {
        throw DataError(place(name, rows.size()) + error.what(), error.location());
    }
    if (!search.best && !search.cancelled)
        throw NumericalError(place(name, rows.size()) + "none of the " +
                             std::to_string(search.candidates.size()) +
                             " models can be taken: " + first_reason(search) +
                             " Ask for fewer components or simpler covariances, leave the class "
                             "out, or fit one covariance structure to all classes (known labels).");
    return search;
}

/// What the components of the joint mixture are made of.
class JointParameters {
  public:
    JointParameters(std::size_t component_count, Index feature_count) {
        weights_.resize(static_cast<Index>(component_count));
        means_.resize(static_cast<Index>(component_count), feature_count);
    }
    void append(const GaussianMixture& mixture, double share) {
        const auto count = mixture.component_count();
        weights_.segment(at_, count) = share * mixture.mixing_weights();
        means_.middleRows(at_, count) = mixture.means();
        covariances_.insert(covariances_.end(), mixture.covariances().begin(),
                            mixture.covariances().end());
        at_ += count;
    }
    [[nodiscard]] GaussianMixture mixture() const { return {weights_, means_, covariances_}; }

  private:
    Eigen::VectorXd weights_;
    Eigen::MatrixXd means_;
    std::vector<Eigen::MatrixXd> covariances_;
    Index at_ = 0;
};

/// sum_c pi_c f_c of the classes' mixtures, and which class each component belongs to.
LabelModel joint_mixture(const std::vector<const GaussianMixture*>& mixtures,
                         const Eigen::VectorXd& shares) {
    ComponentClasses component_classes;
    for (std::size_t c = 0; c < mixtures.size(); ++c)
        component_classes.insert(component_classes.end(),
                                 static_cast<std::size_t>(mixtures[c]->component_count()),
                                 static_cast<std::int32_t>(c));
    JointParameters joint(component_classes.size(), mixtures.front()->feature_count());
    for (std::size_t c = 0; c < mixtures.size(); ++c)
        joint.append(*mixtures[c], shares[static_cast<Index>(c)]);
    return {.mixture = joint.mixture(), .component_classes = std::move(component_classes)};
}

/// C, the sums of the weights of each class's rows.
Eigen::VectorXd class_masses(const std::vector<Rows>& rows, const VectorRef& weights) {
    Eigen::VectorXd masses(static_cast<Index>(rows.size()));
    for (std::size_t c = 0; c < rows.size(); ++c)
        masses[static_cast<Index>(c)] =
            weights.size() > 0 ? weights(rows[c]).sum() : static_cast<double>(rows[c].size());
    return masses;
}

/// The candidate's run that was kept.
const EmRun& best_run(const Candidate& candidate) {
    return candidate.fit->runs[candidate.fit->best_run];
}

/// The end of all classes' runs as that of one.
EmRun joint_run(const std::vector<const Candidate*>& chosen, double log_likelihood) {
    EmRun run;
    run.start = "classes";
    run.log_likelihood = {log_likelihood};
    for (const Candidate* candidate : chosen) {
        const EmRun& of_class = best_run(*candidate);
        run.iterations = std::max(run.iterations, of_class.iterations);
        run.floors_applied += of_class.floors_applied;
        if (of_class.status == FitStatus::iteration_limit)
            run.status = FitStatus::iteration_limit;
    }
    return run;
}

/// The figures of the joint mixture on all rows.
EmFit joint_fit(const std::vector<const Candidate*>& chosen, GaussianMixture mixture,
                const MatrixRef& observations, const VectorRef& weights,
                const FitControl& control) {
    FitControl unstopped = control;  // a cancelled search still delivers what it reached
    unstopped.stop = {};
    unstopped.observer = nullptr;
    const Scores scores = score(mixture, observations, unstopped);
    const Eigen::ArrayXd w =
        weights.size() > 0 ? Eigen::ArrayXd(weights) : Eigen::ArrayXd::Ones(observations.rows());
    const double log_likelihood = (w * scores.log_densities.array()).sum();
    const auto r = scores.responsibilities.array();
    const Eigen::ArrayXd row_entropies =
        -(r > 0.0).select(r * r.max(std::numeric_limits<double>::min()).log(), 0.0).rowwise().sum();
    return {.runs = {joint_run(chosen, log_likelihood)},
            .best_run = 0,
            .model = std::move(mixture),
            .log_likelihood = log_likelihood,
            .entropy = (w * row_entropies).sum(),
            .map_term = 2.0 * (w * r.rowwise().maxCoeff().log()).sum(),
            .weight_sum = w.sum(),
            .spurious = {}};
}

/// Puts the chosen mixtures of the classes together.
void add_joint(ClassMixtures& result, const MatrixRef& observations, const std::vector<Rows>& rows,
               const VectorRef& weights, const FitControl& control) {
    const Eigen::VectorXd masses = class_masses(rows, weights);
    const Eigen::VectorXd shares = masses / masses.sum();
    std::vector<const Candidate*> chosen;
    std::vector<const GaussianMixture*> mixtures;
    for (std::size_t c = 0; c < rows.size(); ++c) {
        chosen.push_back(&result.searches[c].candidates[result.chosen[c]]);
        mixtures.push_back(&chosen.back()->fit->model);
    }
    LabelModel joint = joint_mixture(mixtures, shares);
    Candidate& candidate = result.joint;
    candidate.component_count = joint.mixture.component_count();
    candidate.covariance_form = CovarianceStructure::VVV;
    candidate.parameter_count = static_cast<int>(rows.size()) - 1;
    for (std::size_t c = 0; c < rows.size(); ++c) {
        candidate.parameter_count += chosen[c]->parameter_count;
        candidate.seconds += chosen[c]->seconds;
        const auto at = static_cast<Index>(c);
        result.joint_log_likelihood +=
            chosen[c]->fit->log_likelihood + masses[at] * std::log(shares[at]);
    }
    candidate.fit = joint_fit(chosen, std::move(joint.mixture), observations, weights, control);
    candidate.criteria =
        information_criteria(candidate.fit->log_likelihood, candidate.parameter_count,
                             candidate.fit->weight_sum, candidate.fit->map_term);
    result.component_classes = std::move(joint.component_classes);
}

}  // namespace

ClassMixtures fit_class_mixtures(const MatrixRef& observations, const RowClasses& classes,
                                 const SearchOptions& options, const FitControl& control,
                                 SearchObserver* observer, const VectorRef& observation_weights) {
    check_options(options);
    check_classes(classes, observations.rows());
    if (observation_weights.size() > 0 && observation_weights.size() != observations.rows())
        throw InvalidArgument("There are " + std::to_string(observation_weights.size()) +
                              " observation_weights for " + std::to_string(observations.rows()) +
                              " rows.");
    const std::size_t class_count = classes.names.size();
    const std::vector<Rows> rows = rows_by_class(classes.of_rows, class_count);
    SerialObserver serial(control.observer, observer);
    ClassObserver progress(serial,
                           options.component_counts.size() * options.covariance_structures.size(),
                           class_count);
    FitControl search_control = control;
    search_control.observer = nullptr;  // it hears of all through `progress`
    ClassMixtures result;
    for (std::size_t c = 0; c < class_count && !result.cancelled; ++c) {
        progress.begin_class(c);
        result.searches.push_back(search_class(observations, rows[c], classes.names[c], options,
                                               search_control, &progress, observation_weights));
        result.cancelled = result.searches.back().cancelled;
        if (result.searches.back().best)
            result.chosen.push_back(*result.searches.back().best);
    }
    if (result.chosen.size() < class_count) {
        result.chosen.clear();
        result.joint.failure = to_string(FitStatus::cancelled);
    } else {
        add_joint(result, observations, rows, observation_weights, control);
    }
    serial.on_candidate(0, result.joint);
    return result;
}

LabelAccuracy cross_validated_class_accuracy(const MatrixRef& observations,
                                             const RowClasses& classes,
                                             const SearchOptions& options,
                                             const ClassMixtures& whole, int fold_count,
                                             const FitControl& control,
                                             const VectorRef& observation_weights) {
    const std::size_t class_count = classes.names.size();
    const std::vector<Rows> all_rows = rows_by_class(classes.of_rows, class_count);
    const FoldFit fit = [&](const Rows& kept, const std::vector<std::int32_t>& kept_classes,
                            const FitControl& quiet) {
        FitControl serial = quiet;
        serial.thread_count = 1;  // the folds are what runs side by side
        const std::vector<Rows> places = rows_by_class(kept_classes, class_count);
        std::vector<Rows> rows(class_count);
        std::vector<GaussianMixture> mixtures;
        for (std::size_t c = 0; c < class_count; ++c) {
            for (const Index i : places[c]) rows[c].push_back(kept[static_cast<std::size_t>(i)]);
            if (rows[c].empty())
                throw DataError("No row of class '" + classes.names[c] + "' is left.");
            if (rows[c].size() == all_rows[c].size()) {
                mixtures.push_back(whole.searches[c].candidates[whole.chosen[c]].fit->model);
                continue;
            }
            const SearchResult search = search_class(observations, rows[c], classes.names[c],
                                                     options, serial, nullptr, observation_weights);
            if (search.cancelled || !search.best)
                throw compute::Cancelled{};
            mixtures.push_back(search.candidates[*search.best].fit->model);
        }
        std::vector<const GaussianMixture*> of_classes;
        for (const GaussianMixture& mixture : mixtures) of_classes.push_back(&mixture);
        const Eigen::VectorXd masses = class_masses(rows, observation_weights);
        return joint_mixture(of_classes, masses / masses.sum());
    };
    tbb::task_arena arena(control.thread_count > 0 ? control.thread_count
                                                   : tbb::task_arena::automatic);
    return arena.execute([&] {
        return cross_validated_label_accuracy(observations, classes.of_rows, fit,
                                              static_cast<int>(class_count), fold_count,
                                              options.em.seed, control);
    });
}

}  // namespace mixtura
