// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/explanation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/selection/adjusted_rand_index.h"

namespace mixtura {

namespace {

using Eigen::Index;

constexpr double usual_outlier_tail = 0.001;
constexpr std::array all_sources = {ErrorSource::hessian,
                                    ErrorSource::opg,
                                    ErrorSource::sandwich,
                                    ErrorSource::bootstrap,
                                    ErrorSource::weighted_bootstrap,
                                    ErrorSource::parametric_bootstrap};

void describe_rows(Explanation& explanation) {
    const Eigen::MatrixXd& responsibilities = explanation.scores.responsibilities;
    for (Index i = 0; i < responsibilities.rows(); ++i) {
        const std::int32_t first = explanation.scores.classification[static_cast<std::size_t>(i)];
        double entropy = 0.0;
        std::int32_t second = -1;
        for (Index k = 0; k < responsibilities.cols(); ++k) {
            const double share = responsibilities(i, k);
            entropy -= share > 0.0 ? share * std::log(share) : 0.0;
            if (k != first && (second < 0 || share > responsibilities(i, second)))
                second = static_cast<std::int32_t>(k);
        }
        explanation.row_entropy.push_back(entropy);
        explanation.second_component.push_back(second);
    }
}

/// @return K and, with noise, one more
std::vector<ComponentCertainty> group_certainty(const Scores& scores) {
    std::vector<ComponentCertainty> components(
        static_cast<std::size_t>(scores.responsibilities.cols()));
    for (std::size_t i = 0; i < scores.classification.size(); ++i) {
        ComponentCertainty& component =
            components[static_cast<std::size_t>(scores.classification[i])];
        const double uncertainty = scores.uncertainty[static_cast<Index>(i)];
        ++component.rows;
        component.mean_uncertainty += uncertainty;
        component.uncertain_rows += uncertainty > uncertain_above ? 1 : 0;
    }
    for (ComponentCertainty& component : components)
        component.mean_uncertainty /= static_cast<double>(component.rows);
    return components;
}

/// The merges of the components, each row counted as far as it is no noise.
EntropyMergeTree merges(const GaussianMixture& model, const Scores& scores,
                        const VectorRef& weights, const std::stop_token& stop) {
    if (!model.noise())
        return entropy_merging(scores.responsibilities, weights, stop);
    const Eigen::MatrixXd shares = scores.responsibilities.leftCols(model.component_count());
    const Eigen::VectorXd sums = shares.rowwise().sum();
    const Eigen::VectorXd case_weights =
        weights.size() > 0 ? sums.cwiseProduct(weights).eval() : sums;
    // A row that is noise to the last digit counts with weight 0.
    const Eigen::VectorXd divisors = sums.cwiseMax(std::numeric_limits<double>::min());
    return entropy_merging(divisors.cwiseInverse().asDiagonal() * shares, case_weights, stop);
}

BootstrapKind kind_of(ErrorSource source) {
    if (source == ErrorSource::weighted_bootstrap)
        return BootstrapKind::weighted;
    return source == ErrorSource::parametric_bootstrap ? BootstrapKind::parametric
                                                       : BootstrapKind::nonparametric;
}

ParameterErrors parameter_errors(const GaussianMixture& model, const FeatureTable& table,
                                 const ExplanationOptions& options, const FitControl& control) {
    ParameterErrors errors;
    errors.source = *options.error_source;
    const auto from_derivatives = [&](StandardErrorMethod method) {
        StandardErrors found =
            standard_errors(model, table.observations, method, table.weights, control);
        errors.standard_errors = std::move(found.standard_errors);
        errors.remaining_gain = found.remaining_gain;
    };
    switch (errors.source) {
        case ErrorSource::hessian:
            from_derivatives(StandardErrorMethod::hessian);
            return errors;
        case ErrorSource::opg:
            from_derivatives(StandardErrorMethod::opg);
            return errors;
        case ErrorSource::sandwich:
            from_derivatives(StandardErrorMethod::sandwich);
            return errors;
        default:
            break;
    }
    BootstrapOptions bootstrap_options = options.bootstrap;
    bootstrap_options.kind = kind_of(errors.source);
    bootstrap_options.seed = options.seed;
    errors.replicates =
        bootstrap(model, table.observations, bootstrap_options, control, table.weights);
    errors.standard_errors = errors.replicates->standard_errors;
    return errors;
}

}  // namespace

std::string_view to_string(ErrorSource source) noexcept {
    switch (source) {
        case ErrorSource::hessian:
            return "hessian";
        case ErrorSource::opg:
            return "opg";
        case ErrorSource::sandwich:
            return "sandwich";
        case ErrorSource::bootstrap:
            return "bootstrap";
        case ErrorSource::weighted_bootstrap:
            return "weighted-bootstrap";
        case ErrorSource::parametric_bootstrap:
            return "parametric-bootstrap";
    }
    return "";
}

ErrorSource error_source_from(std::string_view name) {
    std::string names;
    for (const ErrorSource source : all_sources) {
        if (name == to_string(source))
            return source;
        names += (names.empty()                  ? ""
                  : source == all_sources.back() ? " or "
                                                 : ", ") +
                 std::string(to_string(source));
    }
    throw InvalidArgument("'" + std::string(name) + "' gives no standard errors; use " + names +
                          ".");
}

ExplanationOptions cheap_explanation(int component_count) {
    ExplanationOptions options;
    options.modes = true;
    options.merging = component_count > 1;
    if (component_count > 1)
        options.subspace_lambda = 1.0;
    options.density_masses = {0.25, 0.5, 0.75, 0.95};
    options.outlier_tail = usual_outlier_tail;
    return options;
}

Explanation explain(const GaussianMixture& model, const FeatureTable& table,
                    const ExplanationOptions& options, const FitControl& control) {
    Explanation explanation;
    explanation.scores = score(model, table.observations, control);
    describe_rows(explanation);
    explanation.components = group_certainty(explanation.scores);
    if (model.noise()) {
        explanation.noise_rows = explanation.components.back().rows;
        explanation.components.pop_back();
    }
    explanation.distances = mahalanobis_distances(model, table.observations,
                                                  explanation.scores.classification, control.stop);
    if (options.modes) {
        DensityModesOptions modes;
        modes.seed = options.seed;
        explanation.modes = density_modes(without_noise(model), modes, control);
    }
    if (options.merging)
        explanation.merging = merges(model, explanation.scores, table.weights, control.stop);
    if (options.subspace_lambda) {
        explanation.subspace_lambda = *options.subspace_lambda;
        try {
            explanation.subspace = discriminant_subspace(without_noise(model), table.observations,
                                                         *options.subspace_lambda, table.weights);
        } catch (const NumericalError& error) {
            explanation.notes.emplace_back(error.what());
        }
    }
    explanation.density_levels = highest_density_levels(explanation.scores.log_densities,
                                                        options.density_masses, table.weights);
    if (options.outlier_tail) {
        explanation.outlier_tail = *options.outlier_tail;
        explanation.outliers = outlying_rows(explanation.distances, *options.outlier_tail);
    }
    if (options.error_source)
        explanation.errors = parameter_errors(model, table, options, control);
    return explanation;
}

LabelComparison compare_with_labels(const Column& column, const FeatureTable& table,
                                    const std::vector<std::int32_t>& classification,
                                    int component_count) {
    LabelComparison comparison;
    comparison.column = column.name;
    std::vector<std::int32_t> labels;
    std::vector<std::int32_t> components;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::string text = column.text(table.rows[i]);
        if (text.empty()) {
            ++comparison.unlabelled_rows;
            continue;
        }
        const auto found = std::find(comparison.labels.begin(), comparison.labels.end(), text);
        labels.push_back(static_cast<std::int32_t>(found - comparison.labels.begin()));
        components.push_back(classification[i]);
        if (found == comparison.labels.end())
            comparison.labels.push_back(text);
    }
    if (labels.empty())
        throw DataError("No row that the model classifies has a label in the column '" +
                        column.name + "'.");
    comparison.counts.setZero(static_cast<Index>(comparison.labels.size()), component_count);
    for (std::size_t i = 0; i < labels.size(); ++i)
        comparison.counts(labels[i], components[i]) += 1;
    comparison.adjusted_rand_index = adjusted_rand_index(labels, components);
    return comparison;
}

}  // namespace mixtura
