// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/stream_learner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/incremental/conditional_mixture.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double drift_slack = 0.2;       ///< nats a row that the loss may grow unnoticed
constexpr double drift_threshold = 50.0;  ///< nats
constexpr std::int64_t drift_warm_up = 200;
constexpr double memory_after_drift = 0.02;
constexpr std::int64_t rows_before_remarks = 1000;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

std::string in_quotes(const std::string& text) {
    return "'" + text + "'";
}

}  // namespace

std::string_view to_string(FeatureScale scale) noexcept {
    switch (scale) {
        case FeatureScale::running:
            return "running";
        case FeatureScale::given:
            return "given";
        case FeatureScale::warm_up:
            break;
    }
    return "warm-up";
}

std::string_view to_string(ClassModel model) noexcept {
    return model == ClassModel::joint ? "joint" : "tagged";
}

std::string_view to_string(DriftAction action) noexcept {
    switch (action) {
        case DriftAction::report:
            return "report";
        case DriftAction::restart:
            return "restart";
        case DriftAction::none:
            break;
    }
    return "none";
}

FeatureScale feature_scale_from(std::string_view text) {
    for (const FeatureScale scale :
         {FeatureScale::warm_up, FeatureScale::running, FeatureScale::given})
        if (text == to_string(scale))
            return scale;
    throw InvalidArgument("'" + std::string(text) +
                          "' is not a source of the features' scale; the choices are warm-up, "
                          "running and given.");
}

ClassModel class_model_from(std::string_view text) {
    for (const ClassModel model : {ClassModel::tagged, ClassModel::joint})
        if (text == to_string(model))
            return model;
    throw InvalidArgument("'" + std::string(text) +
                          "' is not a class model; the choices are tagged and joint.");
}

DriftAction drift_action_from(std::string_view text) {
    for (const DriftAction action : {DriftAction::none, DriftAction::report, DriftAction::restart})
        if (text == to_string(action))
            return action;
    throw InvalidArgument("'" + std::string(text) +
                          "' is not an answer to drift; the choices are none, report and "
                          "restart.");
}

void PrequentialSums::add(const PrequentialSums& other) noexcept {
    row_count += other.row_count;
    log_density += other.log_density;
    scored_count += other.scored_count;
    correct_count += other.correct_count;
    squared_error += other.squared_error;
}

bool DriftDetector::observe(double loss, std::int64_t row) noexcept {
    ++count;
    mean += (loss - mean) / static_cast<double>(count);
    if (count <= drift_warm_up)
        return false;
    sum += loss - mean - drift_slack;
    least_sum = std::min(least_sum, sum);
    if (sum - least_sum <= drift_threshold)
        return false;
    count = 0;
    mean = sum = least_sum = 0.0;
    ++alarm_count;
    last_alarm = row;
    return true;
}

RunningMoments::RunningMoments(Index feature_count)
    : counts(VectorXd::Zero(feature_count)),
      means(VectorXd::Zero(feature_count)),
      squares(VectorXd::Zero(feature_count)),
      least(VectorXd::Constant(feature_count, std::numeric_limits<double>::infinity())),
      greatest(-least) {}

void RunningMoments::observe(const VectorRef& x) noexcept {
    for (Index i = 0; i < x.size(); ++i) {
        if (std::isnan(x[i]))
            continue;
        counts[i] += 1.0;
        const double away = x[i] - means[i];
        means[i] += away / counts[i];
        squares[i] += away * (x[i] - means[i]);
        least[i] = std::min(least[i], x[i]);
        greatest[i] = std::max(greatest[i], x[i]);
    }
}

VectorXd RunningMoments::deviations() const {
    VectorXd result(counts.size());
    std::vector<double> varying;
    for (Index i = 0; i < result.size(); ++i) {
        const bool varies = counts[i] > 1.0 && greatest[i] > least[i] && squares[i] > 0.0;
        result[i] = varies ? std::sqrt(squares[i] / (counts[i] - 1.0)) : not_a_number;
        if (varies)
            varying.push_back(result[i]);
    }
    const double other = varying.empty() ? 1.0 : median(varying);
    for (double& deviation : result)
        if (std::isnan(deviation))
            deviation = other;
    return result;
}

StreamLearner::StreamLearner(const StreamOptions& options, std::vector<std::string> features,
                             std::string target, std::vector<std::string> classes) {
    validate(options.mixture);
    const auto d = static_cast<Index>(features.size());
    if (d < 1)
        throw InvalidArgument("A stream needs at least one feature.");
    if (options.warm_up_rows < 0 || options.warm_up_rows > warm_up_rows_limit)
        throw InvalidArgument("The number of warm-up rows is " +
                              std::to_string(options.warm_up_rows) + "; it must be from 1 to " +
                              std::to_string(warm_up_rows_limit) + ".");
    if (options.history_stride < 1)
        throw InvalidArgument("The history's stride is " + std::to_string(options.history_stride) +
                              "; it must be 1 or more.");
    if (options.feature_scale == FeatureScale::given) {
        if (static_cast<Index>(options.deviations.size()) != d)
            throw InvalidArgument("There are " + std::to_string(options.deviations.size()) +
                                  " deviations for " + std::to_string(d) +
                                  " features; the counts must agree.");
        for (std::size_t i = 0; i < options.deviations.size(); ++i)
            if (!(options.deviations[i] > 0.0) || !std::isfinite(options.deviations[i]))
                throw InvalidArgument("The deviation of " + in_quotes(features[i]) + " is " +
                                      brief_text(options.deviations[i]) + "; it must be positive.");
    }
    state_.options = options;
    state_.features = std::move(features);
    state_.target = std::move(target);
    state_.classes = std::move(classes);
    state_.moments = RunningMoments(d);
    state_.history_stride = options.history_stride;
    if (has_indicators() && options.feature_scale != FeatureScale::warm_up &&
        state_.classes.size() < 2)
        throw InvalidArgument(
            "A joint class model needs to know the classes before its first row: take the scale "
            "from a warm-up, or use the tagged class model.");
}

StreamLearner::StreamLearner(StreamState state) : state_(std::move(state)) {
    if (state_.mixture)
        mixture_.emplace(std::move(*state_.mixture));
    state_.mixture.reset();
}

StreamState StreamLearner::state() const {
    StreamState state = state_;
    if (mixture_)
        state.mixture = mixture_->state();
    return state;
}

const IncrementalMixture& StreamLearner::mixture() const {
    if (!mixture_)
        throw InvalidArgument(state_.row_count == 0
                                  ? "No row was learned, so there is no mixture."
                                  : "The warm-up is not over, so there is no mixture yet.");
    return *mixture_;
}

void StreamLearner::set_thread_count(int count) noexcept {
    thread_count_ = count;
    if (mixture_)
        mixture_->set_thread_count(count);
}

bool StreamLearner::has_indicators() const noexcept {
    return state_.options.target == TargetKind::classification &&
           state_.options.class_model == ClassModel::joint;
}

std::vector<std::string> StreamLearner::model_features() const {
    std::vector<std::string> names = state_.features;
    if (has_indicators())
        for (const std::string& name : state_.classes) names.push_back(state_.target + "=" + name);
    return names;
}

int StreamLearner::index_of_class(std::string_view label) {
    if (state_.options.target != TargetKind::classification || label.empty())
        return -1;
    const auto found = std::ranges::find(state_.classes, label);
    if (found != state_.classes.end())
        return static_cast<int>(found - state_.classes.begin());
    if (has_indicators() && mixture_)
        throw InvalidArgument("The class " + in_quotes(std::string(label)) +
                              " appears for the first time after the warm-up, when a joint class "
                              "model cannot take it in; use the tagged class model or a longer "
                              "warm-up.");
    state_.classes.emplace_back(label);
    return static_cast<int>(state_.classes.size()) - 1;
}

VectorXd StreamLearner::model_row(const VectorXd& values, int class_index) const {
    if (!has_indicators())
        return values;
    const auto class_count = static_cast<Index>(state_.classes.size());
    VectorXd row(values.size() + class_count);
    row.head(values.size()) = values;
    row.tail(class_count).setConstant(class_index < 0 ? not_a_number : 0.0);
    if (class_index >= 0)
        row[values.size() + class_index] = 1.0;
    return row;
}

VectorXd StreamLearner::initial_variances(const VectorXd& deviations) const {
    const double scale = state_.options.mixture.initial_scale.value_or(
        default_initial_scale(static_cast<int>(deviations.size())));
    return (scale * deviations).cwiseAbs2();
}

/// Makes the mixture, once the scale is known, and learns the rows that were kept.
void StreamLearner::start() {
    const auto d = static_cast<Index>(state_.features.size());
    VectorXd deviations;
    if (state_.options.feature_scale == FeatureScale::given)
        deviations = Eigen::Map<const VectorXd>(state_.options.deviations.data(), d);
    else
        deviations = state_.moments.deviations();
    if (has_indicators()) {
        RunningMoments moments(d + static_cast<Index>(state_.classes.size()));
        for (const KeptRow& row : state_.kept_rows)
            moments.observe(model_row(row.values, row.class_index));
        VectorXd all = moments.deviations();
        if (state_.options.feature_scale == FeatureScale::given)
            all.head(d) = deviations;
        deviations = all;
    }
    const bool has_classes = state_.options.target == TargetKind::classification &&
                             state_.options.class_model == ClassModel::tagged;
    mixture_.emplace(state_.options.mixture, initial_variances(deviations), has_classes);
    mixture_->set_thread_count(thread_count_);
    const std::vector<KeptRow> rows = std::exchange(state_.kept_rows, {});
    for (const KeptRow& row : rows) learn(row);
}

void StreamLearner::observe(const StreamRow& row) {
    const auto d = static_cast<Index>(state_.features.size());
    if (row.values.size() != d)
        throw InvalidArgument("The row has " + std::to_string(row.values.size()) +
                              " values; there are " + std::to_string(d) + " features.");
    for (Index i = 0; i < d; ++i)
        if (std::abs(row.values[i]) > 1e150)
            throw InvalidArgument(in_quotes(state_.features[static_cast<std::size_t>(i)]) + " is " +
                                  brief_text(row.values[i]) +
                                  "; values beyond 1e150 cannot be learned.");
    if (!(row.weight > 0.0) || !std::isfinite(row.weight))
        throw InvalidArgument("The weight of the row is " + brief_text(row.weight) +
                              "; it must be positive.");
    const std::size_t known_classes = state_.classes.size();
    const KeptRow kept{
        .values = row.values, .class_index = index_of_class(row.label), .weight = row.weight};
    const bool waits = !mixture_ && state_.options.feature_scale == FeatureScale::warm_up;
    if (!mixture_ && !waits) {
        state_.moments.observe(row.values);
        start();
        state_.moments = RunningMoments(d);
    }
    if (mixture_) {
        const RunningMoments before = state_.moments;
        state_.moments.observe(row.values);
        if (state_.options.feature_scale == FeatureScale::running && !has_indicators())
            mixture_->set_initial_variances(initial_variances(state_.moments.deviations()));
        try {
            learn(kept);
        } catch (const InvalidArgument&) {
            state_.moments = before;
            state_.classes.resize(known_classes);
            throw;
        }
        ++state_.row_count;
        return;
    }
    state_.moments.observe(row.values);
    ++state_.row_count;
    state_.kept_rows.push_back(kept);
    const std::int64_t wanted = state_.options.warm_up_rows > 0
                                    ? state_.options.warm_up_rows
                                    : std::max<std::int64_t>(200, 10 * d);
    if (static_cast<std::int64_t>(state_.kept_rows.size()) >= wanted)
        start();
}

void StreamLearner::finish() {
    if (!mixture_ && !state_.kept_rows.empty())
        start();
}

void StreamLearner::learn(const KeptRow& row) {
    const VectorXd x = model_row(row.values, row.class_index);
    const PrequentialSums sums = score(x, row.class_index);
    const bool has_classes = mixture_->state().has_classes;
    const Observation seen = mixture_->learn(row.weight, has_classes ? row.class_index : -1);
    record(sums);
    if (state_.options.drift_action == DriftAction::none || sums.row_count == 0)
        return;
    if (state_.drift.observe(-seen.log_density, mixture_->state().row_count) &&
        state_.options.drift_action == DriftAction::restart)
        mixture_->fade(memory_after_drift);
}

/// What the mixture says of the row; leaves the row looked at, ready to be learned.
PrequentialSums StreamLearner::score(const VectorXd& x, int class_index) {
    PrequentialSums sums;
    const bool has_indicator_target = has_indicators();
    const bool is_regression = state_.options.target == TargetKind::regression;
    std::vector<Index> wanted;
    const Index d = x.size();
    if (is_regression)
        wanted.push_back(d - 1);
    for (Index i = static_cast<Index>(state_.features.size()); has_indicator_target && i < d; ++i)
        wanted.push_back(i);
    const bool has_target = !wanted.empty() && !std::isnan(x[wanted.front()]);
    VectorXd prediction;
    if (has_target && x.hasNaN()) {
        VectorXd without = x;
        for (const Index i : wanted) without[i] = not_a_number;
        mixture_->look(without);
        if (mixture_->component_count() > 0 && !without.array().isNaN().all()) {
            prediction.setZero(static_cast<Index>(wanted.size()));
            const Eigen::ArrayXd terms = mixture_->log_terms();
            const Eigen::ArrayXd weights = (terms - terms.maxCoeff()).exp();
            for (Index j = 0; j < weights.size(); ++j)
                for (std::size_t i = 0; i < wanted.size(); ++i)
                    prediction[static_cast<Index>(i)] +=
                        weights[j] / weights.sum() *
                        (mixture_->components()[static_cast<std::size_t>(j)].mean[wanted[i]] +
                         mixture_->distances()[static_cast<std::size_t>(j)].difference[wanted[i]]);
        }
    }
    const double log_density = mixture_->look(x);
    if (mixture_->component_count() == 0 || x.array().isNaN().all())
        return sums;
    sums.row_count = 1;
    sums.log_density = log_density;
    if (has_target && prediction.size() == 0 && !x.hasNaN())
        prediction = predict_of_others(*mixture_, x, wanted).mean;
    if (is_regression && prediction.size() > 0) {
        sums.scored_count = 1;
        sums.squared_error = std::pow(prediction[0] - x[d - 1], 2);
    } else if (has_indicator_target && prediction.size() > 0) {
        Index predicted = 0;
        prediction.maxCoeff(&predicted);
        sums.scored_count = 1;
        sums.correct_count = predicted == class_index ? 1 : 0;
    } else if (state_.options.target == TargetKind::classification && !has_indicator_target &&
               class_index >= 0) {
        std::vector<int> component_classes;
        for (const IncrementalComponent& component : mixture_->components())
            component_classes.push_back(component.class_index);
        const VectorXd probabilities = class_probabilities(mixture_->log_terms(), component_classes,
                                                           static_cast<int>(state_.classes.size()));
        Index predicted = 0;
        probabilities.maxCoeff(&predicted);
        sums.scored_count = 1;
        sums.correct_count = predicted == class_index ? 1 : 0;
    }
    return sums;
}

void StreamLearner::record(const PrequentialSums& sums) {
    state_.prequential.add(sums);
    HistoryEntry& open = state_.open_entry;
    open.row = mixture_->state().row_count;
    open.component_count = mixture_->component_count();
    open.sums.add(sums);
    if (open.row % state_.history_stride != 0)
        return;
    state_.history.push_back(open);
    open = HistoryEntry{};
    if (state_.history.size() < history_limit)
        return;
    for (std::size_t i = 0; i < history_limit / 2; ++i) {
        HistoryEntry entry = state_.history[2 * i + 1];
        entry.sums = state_.history[2 * i].sums;
        entry.sums.add(state_.history[2 * i + 1].sums);
        state_.history[i] = entry;
    }
    state_.history.resize(history_limit / 2);
    state_.history_stride *= 2;
}

std::vector<HistoryEntry> StreamLearner::history() const {
    std::vector<HistoryEntry> result = state_.history;
    if (state_.open_entry.row > 0)
        result.push_back(state_.open_entry);
    return result;
}

std::vector<std::string> StreamLearner::remarks() const {
    std::vector<std::string> remarks;
    if (!mixture_)
        return remarks;
    const auto d = static_cast<Index>(state_.features.size());
    const std::int64_t rows = state_.row_count;
    if (rows >= rows_before_remarks)
        for (Index i = 0; i < d; ++i)
            if (!(state_.moments.greatest[i] > state_.moments.least[i]))
                remarks.push_back("Feature " +
                                  in_quotes(state_.features[static_cast<std::size_t>(i)]) +
                                  " has the same value in every row; it only adds the initial "
                                  "variance. Exclude it.");
    if (rows < mixture_->feature_count())
        remarks.push_back("There are fewer rows (" + std::to_string(rows) + ") than features (" +
                          std::to_string(mixture_->feature_count()) +
                          "), so the covariances are mostly the initial ones.");
    const auto component_count = static_cast<double>(mixture_->component_count());
    if (rows >= rows_before_remarks && component_count > std::sqrt(static_cast<double>(rows)))
        remarks.push_back("There are " + std::to_string(mixture_->component_count()) +
                          " components for " + std::to_string(rows) +
                          " rows: the initial scale is likely too small.");
    const IncrementalCounters& counters = mixture_->state().counters;
    if (counters.components_repaired > 0)
        remarks.push_back(std::to_string(counters.components_repaired) +
                          " covariances that were no longer positive definite were repaired.");
    if (counters.forced_updates > 0)
        remarks.push_back(std::to_string(counters.forced_updates) +
                          " novel rows could not become components, because there may be only " +
                          std::to_string(state_.options.mixture.component_limit) + ".");
    if (counters.published_rule_failures > 0)
        remarks.push_back(std::to_string(counters.published_rule_failures) +
                          " updates by the published rule would have lost positive definiteness; "
                          "the exact one was used instead.");
    return remarks;
}

}  // namespace mixtura
