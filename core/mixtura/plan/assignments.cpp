// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>

#include "mixtura/plan/plan.h"

namespace mixtura {

namespace {

template <class Number>
void append(std::string& out, Number value) {
    std::array<char, 32> text{};
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

/// A number, or an empty field where it is not finite.
void append_field(std::string& out, double value) {
    out += ',';
    if (std::isfinite(value))
        append(out, value);
}

}  // namespace

RowLabels row_labels(const SavedModel& saved) {
    if (saved.labels.component_classes.empty())
        return {.names = component_names(saved), .component_classes = {}};
    return {.names = saved.labels.names, .component_classes = saved.labels.component_classes};
}

std::string assignments_csv(const FeatureTable& table, const Scores& scores,
                            const RowLabels& labels) {
    const int component_count = scores.component_count();
    const Eigen::Index group_count = scores.responsibilities.cols();
    const bool has_classes = !labels.component_classes.empty();
    const Scores classes = has_classes ? class_scores(scores, labels.component_classes) : Scores{};
    const Scores& labelling = has_classes ? classes : scores;
    std::string out = "row,classification,uncertainty,log_density";
    for (int k = 1; k <= component_count; ++k) {
        out += ",responsibility_";
        append(out, k);
    }
    if (scores.has_noise)
        out += ",responsibility_noise";
    if (has_classes) {
        for (const std::string& name : labels.names) out += ',' + csv_field("probability_" + name);
    }
    out += labels.names.empty() ? "\n" : ",label\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        append(out, table.rows[i] + 1);
        out += ',';
        append(out, scores.number_of(scores.classification[i]));
        append_field(out, labelling.uncertainty[at]);
        append_field(out, scores.log_densities[at]);
        for (Eigen::Index k = 0; k < group_count; ++k)
            append_field(out, scores.responsibilities(at, k));
        for (Eigen::Index c = 0; c < classes.responsibilities.cols(); ++c)
            append_field(out, classes.responsibilities(at, c));
        if (!labels.names.empty())
            out += ',' +
                   csv_field(labels.names[static_cast<std::size_t>(labelling.classification[i])]);
        out += '\n';
    }
    return out;
}

std::string assignments_csv(const FeatureTable& table, const Scores& scores, std::int64_t row_count,
                            const RowLabels& labels) {
    const std::string known = assignments_csv(table, scores, labels);
    const std::size_t probability_count =
        labels.component_classes.empty() ? 0 : labels.names.size();
    const std::string empty_fields(static_cast<std::size_t>(scores.responsibilities.cols()) +
                                       probability_count + (labels.names.empty() ? 3 : 4),
                                   ',');
    std::size_t position = known.find('\n') + 1;
    std::string out = known.substr(0, position);
    std::size_t next = 0;
    for (std::int64_t row = 0; row < row_count; ++row) {
        if (next < table.rows.size() && table.rows[next] == row) {
            const std::size_t end = known.find('\n', position) + 1;
            out.append(known, position, end - position);
            position = end;
            ++next;
        } else {
            append(out, row + 1);
            out += empty_fields + "\n";
        }
    }
    return out;
}

std::string trace_csv(const EmFit& fit, std::string_view climbed) {
    std::string out = "start,method,iteration,";
    out.append(climbed).append("\n");
    for (std::size_t r = 0; r < fit.runs.size(); ++r) {
        const EmRun& run = fit.runs[r];
        // A start from a model records the log-likelihood before the first M-step too.
        const auto length = static_cast<std::int64_t>(run.log_likelihood.size());
        const std::int64_t first = length - run.iterations;
        for (std::int64_t i = 0; i < length; ++i) {
            append(out, r + 1);
            out += ',';
            out += csv_field(run.start);
            out += ',';
            append(out, first == 1 ? i : i + 1);
            append_field(out, run.log_likelihood[static_cast<std::size_t>(i)]);
            out += '\n';
        }
    }
    return out;
}

}  // namespace mixtura
