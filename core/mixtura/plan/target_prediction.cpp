// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/target_prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mixtura/common/error.h"
#include "mixtura/incremental/conditional_mixture.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/number_format.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

bool is_tagged(const SavedModel& saved) {
    return saved.incremental->class_model == "tagged";
}

/// How many features, at the end, are the target.
std::size_t target_feature_count(const SavedModel& saved) {
    if (!has_target(saved) || is_tagged(saved))
        return 0;
    return saved.incremental->target_kind == "regression" ? 1 : saved.incremental->classes.size();
}

void classify(const VectorXd& probabilities, Index row, TargetPrediction& prediction) {
    prediction.probabilities.row(row) = probabilities.transpose();
    Index most_probable = 0;
    probabilities.maxCoeff(&most_probable);
    prediction.classification.push_back(static_cast<std::int32_t>(most_probable));
}

void predict_tagged(const SavedModel& saved, const MatrixRef& inputs,
                    TargetPrediction& prediction) {
    const Scores scores = score(saved.model, inputs);
    const int class_count = static_cast<int>(prediction.classes.size());
    for (Index i = 0; i < inputs.rows(); ++i) {
        const VectorXd log_terms = scores.responsibilities.row(i).transpose().array().log();
        classify(class_probabilities(log_terms, saved.incremental->component_classes, class_count),
                 i, prediction);
    }
}

std::vector<std::string> fields_of(const TargetPrediction& prediction, std::size_t i) {
    const auto at = static_cast<Index>(i);
    std::vector<std::string> fields;
    if (prediction.classes.empty()) {
        for (const VectorXd* figures :
             {&prediction.mean, &prediction.variance, &prediction.lower, &prediction.upper})
            fields.push_back(exact_text((*figures)[at]));
        return fields;
    }
    fields.push_back(
        csv_field(prediction.classes[static_cast<std::size_t>(prediction.classification[i])]));
    for (Index c = 0; c < prediction.probabilities.cols(); ++c)
        fields.push_back(exact_text(prediction.probabilities(at, c)));
    return fields;
}

std::vector<std::string> headings_of(const TargetPrediction& prediction) {
    if (prediction.classes.empty())
        return {"prediction", "variance", "lower", "upper"};
    std::vector<std::string> headings{"prediction"};
    for (const std::string& name : prediction.classes)
        headings.push_back(csv_field("probability_" + name));
    return headings;
}

}  // namespace

bool has_target(const SavedModel& saved) noexcept {
    return saved.incremental && !saved.incremental->target.empty();
}

SavedModel input_model(const SavedModel& saved) {
    const std::size_t hidden = target_feature_count(saved);
    if (hidden == 0)
        return saved;
    std::vector<int> inputs(saved.data.features.size() - hidden);
    if (inputs.empty())
        throw InvalidArgument("The model has no feature but its target '" +
                              saved.incremental->target +
                              "', so there is nothing to predict it "
                              "from.");
    std::iota(inputs.begin(), inputs.end(), 0);
    SavedModel result = saved;
    result.model = marginal(saved.model, inputs);
    result.data.features.resize(inputs.size());
    return result;
}

TargetPrediction predict_target(const SavedModel& saved, const MatrixRef& inputs) {
    const IncrementalRecord& record = *saved.incremental;
    TargetPrediction prediction;
    prediction.classes = record.classes;
    prediction.probabilities.resize(inputs.rows(), static_cast<Index>(record.classes.size()));
    if (record.target_kind == "classification" && is_tagged(saved)) {
        predict_tagged(saved, inputs, prediction);
        return prediction;
    }
    const auto hidden = static_cast<Index>(target_feature_count(saved));
    const Index d = saved.model.feature_count();
    std::vector<Index> given(static_cast<std::size_t>(d - hidden));
    std::vector<Index> wanted(static_cast<std::size_t>(hidden));
    std::iota(given.begin(), given.end(), 0);
    std::iota(wanted.begin(), wanted.end(), d - hidden);
    const ConditionalMixture conditional(precision_mixture(saved.model), given, wanted);
    if (record.target_kind == "classification") {
        for (Index i = 0; i < inputs.rows(); ++i)
            classify(class_probabilities(conditional.predict(inputs.row(i).transpose()).mean), i,
                     prediction);
        return prediction;
    }
    for (VectorXd* figures :
         {&prediction.mean, &prediction.variance, &prediction.lower, &prediction.upper})
        figures->resize(inputs.rows());
    for (Index i = 0; i < inputs.rows(); ++i) {
        const ConditionalPrediction row = conditional.predict(inputs.row(i).transpose());
        prediction.mean[i] = row.mean[0];
        prediction.variance[i] = row.covariance(0, 0);
        prediction.lower[i] = conditional_quantile(row, 0, 0.025);
        prediction.upper[i] = conditional_quantile(row, 0, 0.975);
    }
    return prediction;
}

TargetScore score_target(const SavedModel& saved, const TargetPrediction& prediction,
                         const FeatureTable& table, const DataSet& data) {
    TargetScore result;
    const auto found = std::ranges::find(data.columns(), saved.incremental->target, &Column::name);
    if (found == data.columns().end())
        return result;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const auto row = static_cast<std::size_t>(table.rows[i]);
        if (prediction.classes.empty()) {
            if (!found->is_numeric() || std::isnan(found->numbers[row]))
                continue;
            const double error = found->numbers[row] - prediction.mean[static_cast<Index>(i)];
            result.rmse += error * error;
        } else {
            const std::string known = found->text(table.rows[i]);
            if (known.empty())
                continue;
            if (known == prediction.classes[static_cast<std::size_t>(prediction.classification[i])])
                result.accuracy += 1.0;
        }
        ++result.row_count;
    }
    const auto count = static_cast<double>(std::max<std::int64_t>(result.row_count, 1));
    result.accuracy /= count;
    result.rmse = std::sqrt(result.rmse / count);
    return result;
}

std::string with_target_columns(const std::string& assignments, const FeatureTable& table,
                                const TargetPrediction& prediction, std::int64_t row_count) {
    std::string out;
    std::size_t position = 0;
    const auto take_line = [&] {
        const std::size_t end = assignments.find('\n', position);
        out.append(assignments, position, end - position);
        position = end + 1;
    };
    const std::vector<std::string> headings = headings_of(prediction);
    take_line();
    for (const std::string& heading : headings) out += "," + heading;
    out += "\n";
    std::size_t next = 0;
    for (std::int64_t row = 0; row < row_count; ++row) {
        take_line();
        if (next < table.rows.size() && table.rows[next] == row) {
            for (const std::string& field : fields_of(prediction, next)) out += "," + field;
            ++next;
        } else {
            out.append(headings.size(), ',');
        }
        out += "\n";
    }
    return out;
}

}  // namespace mixtura
