// SPDX-License-Identifier: Apache-2.0
#include "explain_text.h"

#include <algorithm>
#include <cmath>

#include "mixtura/io/number_format.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

using Align = TextTable::Align;
using Eigen::Index;

constexpr int digits = 5;

std::string number(double value) {
    return std::isfinite(value) ? rounded_text(value, digits) : "-";
}

/// "1, 3"
std::string listed(const std::vector<int>& indices) {
    std::string text;
    for (const int index : indices) text += (text.empty() ? "" : ", ") + std::to_string(index + 1);
    return text;
}

/// A column for each feature behind the given ones.
std::vector<TextTable::Heading> with_features(std::vector<TextTable::Heading> headings,
                                              const FeatureTable& table) {
    for (const std::string& name : table.names) headings.push_back({display_text(name, 24)});
    return headings;
}

std::string certainty_text(const SavedModel& saved, const Explanation& explanation) {
    TextTable table(
        {{"component"}, {"weight"}, {"rows"}, {"mean uncertainty"}, {"uncertain rows"}});
    for (std::size_t k = 0; k < explanation.components.size(); ++k) {
        const ComponentCertainty& component = explanation.components[k];
        table.add_row({std::to_string(k + 1),
                       fixed_text(saved.model.mixing_weights()[static_cast<Index>(k)], 4),
                       std::to_string(component.rows), number(component.mean_uncertainty),
                       std::to_string(component.uncertain_rows)});
    }
    if (saved.model.noise())
        table.add_row({"noise", fixed_text(saved.model.noise()->weight, 4),
                       std::to_string(explanation.noise_rows), "", ""});
    return "Certainty of the classification (mean uncertainty " +
           number(explanation.scores.uncertainty.mean()) + ", largest " +
           number(explanation.scores.uncertainty.maxCoeff()) + "; uncertain: above " +
           number(uncertain_above) + ")\n" + table.text();
}

std::string modes_text(const DensityModes& modes, const FeatureTable& features) {
    TextTable table(
        with_features({{"mode"}, {"log density"}, {"components", Align::left}}, features));
    for (Index m = 0; m < modes.modes.rows(); ++m) {
        std::vector<int> components;
        for (std::size_t k = 0; k < modes.component_mode.size(); ++k) {
            if (modes.component_mode[k] == m)
                components.push_back(static_cast<int>(k));
        }
        std::vector<std::string> cells{std::to_string(m + 1), fixed_text(modes.log_densities[m], 4),
                                       components.empty() ? "-" : listed(components)};
        for (const double value : modes.modes.row(m)) cells.push_back(number(value));
        table.add_row(std::move(cells));
    }
    const auto count = modes.modes.rows();
    return "\nModes: the density has " + std::to_string(count) +
           (count == 1 ? " maximum\n" : " maxima\n") + table.text();
}

std::string merging_text(const EntropyMergeTree& tree) {
    TextTable table({{"clusters"},
                     {"entropy"},
                     {"merged", Align::left},
                     {"rows by cluster", Align::left},
                     {"components by cluster", Align::left}});
    for (int count = tree.component_count; count >= 1; --count) {
        const auto m = static_cast<std::size_t>(tree.component_count - count);
        const std::vector<int> clusters = cluster_of_component(tree, count);
        std::string members;
        std::string sizes;
        for (int cluster = 0; cluster < count; ++cluster) {
            std::vector<int> components;
            for (std::size_t k = 0; k < clusters.size(); ++k) {
                if (clusters[k] == cluster)
                    components.push_back(static_cast<int>(k));
            }
            members += "{" + listed(components) + "} ";
            sizes += (cluster > 0 ? ", " : "") +
                     rounded_text(tree.sizes[m][static_cast<std::size_t>(cluster)], 7);
        }
        table.add_row({std::to_string(count), fixed_text(tree.entropies[m], 4),
                       m == 0 ? ""
                              : std::to_string(tree.merges[m - 1].first + 1) + " + " +
                                    std::to_string(tree.merges[m - 1].second + 1),
                       sizes, members});
    }
    const auto suggested = suggested_cluster_count(tree);
    return "\nMerging by entropy (cluster " + std::to_string(tree.component_count + 1) +
           " is the first union, and so on)\n" + table.text() +
           (suggested ? "  The entropy bends at " + std::to_string(*suggested) + " clusters.\n"
                      : "");
}

std::string subspace_text(const Explanation& explanation, const FeatureTable& features) {
    const DiscriminantSubspace& subspace = *explanation.subspace;
    TextTable table(with_features({{"direction"}, {"eigenvalue"}}, features));
    for (Index j = 0; j < subspace.directions.cols(); ++j) {
        std::vector<std::string> cells{std::to_string(j + 1), number(subspace.eigenvalues[j])};
        for (const double value : subspace.directions.col(j)) cells.push_back(number(value));
        table.add_row(std::move(cells));
    }
    return "\nDiscriminant subspace (lambda " + number(explanation.subspace_lambda) +
           "; the data have variance 1 along each direction)\n" + table.text();
}

std::string levels_text(const std::vector<HighestDensityLevel>& levels) {
    TextTable table({{"rows inside"}, {"density above"}, {"log density above"}});
    for (const HighestDensityLevel& level : levels)
        table.add_row({number(100.0 * level.mass) + " %", number(std::exp(level.log_level)),
                       fixed_text(level.log_level, 4)});
    return "\nHighest-density levels\n" + table.text();
}

std::string outliers_text(const Explanation& explanation, const FeatureTable& features) {
    constexpr std::size_t shown = 20;
    const std::vector<Index>& outliers = *explanation.outliers;
    const auto rows = static_cast<double>(features.rows.size());
    std::string text = "\nOutliers: " + std::to_string(outliers.size()) + " of " +
                       std::to_string(features.rows.size()) +
                       " rows have a tail probability below " + number(explanation.outlier_tail) +
                       "; about " + rounded_text(rows * explanation.outlier_tail, 2) +
                       " are to be expected if the model holds\n";
    if (outliers.empty())
        return text;
    TextTable table(with_features(
        {{"row"}, {"component"}, {"squared distance"}, {"tail probability"}}, features));
    for (std::size_t i = 0; i < std::min(shown, outliers.size()); ++i) {
        const Index observation = outliers[i];
        const auto index = static_cast<std::size_t>(observation);
        std::vector<std::string> cells{
            std::to_string(features.rows[index] + 1),
            std::to_string(explanation.scores.classification[index] + 1),
            number(explanation.distances.squared_distances[observation]),
            number(explanation.distances.tail_probabilities[observation])};
        for (const double value : features.observations.row(observation))
            cells.push_back(number(value));
        table.add_row(std::move(cells));
    }
    return text + table.text() +
           (outliers.size() > shown ? "  ... and " + std::to_string(outliers.size() - shown) +
                                          " more; --json names all.\n"
                                    : "");
}

/// Rows of estimate, standard error and interval.
class ErrorTable {
  public:
    explicit ErrorTable(const ParameterErrors& errors)
        : replicates_(errors.replicates ? &*errors.replicates : nullptr),
          table_(replicates_ != nullptr
                     ? std::vector<TextTable::Heading>{{"component"},
                                                       {"parameter", Align::left},
                                                       {"estimate"},
                                                       {"standard error"},
                                                       {"2.5 %"},
                                                       {"97.5 %"}}
                     : std::vector<TextTable::Heading>{{"component"},
                                                       {"parameter", Align::left},
                                                       {"estimate"},
                                                       {"standard error"}}) {}

    /// @param value_in  picks the parameter out of a set of parameters
    template <class ValueIn>
    void add(Index component, const std::string& name, double estimate, double error,
             const ValueIn& value_in) {
        std::vector<std::string> cells{std::to_string(component + 1), name, number(estimate),
                                       number(error)};
        if (replicates_ != nullptr) {
            cells.push_back(number(value_in(replicates_->lower)));
            cells.push_back(number(value_in(replicates_->upper)));
        }
        table_.add_row(std::move(cells));
    }
    [[nodiscard]] std::string text() const { return table_.text(); }

  private:
    const BootstrapResult* replicates_;
    TextTable table_;
};

std::string replicates_text(const BootstrapResult& replicates) {
    std::string text = std::to_string(replicates.replicates_done) + " replicates";
    if (replicates.failure_count > 0)
        text += "; " + std::to_string(replicates.failure_count) +
                " more could not be fitted and are left out, the first because: " +
                display_text(replicates.first_failure, 400);
    if (replicates.cancelled)
        text += "; cancelled before the others";
    return text;
}

std::string errors_text(const GaussianMixture& model, const FeatureTable& features,
                        const ParameterErrors& errors) {
    constexpr double noticeable_gain = 0.01;
    ErrorTable table(errors);
    const auto add = [&](Index k, const std::string& name, double estimate, const auto& value_in) {
        table.add(k, name, estimate, value_in(errors.standard_errors), value_in);
    };
    const std::string variance = model.tails() ? "scale " : "variance ";
    const std::string covariance = model.tails() ? "scale " : "covariance ";
    for (Index k = 0; k < model.component_count(); ++k) {
        const auto index = static_cast<std::size_t>(k);
        add(k, "weight", model.mixing_weights()[k],
            [k](const MixtureParameters& of) { return of.mixing_weights[k]; });
        for (Index i = 0; i < model.feature_count(); ++i) {
            const std::string name = display_text(features.names[static_cast<std::size_t>(i)], 24);
            add(k, "mean " + name, model.means()(k, i),
                [k, i](const MixtureParameters& of) { return of.means(k, i); });
        }
        for (Index i = 0; i < model.feature_count(); ++i) {
            const std::string name = display_text(features.names[static_cast<std::size_t>(i)], 24);
            for (Index j = 0; j <= i; ++j) {
                const double estimate = model.covariances()[index](i, j);
                if (is_diagonal(model.covariance_structure()) && i != j)
                    continue;
                add(k,
                    i == j ? variance + name
                           : covariance +
                                 display_text(features.names[static_cast<std::size_t>(j)], 24) +
                                 ", " + name,
                    estimate, [index, i, j](const MixtureParameters& of) {
                        return of.covariances[index](i, j);
                    });
            }
        }
    }
    std::string text = "\nStandard errors (" + std::string(to_string(errors.source)) +
                       (errors.replicates ? ", " + replicates_text(*errors.replicates) : "") +
                       ")\n" + table.text();
    if (errors.remaining_gain > noticeable_gain)
        text += "  The log-likelihood of these rows is " + number(errors.remaining_gain) +
                " below the next maximum: were these the rows of the fit, and had it converged?\n";
    return text;
}

std::string labels_text(const LabelComparison& comparison) {
    std::vector<TextTable::Heading> headings{{"label", Align::left}};
    for (Index k = 0; k < comparison.counts.cols(); ++k)
        headings.push_back({"component " + std::to_string(k + 1)});
    TextTable table(std::move(headings));
    for (std::size_t label = 0; label < comparison.labels.size(); ++label) {
        std::vector<std::string> cells{display_text(comparison.labels[label], 40)};
        for (const double count : comparison.counts.row(static_cast<Index>(label)))
            cells.push_back(fixed_text(count, 0));
        table.add_row(std::move(cells));
    }
    std::string text = "\nAgainst the column '" + display_text(comparison.column) +
                       "': adjusted Rand index " + fixed_text(comparison.adjusted_rand_index, 4) +
                       "\n" + table.text();
    if (comparison.unlabelled_rows > 0)
        text += "  " + std::to_string(comparison.unlabelled_rows) +
                (comparison.unlabelled_rows == 1 ? " row without a label is"
                                                 : " rows without a label are") +
                " left out.\n";
    return text;
}

/// A table for each component: correlations of features and factors, and communalities.
std::string loadings_text(const FactorDecomposition& factors, const FeatureTable& features) {
    std::vector<TextTable::Heading> headings{{"feature", Align::left}};
    for (int l = 0; l < factors.factor_count(); ++l)
        headings.push_back({"factor " + std::to_string(l + 1)});
    headings.push_back({"communality"});
    std::string text;
    for (std::size_t k = 0; k < factors.loadings.size(); ++k) {
        const StandardisedLoadings loadings = standardised_loadings(factors, static_cast<int>(k));
        TextTable table(headings);
        for (std::size_t j = 0; j < features.names.size(); ++j) {
            const auto row = static_cast<Index>(j);
            std::vector<std::string> cells{display_text(features.names[j], 40)};
            for (const double correlation : loadings.correlations.row(row))
                cells.push_back(fixed_text(correlation, 3));
            cells.push_back(fixed_text(loadings.communalities[row], 3));
            table.add_row(std::move(cells));
        }
        text += "\nCorrelations of features and factors in component " + std::to_string(k + 1) +
                "\n" + table.text();
    }
    return text;
}

}  // namespace

std::string explanation_text(const SavedModel& saved, const FeatureTable& table,
                             const Explanation& explanation,
                             const std::optional<LabelComparison>& labels) {
    std::string text = certainty_text(saved, explanation);
    if (saved.model.factors())
        text += loadings_text(*saved.model.factors(), table);
    if (explanation.modes)
        text += modes_text(*explanation.modes, table);
    if (explanation.merging)
        text += merging_text(*explanation.merging);
    if (explanation.subspace)
        text += subspace_text(explanation, table);
    if (!explanation.density_levels.empty())
        text += levels_text(explanation.density_levels);
    if (explanation.outliers)
        text += outliers_text(explanation, table);
    if (explanation.errors)
        text += errors_text(saved.model, table, *explanation.errors);
    if (labels)
        text += labels_text(*labels);
    for (const std::string& note : explanation.notes) text += "\n" + note + "\n";
    return text;
}

}  // namespace mixtura::cli
