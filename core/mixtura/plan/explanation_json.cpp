// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "mixtura/plan/explanation.h"

namespace mixtura {

namespace {

using Eigen::Index;
using nlohmann::json;

json number(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

json vector_json(const VectorRef& values) {
    json result = json::array();
    for (const double value : values) result.push_back(number(value));
    return result;
}

/// An array for each row.
json matrix_json(const Eigen::MatrixXd& matrix) {
    json result = json::array();
    for (Index i = 0; i < matrix.rows(); ++i)
        result.push_back(vector_json(matrix.row(i).transpose()));
    return result;
}

json matrices_json(const std::vector<Eigen::MatrixXd>& matrices) {
    json result = json::array();
    for (const Eigen::MatrixXd& matrix : matrices) result.push_back(matrix_json(matrix));
    return result;
}

/// The number of each group, 0 for noise; null for none.
json group_numbers(const Scores& scores, const std::vector<std::int32_t>& groups) {
    json result = json::array();
    for (const std::int32_t group : groups)
        result.push_back(group < 0 ? json(nullptr) : json(scores.number_of(group)));
    return result;
}

/// Counted from 1; null for none.
template <class Integer>
json numbered(const std::vector<Integer>& indices) {
    json result = json::array();
    for (const Integer index : indices)
        result.push_back(index < 0 ? json(nullptr) : json(index + 1));
    return result;
}

json parameters_json(const MixtureParameters& parameters) {
    return {{"mixing_weights", vector_json(parameters.mixing_weights)},
            {"means", matrix_json(parameters.means)},
            {"covariances", matrices_json(parameters.covariances)}};
}

json certainty_json(const Explanation& explanation) {
    json components = json::array();
    std::int64_t uncertain = 0;
    for (const ComponentCertainty& component : explanation.components) {
        components.push_back({{"rows", component.rows},
                              {"mean_uncertainty", number(component.mean_uncertainty)},
                              {"uncertain_rows", component.uncertain_rows}});
        uncertain += component.uncertain_rows;
    }
    double entropy = 0.0;
    for (const double value : explanation.row_entropy) entropy += value;
    return {{"mean_uncertainty", number(explanation.scores.uncertainty.mean())},
            {"largest_uncertainty", number(explanation.scores.uncertainty.maxCoeff())},
            {"uncertain_above", uncertain_above},
            {"uncertain_rows", uncertain},
            {"entropy", number(entropy)},
            {"components", std::move(components)}};
}

json merging_json(const EntropyMergeTree& tree) {
    json merges = json::array();
    for (const EntropyMerge& merge : tree.merges)
        merges.push_back({{"clusters", {merge.first + 1, merge.second + 1}},
                          {"entropy_drop", number(merge.entropy_drop)}});
    json levels = json::array();
    for (int count = tree.component_count; count >= 1; --count) {
        const auto m = static_cast<std::size_t>(tree.component_count - count);
        levels.push_back({{"clusters", count},
                          {"entropy", number(tree.entropies[m])},
                          {"sizes", tree.sizes[m]},
                          {"cluster_of_component", numbered(cluster_of_component(tree, count))}});
    }
    const auto suggested = suggested_cluster_count(tree);
    return {{"merges", std::move(merges)},
            {"levels", std::move(levels)},
            {"suggested_clusters", suggested ? json(*suggested) : json(nullptr)}};
}

json errors_json(const ParameterErrors& errors) {
    json result = {{"method", std::string(to_string(errors.source))},
                   {"standard_errors", parameters_json(errors.standard_errors)}};
    if (!errors.replicates) {
        result["remaining_gain"] = number(errors.remaining_gain);
        return result;
    }
    const BootstrapResult& replicates = *errors.replicates;
    result["lower"] = parameters_json(replicates.lower);
    result["upper"] = parameters_json(replicates.upper);
    result["replicates_done"] = replicates.replicates_done;
    result["failures"] = replicates.failure_count;
    result["first_failure"] = replicates.first_failure;
    result["cancelled"] = replicates.cancelled;
    return result;
}

json rows_json(const Explanation& explanation, const FeatureTable& table) {
    json result = {
        {"row", numbered(table.rows)},
        {"classification", group_numbers(explanation.scores, explanation.scores.classification)},
        {"second_component", group_numbers(explanation.scores, explanation.second_component)},
        {"uncertainty", vector_json(explanation.scores.uncertainty)},
        {"entropy", explanation.row_entropy},
        {"log_density", vector_json(explanation.scores.log_densities)},
        {"squared_distance", vector_json(explanation.distances.squared_distances)},
        {"tail_probability", vector_json(explanation.distances.tail_probabilities)}};
    if (explanation.subspace)
        result["projected"] =
            matrix_json(projected_rows(*explanation.subspace, table.observations));
    return result;
}

}  // namespace

json to_json(const Explanation& explanation, const FeatureTable& table) {
    json document = {{"features", table.names},
                     {"log_likelihood", number(explanation.scores.log_likelihood)},
                     {"certainty", certainty_json(explanation)},
                     {"rows", rows_json(explanation, table)},
                     {"notes", explanation.notes}};
    if (explanation.modes)
        document["modes"] = {{"modes", matrix_json(explanation.modes->modes)},
                             {"log_densities", vector_json(explanation.modes->log_densities)},
                             {"mode_of_component", numbered(explanation.modes->component_mode)}};
    if (explanation.merging)
        document["merging"] = merging_json(*explanation.merging);
    if (explanation.subspace) {
        const DiscriminantSubspace& subspace = *explanation.subspace;
        document["discriminant_subspace"] = {
            {"lambda", explanation.subspace_lambda},
            {"eigenvalues", vector_json(subspace.eigenvalues)},
            {"directions", matrix_json(subspace.directions.transpose())},
            {"centre", vector_json(subspace.centre.transpose())},
            {"means", matrix_json(subspace.projected.means())},
            {"covariances", matrices_json(subspace.projected.covariances())}};
    }
    if (!explanation.density_levels.empty()) {
        json levels = json::array();
        for (const HighestDensityLevel& level : explanation.density_levels)
            levels.push_back({{"mass", level.mass},
                              {"density", number(std::exp(level.log_level))},
                              {"log_density", number(level.log_level)}});
        document["highest_density"] = std::move(levels);
    }
    if (explanation.outliers) {
        std::vector<std::int64_t> rows;
        for (const Index observation : *explanation.outliers)
            rows.push_back(table.rows[static_cast<std::size_t>(observation)]);
        document["outliers"] = {{"tail_probability", explanation.outlier_tail},
                                {"rows", numbered(rows)}};
    }
    if (explanation.errors)
        document["parameter_errors"] = errors_json(*explanation.errors);
    return document;
}

json to_json(const LabelComparison& comparison) {
    return {{"column", comparison.column},
            {"labels", comparison.labels},
            {"counts", matrix_json(comparison.counts)},
            {"adjusted_rand_index", number(comparison.adjusted_rand_index)},
            {"unlabelled_rows", comparison.unlabelled_rows}};
}

}  // namespace mixtura
