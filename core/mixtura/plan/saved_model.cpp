// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "mixtura/common/error.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

namespace mixtura {

namespace {

/// The prior in full, and the most components that there could be.
void add_variational(const VariationalSearchOptions& asked, const VariationalPosterior& posterior,
                     nlohmann::json& options) {
    options["family"] = "bayesian";
    options.erase("criterion");
    options.erase("covariance_floor");
    options["largest_component_count"] = posterior.component_count();
    options["weight_prior"] = std::string(to_string(asked.weight_prior));
    options["concentration"] = posterior.weights.prior_concentration;
    options["mean_precision"] = asked.mean_precision;
    options["prior_degrees_of_freedom"] =
        asked.prior_degrees_of_freedom.value_or(static_cast<double>(posterior.means.cols()));
}

nlohmann::json options_json(const Plan& plan, const Candidate& candidate) {
    const EmOptions& em = plan.search.em;
    nlohmann::json options = {
        {"component_count", candidate.component_count},
        {"covariance_structure", to_string(candidate.covariance_form)},
        {"family", plan.search.factors ? "factor" : std::string(to_string(em.family))},
        {"criterion", std::string(to_string(plan.search.criterion))},
        {"fold_count", plan.search.fold_count},
        {"bootstrap_replicates", plan.bootstrap_replicates},
        {"initialisation", std::string(to_string(em.initialisation))},
        {"run_count", em.run_count},
        {"short_run_count", em.short_run_count},
        {"seed", em.seed},
        {"tolerance", em.tolerance},
        {"iteration_limit", em.iteration_limit},
        {"covariance_floor", em.covariance_floor},
        {"prior", std::string(to_string(em.prior))},
        {"missing_rows", std::string(to_string(plan.columns.missing_rows))},
        {"standardise", std::string(to_string(plan.columns.standardise))},
        {"observation_weights", plan.columns.weights},
        {"labels", plan.columns.labels},
        {"classes", plan.columns.classes},
        {"label_fold_count", plan.label_fold_count},
        {"import", to_json(plan.import)}};
    if (em.family == ComponentFamily::student) {
        options["degrees_of_freedom_rule"] = std::string(to_string(em.degrees_of_freedom_rule));
        options["degrees_of_freedom"] = em.degrees_of_freedom;
    }
    if (em.has_noise)
        options["noise"] = true;
    if (plan.search.factors)
        options["uniqueness_floor"] = plan.search.factors->uniqueness_floor;
    if (plan.search.variational && candidate.posterior)
        add_variational(*plan.search.variational, *candidate.posterior, options);
    if (!plan.start_labels.empty())
        options["initialisation"] = "labels:" + plan.start_labels;
    if (!plan.start_model.empty())
        options["initialisation"] = plan.start_model;
    return options;
}

FitRecord fit_record(const Candidate& candidate, const FeatureTable& table) {
    const EmFit& fit = *candidate.fit;
    const EmRun& best = fit.runs.at(fit.best_run);
    FitRecord record;
    record.status = to_string(best.status);
    record.log_likelihood = fit.log_likelihood;
    record.parameter_count = candidate.parameter_count;
    const InformationCriteria criteria = candidate.criteria.value_or(information_criteria(fit));
    record.bic = criteria.bic;
    record.icl = criteria.icl;
    record.aic = criteria.aic;
    record.entropy = fit.entropy;
    record.iterations = best.iterations;
    record.trace = best.log_likelihood;
    record.rows_dropped = table.rows_dropped;
    record.floors_applied = best.floors_applied;
    record.seconds = candidate.seconds;
    record.spurious = fit.spurious;
    for (const EmRun& run : fit.runs)
        record.starts.push_back({.start = run.start,
                                 .log_likelihood = run.log_likelihood.empty()
                                                       ? std::numeric_limits<double>::quiet_NaN()
                                                       : run.log_likelihood.back(),
                                 .status = std::string(to_string(run.status)),
                                 .iterations = run.iterations,
                                 .diagnosis = run.diagnosis});
    record.best_start = fit.best_run;
    return record;
}

LabelAccuracyRecord accuracy_record(const LabelAccuracy& accuracy) {
    LabelAccuracyRecord record{
        .counts = {}, .error_rate = accuracy.error_rate(), .brier = accuracy.brier};
    for (const auto& row : accuracy.counts.rowwise())
        record.counts.emplace_back(row.begin(), row.end());
    return record;
}

/// Only the chosen model is cross-validated.
LabelRecord label_record(const Plan& plan, const RunResult& result, std::size_t candidate) {
    LabelRecord record;
    if (result.label_names.empty())
        return record;
    record.column = plan.columns.classes.empty() ? plan.columns.labels : plan.columns.classes;
    record.names = result.label_names;
    if (!result.component_classes.empty()) {
        record.component_classes = result.component_classes;
        record.class_models = result.class_models;
        record.joint_log_likelihood = result.joint_log_likelihood;
    }
    if (const LabelAccuracy& training = result.label_accuracies.at(candidate);
        training.counts.size() > 0)
        record.training = accuracy_record(training);
    const LabelAccuracy& validated = result.cross_validated_labels;
    if (validated.fold_count == 0 || candidate != result.search.best)
        return record;
    record.fold_count = validated.fold_count;
    record.failure = validated.failure;
    if (!validated.failure.empty())
        return record;
    record.cross_validated = accuracy_record(validated);
    record.standard_error = validated.standard_error;
    return record;
}

}  // namespace

SelectionRecord selection_record(const Candidate& candidate) {
    SelectionRecord record;
    record.component_count = candidate.component_count;
    record.covariance_structure = to_string(candidate.covariance_form);
    record.parameter_count = candidate.parameter_count;
    record.seconds = candidate.seconds;
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    record.log_likelihood = record.bic = record.icl = record.aic = unknown;
    record.message = candidate.failure;
    if (!candidate.fit) {
        record.status = candidate.failure == "cancelled" ? "cancelled" : "failed";
        return record;
    }
    const EmRun& run = candidate.fit->runs.at(candidate.fit->best_run);
    record.log_likelihood = candidate.fit->log_likelihood;
    record.iterations = run.iterations;
    record.status = to_string(run.status);
    if (!candidate.fit->spurious.empty()) {
        record.status = "spurious";
        record.message = candidate.fit->spurious;
    }
    if (record.message.empty())
        record.message = candidate.cv_failure;
    if (candidate.criteria) {
        record.bic = candidate.criteria->bic;
        record.icl = candidate.criteria->icl;
        record.aic = candidate.criteria->aic;
        record.nec = candidate.criteria->nec;
        record.cv = candidate.criteria->cv;
        record.cv_standard_error = candidate.criteria->cv_standard_error;
    }
    return record;
}

SavedModel saved_model(const Plan& plan, const DataSet& data, const RunResult& result,
                       std::size_t candidate) {
    const Candidate& chosen = result.search.candidates.at(candidate);
    if (!chosen.fit)
        throw InvalidArgument("This model was not fitted: " + chosen.failure);
    DataProvenance provenance;
    provenance.source = plan.data_path.empty() ? data.source() : plan.data_path;
    provenance.sha256 = result.data_sha256;
    provenance.rows = data.row_count();
    provenance.rows_used = static_cast<std::int64_t>(result.table.rows.size());
    provenance.features = result.table.names;
    provenance.transform = result.transform;
    return {.backend = result.backend,
            .data = std::move(provenance),
            .options = options_json(plan, chosen),
            .model = chosen.fit->model,
            .fit = fit_record(chosen, result.table),
            .selection = result.selection,
            .component_tests = result.component_tests,
            .labels = label_record(plan, result, candidate),
            .incremental = std::nullopt,
            .posterior = chosen.posterior};
}

}  // namespace mixtura
