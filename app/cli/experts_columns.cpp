// SPDX-License-Identifier: Apache-2.0
#include "experts_columns.h"

#include <algorithm>

#include "mixtura/common/error.h"
#include "mixtura/io/experts_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/option_names.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

using Eigen::Index;

std::string name_in(const DataSet& data, const std::string& asked) {
    return data.column(data.column_index(asked)).name;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> covariates(const DataSet& data, const std::optional<std::string>& asked,
                                    const std::vector<std::string>& others,
                                    const std::string& response) {
    if (!asked)
        return others;
    std::vector<std::string> names;
    for (const std::string& one : list_from(*asked)) {
        const std::string name = name_in(data, one);
        if (name == response)
            throw InvalidArgument("'" + display_text(name) +
                                  "' is the response; it cannot be a covariate as well.");
        if (!holds(names, name))
            names.push_back(name);
    }
    return names;
}

Eigen::MatrixXd chosen_columns(const FeatureTable& table, const std::vector<std::string>& names) {
    Eigen::MatrixXd columns(table.observations.rows(), static_cast<Index>(names.size()));
    for (std::size_t j = 0; j < names.size(); ++j) {
        const auto found = std::find(table.names.begin(), table.names.end(), names[j]);
        columns.col(static_cast<Index>(j)) = table.observations.col(found - table.names.begin());
    }
    return columns;
}

/// The powers 1 to `degree` of each column, one after the other.
Eigen::MatrixXd powers_of(const Eigen::MatrixXd& columns, int degree) {
    Eigen::MatrixXd powers(columns.rows(), columns.cols() * degree);
    for (Index j = 0; j < columns.cols(); ++j) {
        for (int power = 1; power <= degree; ++power)
            powers.col(j * degree + power - 1) = columns.col(j).array().pow(power);
    }
    return powers;
}

}  // namespace

std::vector<std::string> ExpertsColumns::covariate_names() const {
    std::vector<std::string> names = experts;
    for (const std::string& name : gate) {
        if (!holds(names, name))
            names.push_back(name);
    }
    return names;
}

ExpertsColumns experts_columns(const DataSet& data, const ExpertsColumnChoice& choice) {
    ExpertsColumns columns;
    columns.response = name_in(data, choice.response);
    if (!choice.weights.empty())
        columns.weights = name_in(data, choice.weights);
    std::vector<std::string> excluded{columns.response, columns.weights};
    for (const std::string& one : choice.excluded) excluded.push_back(name_in(data, one));
    std::vector<std::string> others;
    for (const Column& column : data.columns()) {
        if (column.is_numeric() && !holds(excluded, column.name))
            others.push_back(column.name);
    }
    columns.experts = covariates(data, choice.experts, others, columns.response);
    columns.gate = covariates(data, choice.gate, others, columns.response);
    return columns;
}

ExpertsTable experts_table(const DataSet& data, const ExpertsColumns& columns,
                           MissingRows missing) {
    std::vector<std::string> names = columns.covariate_names();
    if (!columns.response.empty())
        names.push_back(columns.response);
    if (names.empty())
        throw InvalidArgument("The model has no covariate and the data no response.");
    std::vector<std::size_t> indices;
    for (const std::string& name : names) indices.push_back(data.column_index(name));
    const int weights =
        columns.weights.empty() ? -1 : static_cast<int>(data.column_index(columns.weights));
    FeatureTable features = feature_table(data, indices, weights, missing);
    ExpertsTable table;
    table.rows = {
        .response =
            columns.response.empty()
                ? Eigen::VectorXd()
                : Eigen::VectorXd(features.observations.col(features.observations.cols() - 1)),
        .expert_covariates = powers_of(chosen_columns(features, columns.experts), columns.degree),
        .gate_covariates = chosen_columns(features, columns.gate),
        .observation_weights = features.weights,
        .expert_names = power_names(columns.experts, columns.degree),
        .gate_names = columns.gate};
    table.row_of_data = std::move(features.rows);
    table.rows_dropped = features.rows_dropped;
    return table;
}

std::string experts_csv(const experts::ExpertsModel& model, const ExpertsTable& table) {
    const Index K = model.component_count();
    const bool has_response = table.rows.response.size() > 0;
    const auto predicted =
        experts::predict(model, table.rows.expert_covariates, table.rows.gate_covariates);
    experts::ExpertsScores scores;
    if (has_response)
        scores = experts::score(model, table.rows.response, table.rows.expert_covariates,
                                table.rows.gate_covariates);
    std::string text = "row,mean,variance,lower,upper";
    for (Index k = 1; k <= K; ++k) text += ",gate_probability_" + std::to_string(k);
    if (has_response) {
        text += ",classification,log_density";
        for (Index k = 1; k <= K; ++k) text += ",responsibility_" + std::to_string(k);
    }
    text += "\n";
    const auto append = [&](double value) { text += "," + exact_text(value); };
    for (Index i = 0; i < predicted.means.size(); ++i) {
        text += std::to_string(table.row_of_data[static_cast<std::size_t>(i)] + 1);
        append(predicted.means[i]);
        append(predicted.variances[i]);
        for (const double probability : {0.025, 0.975})
            append(experts::predictive_quantile(
                model, predicted.gate_probabilities.row(i).transpose(),
                predicted.expert_means.row(i).transpose(), probability));
        for (Index k = 0; k < K; ++k) append(predicted.gate_probabilities(i, k));
        if (has_response) {
            Index likeliest = 0;
            scores.responsibilities.row(i).maxCoeff(&likeliest);
            text += "," + std::to_string(likeliest + 1);
            append(scores.log_densities[i]);
            for (Index k = 0; k < K; ++k) append(scores.responsibilities(i, k));
        }
        text += "\n";
    }
    return text;
}

}  // namespace mixtura::cli
