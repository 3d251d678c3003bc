// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/fit_control.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/component_tests.h"
#include "mixtura/variational/predictive_mixture.h"

namespace mixtura {

namespace {

constexpr int feature_mention_limit = 6;
constexpr double uncertain_above = 0.3;

std::string plural(std::int64_t count, const std::string& singular) {
    return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

/// 0.3559 -> "36 %"; small shares keep a digit: "0.4 %".
std::string percent(double share) {
    const double value = 100.0 * share;
    return (value < 1.0 && value > 0.0 ? rounded_text(value, 1) : fixed_text(value, 0)) + " %";
}

/// Overall mean and standard deviation (divisor N) of each feature, of the values that are there.
struct Overall {
    Eigen::RowVectorXd mean;
    Eigen::RowVectorXd deviation;
};

Overall overall(const FeatureTable& table) {
    const Eigen::VectorXd weights = table.weights.size() > 0
                                        ? table.weights
                                        : Eigen::VectorXd::Ones(table.observations.rows()).eval();
    const Eigen::Index d = table.observations.cols();
    Overall result{.mean = Eigen::RowVectorXd(d), .deviation = Eigen::RowVectorXd(d)};
    for (Eigen::Index j = 0; j < d; ++j) {
        const auto values = table.observations.col(j).array();
        const Eigen::ArrayXd present = values.isNaN().select(0.0, weights.array());
        const double mass = present.sum();
        result.mean[j] = values.isNaN().select(0.0, values * present).sum() / mass;
        const Eigen::ArrayXd squares = (values - result.mean[j]).square() * present;
        result.deviation[j] = std::sqrt(values.isNaN().select(0.0, squares).sum() / mass);
    }
    return result;
}

/// How far `distance` (in overall standard deviations) is from the overall mean.
std::string level(double distance) {
    const double size = std::abs(distance);
    std::string side = distance > 0.0 ? "high" : "low";
    if (size >= 1.5)
        return "very " + side;
    if (size >= 0.75)
        return side;
    return size >= 0.25 ? "rather " + side : "about average";
}

std::string listed(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            text += i + 1 == items.size() ? " and " : ", ";
        text += items[i];
    }
    return text;
}

/// "low eruptions (2.04, overall 3.49) and low waiting (54.5, overall 70.9)", the most
/// telling features first.
std::string feature_words(const GaussianMixture& model, int component, const FeatureTable& table,
                          const Overall& data) {
    const auto d = static_cast<std::size_t>(model.feature_count());
    std::vector<double> distance(d);
    for (std::size_t j = 0; j < d; ++j) {
        const auto at = static_cast<Eigen::Index>(j);
        distance[j] = (model.means()(component, at) - data.mean[at]) / data.deviation[at];
    }
    std::vector<std::size_t> order(d);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (d > feature_mention_limit)
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::abs(distance[a]) > std::abs(distance[b]);
        });
    std::vector<std::string> items;
    for (std::size_t i = 0; i < std::min<std::size_t>(d, feature_mention_limit); ++i) {
        const std::size_t j = order[i];
        const auto at = static_cast<Eigen::Index>(j);
        items.push_back(level(distance[j]) + " " + table.names[j] + " (" +
                        rounded_text(model.means()(component, at), 3) + ", overall " +
                        rounded_text(data.mean[at], 3) + ")");
    }
    std::string text = listed(items);
    if (d > feature_mention_limit)
        text += "; the other " +
                plural(static_cast<std::int64_t>(d) - feature_mention_limit, "feature") +
                " lie nearer to the overall mean";
    return text;
}

std::string rows_right(const LabelAccuracyRecord& accuracy) {
    double right = 0.0;
    double total = 0.0;
    for (std::size_t label = 0; label < accuracy.counts.size(); ++label) {
        right += accuracy.counts[label][label];
        total += std::accumulate(accuracy.counts[label].begin(), accuracy.counts[label].end(), 0.0);
    }
    return fixed_text(right, 0) + " of " + fixed_text(total, 0) + " labelled rows";
}

/// "Without their labels, 29 of 30 labelled rows would go to the component of their label (error
/// 3.3 %, Brier score 0.012); 28 in 10-fold cross-validation ..."
std::string labels_in_words(const LabelRecord& labels) {
    constexpr int decimals = 4;
    const bool has_classes = !labels.component_classes.empty();
    const auto figures = [](const LabelAccuracyRecord& accuracy) {
        return "error " + fixed_text(100.0 * accuracy.error_rate, 1) + " %, Brier score " +
               fixed_text(accuracy.brier, decimals);
    };
    std::string words = (has_classes ? "By their features alone, " + rows_right(labels.training) +
                                           " would go to their class ("
                                     : "Without their labels, " + rows_right(labels.training) +
                                           " would go to the component of their label (") +
                        figures(labels.training) + ").";
    if (labels.fold_count == 0)
        return words;
    if (!labels.failure.empty())
        return words + (has_classes ? " The classes" : " The labels") +
               " could not be cross-validated: " + labels.failure;
    return words + " Left out of the fit in " + std::to_string(labels.fold_count) + " parts, " +
           rows_right(labels.cross_validated) + " would (" + figures(labels.cross_validated) +
           "; standard error of the error " + fixed_text(100.0 * labels.standard_error, 1) + " %).";
}

/// "Degrees of freedom: 6.8 (component 1), 200, as good as Gaussian (component 2)."
std::string tails_in_words(const StudentTails& tails) {
    const Eigen::VectorXd& numbers = tails.degrees_of_freedom;
    const auto words = [](double nu) {
        return brief_text(nu, 3) +
               (nu >= 0.999 * degrees_of_freedom_limit ? ", as good as Gaussian" : "");
    };
    if (tails.rule != DegreesOfFreedomRule::free)
        return "Degrees of freedom of all components: " + words(numbers[0]) +
               (tails.rule == DegreesOfFreedomRule::fixed ? " (given)." : ".");
    std::string text = "Degrees of freedom: ";
    for (Eigen::Index k = 0; k < numbers.size(); ++k)
        text +=
            (k > 0 ? "; " : "") + words(numbers[k]) + " (component " + std::to_string(k + 1) + ")";
    return text + ". The fewer, the heavier the tails.";
}

/// "The data support 3 of at most 10 components; the other 7 hold less than one row each."
std::string support_in_words(const VariationalPosterior& posterior) {
    const int supported = supported_component_count(posterior);
    const int empty = posterior.component_count() - supported;
    std::string words = "The data support " + std::to_string(supported) + " of the " +
                        plural(posterior.component_count(), "component") + " that there could be";
    if (empty == 0)
        return words + (posterior.component_count() > 1
                            ? ": none emptied, so that allowing for more may find more."
                            : ".");
    return words +
           (empty == 1 ? "; the other one emptied and is"
                       : "; the other " + std::to_string(empty) + " emptied and are") +
           " left out (less than one expected row).";
}

/// "Expected rows: 50.1 (component 1); 49.9 (component 2)."
std::string expected_rows_in_words(const VariationalPosterior& posterior) {
    std::string words = "Expected rows: ";
    for (Eigen::Index k = 0; k < supported_component_count(posterior); ++k)
        words += (k > 0 ? "; " : "") + fixed_text(posterior.masses[k], 1) + " (component " +
                 std::to_string(k + 1) + ")";
    return words + ".";
}

/// "Means and covariances are not known exactly, so that ... Student-t ..."
std::string predictive_tails_in_words(const StudentTails& tails) {
    const Eigen::VectorXd& numbers = tails.degrees_of_freedom;
    std::string words =
        "What is not known of means and covariances widens the components: new rows are expected "
        "in Student-t distributions of ";
    for (Eigen::Index k = 0; k < numbers.size(); ++k)
        words +=
            (k == 0 ? "" : (k + 1 == numbers.size() ? " and " : ", ")) + brief_text(numbers[k], 4);
    return words + " degrees of freedom.";
}

/// "Components 2 and 3 hold two rows or fewer each: ..."; empty where none does.
std::string lone_rows_in_words(const std::vector<ComponentSummary>& components,
                               std::size_t row_count) {
    constexpr std::int64_t few = 2;
    constexpr std::size_t many = 20;
    std::vector<std::string> names;
    for (const ComponentSummary& component : components) {
        if (component.rows <= few)
            names.push_back(std::to_string(component.component + 1));
    }
    if (names.empty() || row_count < many)
        return {};
    std::string text = names.size() == 1 ? "Component " : "Components ";
    for (std::size_t i = 0; i < names.size(); ++i)
        text.append(i == 0 ? "" : (i + 1 == names.size() ? " and " : ", ")).append(names[i]);
    return text
        .append(names.size() == 1 ? " holds two rows or fewer: " : " hold two rows or fewer each: ")
        .append(
            "rows far from all others may have taken it. More starts, or k-means as the first, may "
            "find larger groups at a higher likelihood.");
}

/// "Noise: 68.3 % of the rows (754) belong to no component ..."
std::string noise_in_words(const NoiseComponent& noise, const Scores& scores) {
    const auto rows = std::ranges::count_if(
        scores.classification, [&](std::int32_t group) { return scores.is_noise(group); });
    return "Noise: " +
           percent(static_cast<double>(rows) / static_cast<double>(scores.classification.size())) +
           " of the rows (" + std::to_string(rows) + ") belong to no component; its weight is " +
           fixed_text(100.0 * noise.weight, 1) +
           " %. Its density is the same everywhere, so a row far from all components is noise.";
}

std::vector<std::string> remarks_on(const SavedModel& saved, const FeatureTable& table,
                                    const Scores& scores) {
    std::vector<std::string> remarks;
    if (saved.model.noise())
        remarks.push_back(noise_in_words(*saved.model.noise(), scores));
    if (saved.posterior)
        remarks.push_back(support_in_words(*saved.posterior));
    const auto n = static_cast<std::int64_t>(table.rows.size());
    const auto uncertain =
        static_cast<std::int64_t>((scores.uncertainty.array() > uncertain_above).count());
    if (saved.model.group_count() > 1)
        remarks.push_back(uncertain == 0
                              ? "No row is uncertain: every largest probability is 0.7 or more."
                              : percent(static_cast<double>(uncertain) / static_cast<double>(n)) +
                                    " of the rows (" + std::to_string(uncertain) +
                                    ") are uncertain: their largest probability is below 0.7.");
    if (!saved.fit.spurious.empty())
        remarks.push_back("This solution is not to be trusted: " + saved.fit.spurious);
    if (saved.fit.status == "iteration_limit")
        remarks.push_back("The fit had not converged after " +
                          plural(saved.fit.iterations, "iteration") +
                          "; allow more to be sure of the figures.");
    if (saved.fit.status == "cancelled")
        remarks.emplace_back("The work was cancelled; this is the best model reached until then.");
    if (saved.fit.floors_applied > 0 && saved.model.factors())
        remarks.push_back(std::to_string(saved.fit.floors_applied) +
                          (saved.fit.floors_applied == 1 ? " uniqueness" : " uniquenesses") +
                          " stood at the floor: there the factors explain all of the feature (a "
                          "Heywood case).");
    else if (saved.fit.floors_applied > 0)
        remarks.push_back(plural(saved.fit.floors_applied, "eigenvalue") +
                          " of the covariances stood at the covariance floor: a component is "
                          "nearly flat.");
    if (saved.fit.rows_dropped > 0)
        remarks.push_back(plural(saved.fit.rows_dropped, "row") +
                          (saved.fit.rows_dropped == 1 ? " was" : " were") +
                          " left out, because a value is missing.");
    if (!saved.data.transform.empty())
        remarks.emplace_back(
            "The features were standardised for the fit; every figure is in the "
            "data's own units.");
    if (saved.data.transform.empty() && depends_on_column_scales(saved.model.covariance_form()) &&
        saved.model.feature_count() > 1)
        remarks.emplace_back(
            "With this covariance structure the units of the features matter: "
            "another unit may give other groups.");
    if (saved.posterior) {
        remarks.push_back(expected_rows_in_words(*saved.posterior));
        remarks.push_back(predictive_tails_in_words(*saved.model.tails()));
    } else if (saved.model.tails()) {
        remarks.push_back(tails_in_words(*saved.model.tails()));
    }
    if (!saved.labels.training.counts.empty())
        remarks.push_back(labels_in_words(saved.labels));
    if (saved.options.value("bootstrap_replicates", 0) > 0)
        remarks.push_back(component_tests_in_words(saved.component_tests));
    return remarks;
}

/// "3 classes, each with a mixture of its own (6 components)"
std::string classes_headline(const SavedModel& saved) {
    return std::to_string(saved.labels.names.size()) +
           " classes, each with a mixture of its own (" +
           plural(saved.model.component_count(), "component") + ")";
}

/// "3 of 10 starts reached this solution; the next best, of 4 starts, is lower by 1.52 nats."
std::string hits_in_words(const std::vector<LocalOptimum>& optima, std::size_t start_count) {
    std::string words = std::to_string(optima.front().hits) + " of " + std::to_string(start_count) +
                        " starts reached this solution";
    if (optima.size() > 1) {
        const LocalOptimum& next = optima[1];
        const double difference = next.log_likelihood - optima.front().log_likelihood;
        words += next.is_spurious ? "; the other solutions are spurious"
                                  : "; the next best, of " + plural(next.hits, "start") +
                                        ", is lower by " + brief_text(-difference, 3) + " nats";
    }
    return words + ".";
}

}  // namespace

std::vector<RunEnd> run_ends(const std::vector<StartRecord>& starts) {
    std::vector<RunEnd> ends;
    for (const StartRecord& start : starts) {
        const bool is_degenerate = start.status == to_string(FitStatus::degenerate);
        ends.push_back({.log_likelihood = is_degenerate ? std::numeric_limits<double>::quiet_NaN()
                                                        : start.log_likelihood,
                        .is_spurious = !start.diagnosis.empty()});
    }
    return ends;
}

std::string headline(const GaussianMixture& model) {
    const CovarianceForm form = model.covariance_form();
    std::string words = plural(model.component_count(), "group");
    if (model.noise())
        words += " and noise";
    words.append(", ").append(describe(form)).append(" (").append(to_string(form)).append(")");
    return words.append(model.tails() ? ", Student-t components" : "");
}

std::string headline(const VariationalPosterior& posterior) {
    return plural(supported_component_count(posterior), "group") + " of at most " +
           std::to_string(posterior.component_count()) + ", variational Bayes, " +
           (posterior.weights.prior == WeightPrior::process ? "Dirichlet process" : "Dirichlet") +
           " prior of the weights";
}

ModelSummary summarise(const SavedModel& saved, const FeatureTable& table, const Scores& scores) {
    const GaussianMixture& model = saved.model;
    ModelSummary summary;
    if (saved.posterior)
        summary.headline = headline(*saved.posterior);
    else
        summary.headline =
            saved.labels.component_classes.empty() ? headline(model) : classes_headline(saved);
    const std::vector<std::string> names = component_names(saved);
    const Overall data = overall(table);
    const auto n = static_cast<double>(table.rows.size());
    for (int k = 0; k < model.component_count(); ++k) {
        ComponentSummary component;
        component.component = k;
        component.mixing_weight = model.mixing_weights()[k];
        component.rows = std::count(scores.classification.begin(), scores.classification.end(), k);
        const auto at = static_cast<std::size_t>(k);
        component.words = "Component " + std::to_string(k + 1) +
                          (at < saved.labels.names.size() || !saved.labels.component_classes.empty()
                               ? " (" + names[at] + ")"
                               : std::string()) +
                          " holds " + percent(static_cast<double>(component.rows) / n) +
                          " of the rows (" + std::to_string(component.rows) + "); it has " +
                          feature_words(model, k, table, data) + ".";
        summary.components.push_back(std::move(component));
    }
    summary.remarks = remarks_on(saved, table, scores);
    if (const std::string words = lone_rows_in_words(summary.components, table.rows.size());
        !words.empty())
        summary.remarks.push_back(words);
    if (saved.fit.starts.size() > 1) {
        summary.optima = local_optima(run_ends(saved.fit.starts));
        if (!summary.optima.empty())
            summary.remarks.push_back(hits_in_words(summary.optima, saved.fit.starts.size()));
    }
    return summary;
}

}  // namespace mixtura
