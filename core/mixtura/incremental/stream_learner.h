// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/incremental/incremental_mixture.h"

namespace mixtura {

/// Where the deviations of the features come from, which the first covariances are made of.
enum class FeatureScale {
    warm_up,  ///< from the first rows, which are kept and then learned in order
    running,  ///< from all rows up to the one that a component is made of
    given
};
/// `tagged`: every component belongs to one class. `joint`: classes are features, one indicator each.
enum class ClassModel { tagged, joint };
enum class TargetKind { none, classification, regression };
/// What a sudden fall of the log density leads to.
enum class DriftAction {
    none,
    report,  ///< it is counted
    restart  ///< and all masses shrink to 2 %
};

std::string_view to_string(FeatureScale scale) noexcept;
std::string_view to_string(ClassModel model) noexcept;
std::string_view to_string(DriftAction action) noexcept;
/// @throw InvalidArgument  names the choices
FeatureScale feature_scale_from(std::string_view text);
ClassModel class_model_from(std::string_view text);
DriftAction drift_action_from(std::string_view text);

inline constexpr std::int64_t warm_up_rows_limit = 1'000'000;

/// What is learned from a stream, and how. Plain data.
struct StreamOptions {
    IncrementalOptions mixture;
    FeatureScale feature_scale = FeatureScale::warm_up;
    std::int64_t warm_up_rows = 0;   ///< 0: max(200, 10 d)
    std::vector<double> deviations;  ///< of the features, where they are given
    TargetKind target = TargetKind::none;
    ClassModel class_model = ClassModel::tagged;
    DriftAction drift_action = DriftAction::none;
    std::int64_t history_stride = 1000;  ///< rows of one entry of the history, to begin with
};

/// Sums over rows of what was said of them before they were learned.
struct PrequentialSums {
    std::int64_t row_count = 0;  ///< rows that had a density
    double log_density = 0.0;
    std::int64_t scored_count = 0;  ///< rows whose target was predicted
    std::int64_t correct_count = 0;
    double squared_error = 0.0;

    void add(const PrequentialSums& other) noexcept;
};

/// The rows from the end of the entry before up to `row`.
struct HistoryEntry {
    std::int64_t row = 0;
    std::int64_t component_count = 0;
    PrequentialSums sums;
};

/// Test of Page and Hinkley on the loss -log p(x).
struct DriftDetector {
    std::int64_t count = 0;  ///< rows since the last alarm
    double mean = 0.0;       ///< of the loss
    double sum = 0.0;
    double least_sum = 0.0;
    std::int64_t alarm_count = 0;
    std::int64_t last_alarm = 0;  ///< row; 0: none yet

    /// @return whether the loss of this row raises an alarm
    /// Source: Page 1954, Biometrika 41:100; Hinkley 1971, Biometrika 58:509.
    bool observe(double loss, std::int64_t row) noexcept;
};

/// Means, squared deviations and ranges of features as they come (Welford 1962); NaN is left out.
struct RunningMoments {
    Eigen::VectorXd counts;
    Eigen::VectorXd means;
    Eigen::VectorXd squares;
    Eigen::VectorXd least;
    Eigen::VectorXd greatest;

    explicit RunningMoments(Eigen::Index feature_count = 0);
    void observe(const VectorRef& x) noexcept;
    /// Standard deviations; of a feature that is constant the median of the others', 1 where all are.
    [[nodiscard]] Eigen::VectorXd deviations() const;
};

/// A row of the stream.
struct StreamRow {
    Eigen::VectorXd values;  ///< inputs, then the target of a regression; NaN: missing
    std::string_view label;  ///< of a classification; empty: not known
    double weight = 1.0;
};

/// A row kept until there are enough to tell the scale.
struct KeptRow {
    Eigen::VectorXd values;
    int class_index = -1;
    double weight = 1.0;
};

/// All that a learner is: equal states go on to equal bits.
struct StreamState {
    StreamOptions options;
    std::vector<std::string> features;  ///< of the rows
    std::string target;                 ///< name of the target's column; empty: none
    std::vector<std::string> classes;   ///< in order of appearance
    std::int64_t row_count = 0;
    RunningMoments moments;
    std::vector<KeptRow> kept_rows;
    std::optional<IncrementalState> mixture;  ///< none during the warm-up
    PrequentialSums prequential;
    DriftDetector drift;
    std::vector<HistoryEntry> history;  ///< at most `history_limit`
    std::int64_t history_stride = 1000;
    HistoryEntry open_entry;
};
inline constexpr std::size_t history_limit = 2048;

/// Learns a mixture from a stream: finds the scale of its features, learns each row, predicts its
/// target first and keeps account of how well that went. Memory does not grow with the stream.
class StreamLearner {
  public:
    /// @param features  names of a row's values; that of a regression's target is the last one
    /// @param target    name of the target's column, empty where there is none
    /// @param classes   known beforehand; more may come, but for ClassModel::joint after the warm-up
    /// @throw InvalidArgument  an option out of range
    StreamLearner(const StreamOptions& options, std::vector<std::string> features,
                  std::string target = {}, std::vector<std::string> classes = {});
    /// Goes on from `state`, to the same bits.
    explicit StreamLearner(StreamState state);

    /// @throw InvalidArgument  as IncrementalMixture::observe; a weight that is not positive; a class
    ///                         that a joint model does not have. Nothing is learned then.
    void observe(const StreamRow& row);
    /// Learns rows that are still kept, if the stream ended during the warm-up.
    void finish();

    /// The state as it is now, ready to go on from.
    [[nodiscard]] StreamState state() const;
    [[nodiscard]] bool has_mixture() const noexcept { return mixture_.has_value(); }
    /// @throw InvalidArgument  the warm-up is not over, or there was no row
    [[nodiscard]] const IncrementalMixture& mixture() const;
    [[nodiscard]] std::int64_t row_count() const noexcept { return state_.row_count; }
    [[nodiscard]] const PrequentialSums& prequential() const noexcept { return state_.prequential; }
    [[nodiscard]] const std::vector<std::string>& classes() const noexcept {
        return state_.classes;
    }
    [[nodiscard]] const StreamOptions& options() const noexcept { return state_.options; }
    [[nodiscard]] const std::string& target() const noexcept { return state_.target; }
    [[nodiscard]] const DriftDetector& drift() const noexcept { return state_.drift; }
    /// Names of the mixture's features: those of the rows, then "target=class" of a joint model.
    [[nodiscard]] std::vector<std::string> model_features() const;
    /// The history with the entry that is not full yet, if it has a row.
    [[nodiscard]] std::vector<HistoryEntry> history() const;
    /// Sentences about what may make the model worth less than it looks.
    [[nodiscard]] std::vector<std::string> remarks() const;
    void set_thread_count(int count) noexcept;

  private:
    int index_of_class(std::string_view label);
    [[nodiscard]] bool has_indicators() const noexcept;
    [[nodiscard]] Eigen::VectorXd model_row(const Eigen::VectorXd& values, int class_index) const;
    [[nodiscard]] Eigen::VectorXd initial_variances(const Eigen::VectorXd& deviations) const;
    void start();
    void learn(const KeptRow& row);
    PrequentialSums score(const Eigen::VectorXd& x, int class_index);
    void record(const PrequentialSums& sums);

    StreamState state_;  ///< but for the mixture, once there is one
    std::optional<IncrementalMixture> mixture_;
    int thread_count_ = 1;
};

}  // namespace mixtura
