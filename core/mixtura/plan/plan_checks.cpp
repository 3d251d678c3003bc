// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/plan_checks.h"

#include <string>

#include "mixtura/common/error.h"
#include "mixtura/io/number_format.h"
#include "mixtura/selection/factor_search.h"
#include "mixtura/selection/variational_search.h"

namespace mixtura {

namespace {

/// What known labels exclude, and what needs them.
void check_labels(const Plan& plan) {
    if (plan.columns.labels.empty()) {
        if (plan.label_fold_count != 0 && plan.columns.classes.empty())
            throw InvalidArgument(
                "There are no known labels to cross-validate: name the column that holds them, or "
                "leave out label_fold_count.");
        return;
    }
    const Criterion criterion = plan.search.criterion;
    if (criterion == Criterion::cv || criterion == Criterion::nec)
        throw InvalidArgument("The criterion " + std::string(to_string(criterion)) +
                              " does not exist for known labels; use bic, icl or aic.");
    if (!plan.start_labels.empty())
        throw InvalidArgument(
            "A fit with known labels starts from them; leave out the labels to start from.");
    if (plan.bootstrap_replicates > 0)
        throw InvalidArgument(
            "The bootstrap test takes no known labels: its samples have none. Leave out the labels "
            "or the test.");
    if (plan.label_fold_count < 0 || plan.label_fold_count == 1)
        throw InvalidArgument("label_fold_count is " + std::to_string(plan.label_fold_count) +
                              "; it must be 0, or from 2 to the number of labelled rows.");
}

/// What mixtures of classes exclude.
void check_classes(const Plan& plan) {
    if (plan.columns.classes.empty())
        return;
    const auto refuse = [](bool is_asked, const std::string& what) {
        if (is_asked)
            throw InvalidArgument("A mixture for each class is not fitted " + what +
                                  "; leave one of the two out.");
    };
    refuse(!plan.columns.labels.empty(), "with known labels, which fit all rows together");
    refuse(!plan.start_labels.empty() || !plan.start_model.empty(),
           "from start labels or a start model");
    refuse(plan.search.factors.has_value(), "of factor analysers");
    refuse(plan.search.variational.has_value(), "by variational Bayes");
    refuse(plan.search.em.family == ComponentFamily::student, "of Student-t components");
    refuse(plan.columns.missing_rows == MissingRows::mar,
           "to rows with missing values (missing_rows mar)");
    refuse(plan.bootstrap_replicates > 0, "with the bootstrap test of the number of components");
    refuse(!plan.checkpoint_output.empty() || !plan.resume_from.empty(), "with a checkpoint");
    refuse(!plan.trace_output.empty(), "with a trace, of which each class would have its own");
    if (plan.label_fold_count < 0 || plan.label_fold_count == 1)
        throw InvalidArgument("label_fold_count is " + std::to_string(plan.label_fold_count) +
                              "; it must be 0, or from 2 to the number of rows with a class.");
}

/// What rows with missing values exclude.
void check_missing(const Plan& plan) {
    if (plan.columns.missing_rows != MissingRows::mar)
        return;
    const auto refuse = [](bool is_asked, const std::string& what) {
        if (is_asked)
            throw InvalidArgument("Rows with missing values (missing_rows mar) do not go with " +
                                  what + "; leave one of the two out.");
    };
    refuse(plan.search.factors.has_value(), "factor analysers");
    refuse(plan.search.variational.has_value(), "a variational Bayesian mixture");
    refuse(plan.search.em.family == ComponentFamily::student, "Student-t components");
    refuse(!plan.columns.labels.empty(), "known labels");
    refuse(plan.search.criterion == Criterion::cv, "cross-validation");
    refuse(plan.bootstrap_replicates > 0, "the bootstrap test");
}

/// What a noise component excludes.
void check_noise(const Plan& plan) {
    if (!plan.search.em.has_noise)
        return;
    const auto refuse = [](bool is_asked, const std::string& what) {
        if (is_asked)
            throw InvalidArgument("Noise does not go with " + what + "; leave one of the two out.");
    };
    refuse(plan.search.factors.has_value(), "factor analysers");
    refuse(plan.search.variational.has_value(), "variational Bayes");
    refuse(!plan.columns.labels.empty(), "known labels");
    refuse(!plan.columns.classes.empty(), "a mixture for each class");
    refuse(plan.columns.missing_rows == MissingRows::mar,
           "rows with missing values (missing_rows mar)");
    refuse(plan.search.criterion == Criterion::nec, "the criterion nec");
}

/// What factor analysers exclude.
void check_factors(const Plan& plan) {
    if (!plan.search.factors)
        return;
    const auto refuse = [](bool is_asked, const std::string& what) {
        if (is_asked)
            throw InvalidArgument("Factor analysers are not fitted " + what +
                                  "; leave it out, or fit Gaussian components.");
    };
    refuse(!plan.columns.labels.empty(), "with known labels");
    refuse(!plan.start_model.empty(), "from a start model");
    refuse(plan.bootstrap_replicates > 0, "with the bootstrap test of the number of components");
    refuse(!plan.checkpoint_output.empty() || !plan.resume_from.empty(), "with a checkpoint");
    SearchOptions search = plan.search;
    if (search.component_counts.empty())
        search.component_counts = {1};
    validate_factor_search(search);
}

/// What a variational Bayesian mixture excludes.
void check_variational(const Plan& plan) {
    if (!plan.search.variational)
        return;
    const auto refuse = [](bool is_asked, const std::string& what) {
        if (is_asked)
            throw InvalidArgument("A variational Bayesian mixture is not fitted " + what +
                                  "; leave it out, or fit Gaussian components.");
    };
    refuse(!plan.columns.labels.empty(), "with known labels");
    refuse(!plan.start_model.empty(), "from a start model");
    refuse(plan.bootstrap_replicates > 0, "with the bootstrap test of the number of components");
    refuse(!plan.checkpoint_output.empty() || !plan.resume_from.empty(), "with a checkpoint");
    SearchOptions search = plan.search;
    if (search.component_counts.empty())
        search.component_counts = {1};
    validate_variational_search(search);
}

}  // namespace

void check_plan(const Plan& plan) {
    // A start settles what the plan leaves open: labels the count, a model the structure too.
    const bool has_counts = !plan.search.component_counts.empty() || !plan.start_labels.empty() ||
                            !plan.start_model.empty() || !plan.columns.labels.empty();
    const bool has_structures = plan.search.factors || plan.search.variational ||
                                !plan.search.covariance_structures.empty() ||
                                !plan.start_model.empty();
    if (!has_counts || !has_structures)
        throw InvalidArgument(
            "A search needs at least one component count and one covariance structure.");
    if (!plan.start_labels.empty() && !plan.start_model.empty())
        throw InvalidArgument("A fit starts from labels or from a model, not from both.");
    if (plan.bootstrap_replicates != 0 && (plan.bootstrap_replicates < bootstrap_replicates_least ||
                                           plan.bootstrap_replicates > bootstrap_replicates_limit))
        throw InvalidArgument(
            "bootstrap_replicates is " + std::to_string(plan.bootstrap_replicates) +
            "; it must be 0 or from " + std::to_string(bootstrap_replicates_least) + " to " +
            std::to_string(bootstrap_replicates_limit) + ".");
    if (plan.bootstrap_replicates > 0 && !plan.columns.weights.empty())
        throw InvalidArgument(
            "The bootstrap test takes no case weights: its samples are of single rows. Leave out "
            "the weights or the test.");
    check_labels(plan);
    check_classes(plan);
    check_factors(plan);
    check_variational(plan);
    check_missing(plan);
    check_noise(plan);
    if (!(plan.checkpoint_seconds >= checkpoint_seconds_least &&
          plan.checkpoint_seconds <= checkpoint_seconds_limit))
        throw InvalidArgument("checkpoint_seconds is " + rounded_text(plan.checkpoint_seconds, 6) +
                              "; it must be from 0.01 to 10000000 seconds.");
    EmOptions options = plan.search.em;
    for (const int count : plan.search.component_counts) {
        options.component_count = count;
        validate(options);
    }
}

}  // namespace mixtura
