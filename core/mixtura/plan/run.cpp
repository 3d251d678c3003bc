// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/incomplete_rows.h"
#include "mixtura/gaussian_mixture/labelled_rows.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/model_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/io/sha256.h"
#include "mixtura/plan/checkpoint.h"
#include "mixtura/plan/class_rows.h"
#include "mixtura/plan/component_tests.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/plan_checks.h"
#include "mixtura/plan/standardisation.h"
#include "mixtura/selection/factor_search.h"
#include "mixtura/selection/variational_search.h"

namespace mixtura {

namespace {

/// Reports log-likelihoods of the standardised data in the data's own units.
class OwnUnitsObserver final : public SearchObserver {
  public:
    OwnUnitsObserver(SearchObserver* inner, const Standardisation& standardisation,
                     double weight_sum)
        : inner_(inner),
          standardisation_(&standardisation),
          shift_(weight_sum * standardisation.log_jacobian()) {}

    void on_iteration(const IterationReport& report) override {
        IterationReport shifted = report;
        shifted.log_likelihood -= shift_;
        inner_->on_iteration(shifted);
    }
    void on_progress(std::string_view what, double done, double total) override {
        inner_->on_progress(what, done, total);
    }
    void on_candidate(std::size_t index, const Candidate& candidate) override {
        inner_->on_candidate(index, standardisation_->undo(candidate));
    }

  private:
    SearchObserver* inner_;
    const Standardisation* standardisation_;
    double shift_;
};

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
    return text;
}

/// The names in the plan's list, or else those of the start model, or else all numeric columns
/// that have no other task.
std::vector<std::size_t> feature_columns(const Plan& plan, const DataSet& data,
                                         const std::optional<SavedModel>& start_model,
                                         std::vector<std::string>& notes) {
    std::set<std::size_t> excluded;
    for (const std::string& name : plan.columns.excluded) excluded.insert(data.column_index(name));
    std::vector<std::string> names = plan.columns.features;
    if (names.empty() && start_model) {
        names = start_model->data.features;
        for (const std::string& name : names) {
            if (std::ranges::find(data.columns(), name, &Column::name) == data.columns().end())
                throw InvalidArgument("The start model '" + plan.start_model +
                                      "' has the feature '" + name +
                                      "', which is no column of the data. Use data that "
                                      "have it, or start elsewhere.");
        }
    }
    std::vector<std::size_t> features;
    for (const std::string& name : names) {
        const std::size_t index = data.column_index(name);
        if (std::find(features.begin(), features.end(), index) != features.end())
            throw InvalidArgument("Column '" + name + "' is named twice as a feature.");
        if (!excluded.contains(index))
            features.push_back(index);
    }
    if (!names.empty()) {
        if (features.empty())
            throw InvalidArgument("Every feature that is named is also excluded.");
        return features;
    }
    if (!plan.columns.weights.empty())
        excluded.insert(data.column_index(plan.columns.weights));
    if (!plan.start_labels.empty())
        excluded.insert(data.column_index(plan.start_labels));
    if (!plan.columns.labels.empty())
        excluded.insert(data.column_index(plan.columns.labels));
    if (!plan.columns.classes.empty())
        excluded.insert(data.column_index(plan.columns.classes));
    std::vector<std::string> left_out;
    for (std::size_t j = 0; j < data.columns().size(); ++j) {
        if (excluded.contains(j))
            continue;
        const Column& column = data.column(j);
        if (column.is_numeric())
            features.push_back(j);
        else
            left_out.push_back(column.name + " (" + std::string(to_string(column.type)) + ")");
    }
    if (features.empty())
        throw DataError("'" + data.source() + "' has no numeric column that could be a feature.",
                        {.file = data.source(), .column_name = {}, .cell = {}});
    if (!left_out.empty())
        notes.push_back("Not numeric, so not used: " + joined(left_out) + ".");
    return features;
}

/// A constant feature makes every covariance singular, whatever the structure.
void check_features_vary(const FeatureTable& table, const std::string& source) {
    if (table.observations.rows() < 2)
        throw DataError("'" + source + "' has only " + std::to_string(table.observations.rows()) +
                            " usable row: a mixture needs two or more.",
                        {.file = source, .column_name = {}, .cell = {}});
    for (Eigen::Index j = 0; j < table.observations.cols(); ++j) {
        const auto column = table.observations.col(j);
        const auto* const first = std::ranges::find_if(column.data(), column.data() + column.size(),
                                                       [](double x) { return !std::isnan(x); });
        const std::string& name = table.names[static_cast<std::size_t>(j)];
        if (first == column.data() + column.size())
            throw DataError("Column '" + name + "' has no value in any row used. Leave it out.",
                            {.file = source, .column_name = name, .cell = {}});
        if ((column.array() != *first && !column.array().isNaN()).any())
            continue;
        throw DataError("Column '" + name + "' has the same value (" + exact_text(*first) +
                            ") in all " + std::to_string(column.size()) +
                            " rows used, so that no covariance can be estimated. Leave it out.",
                        {.file = source, .column_name = name, .cell = exact_text(*first)});
    }
}

void check_enough_rows(const FeatureTable& table, const std::vector<int>& counts,
                       const std::string& source) {
    if (counts.empty())
        return;
    const int least = *std::min_element(counts.begin(), counts.end());
    if (table.observations.rows() < least)
        throw DataError("'" + source + "' has " + std::to_string(table.observations.rows()) +
                            " usable rows, fewer than the " + std::to_string(least) +
                            " components asked for. Ask for fewer components.",
                        {.file = source, .column_name = {}, .cell = {}});
}

/// Sets the counts of the search to the `given` one, unless others were asked for.
void settle_component_count(std::vector<int>& asked, int given, const std::string& what) {
    if (asked.empty())
        asked = {given};
    if (asked != std::vector<int>{given})
        throw InvalidArgument(what + " gives " + std::to_string(given) +
                              (given == 1 ? " component" : " components") +
                              "; ask for exactly that many.");
}

/// The labels of a column as components.
struct LabelledComponents {
    std::vector<std::int32_t> components;  ///< of the table's rows, `unknown_component` without one
    std::vector<std::string> names;        ///< of the components
};

/// Components numbered by ascending value, or by first appearance where the labels are text.
LabelledComponents labelled_components(const DataSet& data, const FeatureTable& table,
                                       const std::string& name) {
    const Column& column = data.column(data.column_index(name));
    std::map<double, std::int32_t> component_of;
    std::vector<std::pair<double, std::string>> in_order;
    std::vector<double> keys;  // of the table's rows; NaN without a label
    keys.reserve(table.rows.size());
    for (const std::int64_t row : table.rows) {
        const auto at = static_cast<std::size_t>(row);
        std::string label = column.text(row);
        keys.push_back(label.empty()         ? std::numeric_limits<double>::quiet_NaN()
                       : column.is_numeric() ? column.numbers[at]
                                             : static_cast<double>(column.codes[at]));
        if (!label.empty() && component_of.emplace(keys.back(), 0).second)
            in_order.emplace_back(keys.back(), std::move(label));
    }
    if (column.is_numeric())
        std::ranges::sort(in_order);
    LabelledComponents labelled;
    for (const auto& [key, label] : in_order) {
        component_of[key] = static_cast<std::int32_t>(labelled.names.size());
        labelled.names.push_back(label);
    }
    labelled.components.reserve(keys.size());
    for (const double key : keys)
        labelled.components.push_back(std::isnan(key) ? unknown_component : component_of[key]);
    return labelled;
}

/// A start needs a component for every row; with noise, those without a label begin as noise.
std::vector<std::int32_t> start_partition(const DataSet& data, const FeatureTable& table,
                                          const std::string& name, bool has_noise,
                                          int& component_count) {
    LabelledComponents labelled = labelled_components(data, table, name);
    component_count = static_cast<int>(labelled.names.size());
    std::vector<std::int32_t>& partition = labelled.components;
    if (has_noise)
        std::ranges::replace(partition, unknown_component, component_count);
    const auto unknown = std::ranges::find(partition, unknown_component);
    if (unknown == partition.end())
        return partition;
    const std::int64_t row = table.rows[static_cast<std::size_t>(unknown - partition.begin())];
    throw DataError("'" + data.source() + "', line " + std::to_string(data.line_of_row(row)) +
                        ", row " + std::to_string(row + 1) + ": the label in column '" + name +
                        "' is missing, but every row used needs one to start from.",
                    {.file = data.source(),
                     .line = data.line_of_row(row),
                     .row = row + 1,
                     .column_name = name,
                     .cell = {}});
}

/// The known labels, which the components asked for must be enough for; counts that are not are
/// left out of the search, with a note.
LabelledComponents known_labels(Plan& plan, const DataSet& data, const FeatureTable& table,
                                std::vector<std::string>& notes) {
    const std::string& name = plan.columns.labels;
    if (std::ranges::find(table.names, name) != table.names.end())
        throw InvalidArgument("Column '" + name +
                              "' is a feature and cannot hold the known labels too.");
    LabelledComponents labelled = labelled_components(data, table, name);
    const auto count = static_cast<int>(labelled.names.size());
    if (count == 0)
        throw DataError("'" + data.source() + "': column '" + name +
                            "' has no label in any row used. Name another column, or fit without "
                            "labels.",
                        {.file = data.source(), .column_name = name, .cell = {}});
    const auto labelled_rows = std::ssize(labelled.components) -
                               std::ranges::count(labelled.components, unknown_component);
    if (plan.label_fold_count > labelled_rows)
        throw InvalidArgument("label_fold_count is " + std::to_string(plan.label_fold_count) +
                              "; it must be 0, or from 2 to " + std::to_string(labelled_rows) +
                              ", the number of labelled rows.");
    std::vector<int>& counts = plan.search.component_counts;
    if (counts.empty())
        counts = {count};
    const auto too_few = std::ranges::count_if(counts, [&](int k) { return k < count; });
    if (too_few == std::ssize(counts))
        throw InvalidArgument("Column '" + name + "' has " + std::to_string(count) +
                              " different labels; ask for that many components or more.");
    std::erase_if(counts, [&](int k) { return k < count; });
    if (too_few > 0)
        notes.push_back("Fewer than " + std::to_string(count) +
                        " components were not tried: the labels name so many.");
    return labelled;
}

/// The start model over the table's features in their order.
GaussianMixture matching_model(const SavedModel& start, const FeatureTable& table) {
    std::vector<int> order;
    for (const std::string& name : table.names) {
        const auto& known = start.data.features;
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end())
            throw InvalidArgument("The start model has no feature '" + name + "'.");
        order.push_back(static_cast<int>(found - known.begin()));
    }
    if (order.size() != start.data.features.size())
        throw InvalidArgument("The start model has the features " + joined(start.data.features) +
                              "; use exactly these.");
    return std::is_sorted(order.begin(), order.end()) ? start.model : marginal(start.model, order);
}

/// Settles what the plan leaves to its start.
EmStart start_of(Plan& plan, const DataSet& data, const FeatureTable& table,
                 const std::optional<SavedModel>& start_model,
                 const Standardisation& standardisation) {
    EmStart start;
    if (!plan.start_labels.empty()) {
        int count = 0;
        start.partition =
            start_partition(data, table, plan.start_labels, plan.search.em.has_noise, count);
        settle_component_count(plan.search.component_counts, count,
                               "The label column '" + plan.start_labels + "'");
    }
    if (start_model) {
        start.model = standardisation.apply(matching_model(*start_model, table));
        settle_component_count(plan.search.component_counts, start.model->component_count(),
                               "The start model '" + plan.start_model + "'");
        if (plan.search.covariance_structures.empty())
            plan.search.covariance_structures = {start.model->covariance_structure()};
    }
    return start;
}

/// The admissible best, or of a cancelled search the best of what was reached.
std::optional<std::size_t> choice(const SearchResult& search, Criterion criterion) {
    if (search.best || !search.cancelled)
        return search.best;
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < search.candidates.size(); ++i) {
        const Candidate& candidate = search.candidates[i];
        if (!candidate.fit || !candidate.criteria || !candidate.fit->spurious.empty() ||
            !std::isfinite(candidate.criteria->value(criterion)))
            continue;
        if (!best || candidate.criteria->value(criterion) <
                         search.candidates[*best].criteria->value(criterion))
            best = i;
    }
    return best;
}

/// How each candidate classifies the labelled rows; of a cancelled search only the chosen one, so
/// that the cancelling does not wait.
std::vector<LabelAccuracy> label_accuracies(const RunResult& result, Criterion criterion,
                                            const FitControl& control) {
    FitControl unstopped = control;
    unstopped.stop = {};
    unstopped.observer = nullptr;
    const std::optional<std::size_t> chosen = choice(result.search, criterion);
    std::vector<LabelAccuracy> accuracies(result.search.candidates.size());
    for (std::size_t i = 0; i < accuracies.size(); ++i) {
        const Candidate& candidate = result.search.candidates[i];
        if (candidate.fit && (i == chosen || !control.stop.stop_requested()))
            accuracies[i] = label_accuracy(
                {.mixture = candidate.fit->model, .component_classes = result.component_classes},
                result.table.observations, result.known_components, unstopped);
    }
    return accuracies;
}

/// What makes a fit one that can be interrupted: the journal, where it goes on and where it is kept.
class Continuation {
  public:
    Continuation(const Plan& plan, const FeatureTable& table, const EmStart& start,
                 const std::vector<std::int32_t>& known_components,
                 const compute::Backend& backend) {
        if (plan.checkpoint_output.empty() && plan.resume_from.empty())
            return;
        nlohmann::json provenance =
            checkpoint_provenance(plan, table, start, known_components, backend);
        journal_ =
            plan.resume_from.empty()
                ? std::make_unique<EmJournal>()
                : std::make_unique<EmJournal>(states_to_resume(plan.resume_from, provenance));
        if (!plan.checkpoint_output.empty())
            writer_ = std::make_unique<CheckpointWriter>(
                plan.checkpoint_output, plan.checkpoint_seconds, std::move(provenance), *journal_);
    }
    [[nodiscard]] EmJournal* journal() const noexcept { return journal_.get(); }
    /// Writes the checkpoint for the last time. @return nothing, or why that failed
    [[nodiscard]] std::string finish() const {
        try {
            if (writer_)
                writer_->finish();
        } catch (const FileError& error) {
            return error.what();
        }
        return {};
    }

  private:
    std::unique_ptr<EmJournal> journal_;
    std::unique_ptr<CheckpointWriter> writer_;
};

std::string sha256_or_nothing(const std::string& path, const std::stop_token& stop) {
    try {
        return file_sha256(path, stop);
    } catch (const FileError&) {
        return {};  // the data were imported earlier and the file has gone since
    }
}

/// The checksum of a data file, worked out while the fit runs; given up with the fit.
class Digest {
  public:
    explicit Digest(const std::string& path)
        : text_(std::async(std::launch::async, sha256_or_nothing, path, stop_.get_token())) {}
    ~Digest() { stop_.request_stop(); }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;
    Digest(Digest&&) = delete;
    Digest& operator=(Digest&&) = delete;
    std::string get() { return text_.get(); }

  private:
    std::stop_source stop_;
    std::future<std::string> text_;
};

/// A fit knows features by their place alone, the analyst by their names.
DataError with_column_name(const DataError& error, const FeatureTable& table,
                           const std::string& source) {
    DataLocation location = error.location();
    const std::string place = "Feature " + std::to_string(location.column);
    std::string message = error.what();
    const std::size_t at = message.find(place);  // behind the name of a class, where there is one
    if (location.column < 1 || location.column > std::ssize(table.names) || at == std::string::npos)
        return error;
    location.file = source;
    location.column_name = table.names[static_cast<std::size_t>(location.column - 1)];
    message.replace(at, place.size(), "'" + source + "': column '" + location.column_name + "'");
    return DataError(message, location);
}

}  // namespace

ImportResult import_data(const std::string& path, const CsvOptions& options,
                         const FitControl& control) {
    ImportProgress progress;
    if (control.observer != nullptr)
        progress = [&](std::uint64_t done, std::uint64_t total) {
            control.observer->on_progress("reading " + path, static_cast<double>(done),
                                          static_cast<double>(total));
        };
    ImportResult result = import_csv(path, options, control.stop, progress, control.thread_count);
    if (!result.dialect.ambiguity.empty() && !options.decimal)
        throw DataError(result.dialect.ambiguity, {.file = path, .column_name = {}, .cell = {}});
    return result;
}

RunResult run(const Plan& asked, const DataSet& data, const FitControl& control,
              SearchObserver* observer) {
    check_plan(asked);
    Plan plan = asked;
    plan.search.em.has_missing_values = plan.columns.missing_rows == MissingRows::mar;
    std::optional<SavedModel> start_model;
    if (!plan.start_model.empty())
        start_model = read_model_file(plan.start_model);
    RunResult result;
    const std::vector<std::size_t> features =
        feature_columns(plan, data, start_model, result.notes);
    const int weight_column = plan.columns.weights.empty()
                                  ? -1
                                  : static_cast<int>(data.column_index(plan.columns.weights));
    result.table = feature_table(data, features, weight_column, plan.columns.missing_rows,
                                 rows_with_class(plan.columns.classes, data, result.notes));
    const FeatureTable& table = result.table;
    if (table.rows_dropped > 0)
        result.notes.push_back(std::to_string(table.rows_dropped) + " of " +
                               std::to_string(data.row_count()) +
                               " rows left out, because a value is missing.");
    if (table.incomplete_rows > 0)
        result.notes.push_back(std::to_string(table.incomplete_rows) + " of " +
                               std::to_string(data.row_count()) +
                               " rows miss a value; what they hold is used, as missing at random.");
    check_features_vary(table, data.source());
    check_enough_rows(table, plan.search.component_counts, data.source());
    Digest digest(plan.data_path);

    const Standardisation scales = standardisation(table, plan.columns.standardise);
    result.transform = scales.to_json();
    const EmStart start = start_of(plan, data, table, start_model, scales);
    const compute::Backend backend =
        control.backend != nullptr ? *control.backend : compute::cpu_backend();
    result.backend = backend.name();
    if (!plan.columns.labels.empty()) {
        LabelledComponents labelled = known_labels(plan, data, table, result.notes);
        result.known_components = std::move(labelled.components);
        result.label_names = std::move(labelled.names);
    }
    RowClasses classes;
    if (!plan.columns.classes.empty()) {
        LabelledComponents labelled = labelled_components(data, table, plan.columns.classes);
        classes = {.of_rows = std::move(labelled.components), .names = std::move(labelled.names)};
        check_classes(plan, data, table, classes);
        result.known_components = classes.of_rows;
        result.label_names = classes.names;
    }
    std::optional<ClassMixtures> class_mixtures;
    const Continuation continuation(plan, table, start, result.known_components, backend);
    FitControl fit_control = control;
    fit_control.journal = continuation.journal();
    const auto search_mixtures = [&](const MatrixRef& observations, const FitControl& watched,
                                     SearchObserver* candidates) {
        if (!classes.names.empty()) {
            class_mixtures = fit_class_mixtures(observations, classes, plan.search, watched,
                                                candidates, table.weights);
            return joint_search(*class_mixtures);
        }
        if (plan.search.variational)
            return search_variational_mixture(observations, plan.search, watched, candidates,
                                              table.weights, start.partition);
        return plan.search.factors
                   ? search_factor_mixtures(observations, plan.search, watched, candidates,
                                            table.weights, start.partition)
                   : search_gaussian_mixtures(observations, plan.search, watched, candidates,
                                              table.weights, start, result.known_components);
    };
    const auto test_components = [&] {
        const auto chosen = choice(result.search, plan.search.criterion);
        if (plan.bootstrap_replicates == 0 || !chosen || result.search.cancelled)
            return;
        FitControl watched = control;
        watched.observer = observer;
        try {
            result.component_tests =
                component_tests(result.search, *chosen, table.observations.rows(), plan.search,
                                plan.bootstrap_replicates, watched);
        } catch (const compute::Cancelled&) {
            result.search.cancelled = true;
            result.notes.emplace_back("The bootstrap test was cancelled.");
        }
    };
    const auto validate_labels = [&](const MatrixRef& observations) {
        const auto chosen = choice(result.search, plan.search.criterion);
        if (plan.label_fold_count == 0 || !chosen || result.search.cancelled)
            return;
        FitControl watched = control;
        watched.observer = observer;
        EmOptions em = plan.search.em;
        em.component_count = result.search.candidates[*chosen].component_count;
        em.covariance_structure = result.search.candidates[*chosen].covariance_form.structure();
        try {
            result.cross_validated_labels =
                class_mixtures ? cross_validated_class_accuracy(
                                     observations, classes, plan.search, *class_mixtures,
                                     plan.label_fold_count, watched, table.weights)
                               : cross_validated_label_accuracy(observations, table.weights,
                                                                result.known_components, em,
                                                                plan.label_fold_count, watched);
        } catch (const compute::Cancelled&) {
            result.search.cancelled = true;
            result.notes.emplace_back("The cross-validation of the labels was cancelled.");
        }
    };
    try {
        if (scales.is_identity()) {
            result.search = search_mixtures(table.observations, fit_control, observer);
            test_components();
            validate_labels(table.observations);
        } else {
            const double weight_sum = table.weights.size() > 0
                                          ? table.weights.sum()
                                          : static_cast<double>(table.observations.rows());
            OwnUnitsObserver own_units(observer, scales, weight_sum);
            fit_control.observer = nullptr;  // its reports arrive through the search observer
            const Eigen::MatrixXd scaled = scales.apply(table.observations);
            result.search =
                search_mixtures(scaled, fit_control, observer != nullptr ? &own_units : nullptr);
            test_components();
            validate_labels(scaled);
            for (Candidate& candidate : result.search.candidates)
                candidate = scales.undo(std::move(candidate));
        }
    } catch (const DataError& error) {
        throw with_column_name(error, table, data.source());
    } catch (const InvalidArgument& error) {
        // The options were checked above: what is left is about the data.
        throw DataError("'" + data.source() + "': " + error.what(),
                        {.file = data.source(), .column_name = {}, .cell = {}});
    }
    result.checkpoint_failure = continuation.finish();
    if (class_mixtures)
        add_class_models(*class_mixtures, classes, scales, result);
    for (const Candidate& candidate : result.search.candidates)
        result.selection.push_back(selection_record(candidate));
    if (result.search.cancelled &&
        std::none_of(result.search.candidates.begin(), result.search.candidates.end(),
                     [](const Candidate& candidate) { return candidate.fit.has_value(); }))
        return result;  // nothing to keep, so nothing to wait for
    if (!result.known_components.empty())
        result.label_accuracies = label_accuracies(result, plan.search.criterion, control);
    result.data_sha256 = digest.get();
    if (const auto chosen = choice(result.search, plan.search.criterion)) {
        result.chosen = saved_model(plan, data, result, *chosen);
        if (result.search.cancelled)
            result.chosen->fit.status = to_string(FitStatus::cancelled);
    }
    return result;
}

RunResult run(const Plan& plan, const FitControl& control, SearchObserver* observer) {
    check_plan(plan);
    expect_outputs(
        {plan.model_output, plan.assignments_output, plan.trace_output, plan.checkpoint_output},
        {{plan.data_path, "data file"}});
    FitControl import_control = control;
    if (observer != nullptr)
        import_control.observer = observer;
    const ImportResult import = import_data(plan.data_path, plan.import, import_control);
    RunResult result = run(plan, import.data, control, observer);
    if (import.rows_skipped > 0)
        result.notes.insert(result.notes.begin(),
                            std::to_string(import.rows_skipped) +
                                " rows left out, because a cell could not be read.");
    else if (import.problem_count > 0)
        result.notes.insert(result.notes.begin(), std::to_string(import.problem_count) +
                                                      " cells could not be read and are taken as "
                                                      "missing.");
    write_outputs(plan, result, control);
    if (!result.checkpoint_failure.empty())
        throw FileError(result.checkpoint_failure);
    return result;
}

void write_outputs(const Plan& plan, const RunResult& result, const FitControl& control) {
    if (!result.chosen)
        return;
    if (!plan.model_output.empty())
        write_model_file(plan.model_output, *result.chosen);
    if (!plan.assignments_output.empty()) {
        FitControl unstopped = control;
        unstopped.stop = {};  // a cancelled fit still delivers what it reached
        write_file_atomically(plan.assignments_output,
                              assignments_csv(result.table,
                                              score_observed(result.chosen->model,
                                                             result.table.observations, unstopped),
                                              row_labels(*result.chosen)));
    }
    if (plan.trace_output.empty())
        return;
    for (const Candidate& candidate : result.search.candidates) {
        if (candidate.fit && candidate.component_count == result.chosen->model.component_count() &&
            candidate.covariance_form == result.chosen->model.covariance_form()) {
            write_file_atomically(
                plan.trace_output,
                trace_csv(*candidate.fit, candidate.posterior ? "lower_bound" : "log_likelihood"));
            return;
        }
    }
}

}  // namespace mixtura
