// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_entry.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QUuid>
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/io/number_format.h"

namespace mixtura::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ModelEntry", text);
}

/// What the file states of an option, or else `otherwise`: the options of other programs' models
/// may be anything.
template <typename Value>
Value stated(const nlohmann::json& options, const char* key, Value otherwise) {
    try {
        return options.value(key, otherwise);
    } catch (const nlohmann::json::exception&) {
        return otherwise;
    }
}

VariationalSearchOptions variationalOf(const SavedModel& saved) {
    VariationalSearchOptions variational;
    variational.weight_prior = saved.posterior->weights.prior;
    variational.concentration = saved.posterior->weights.prior_concentration;
    variational.mean_precision = stated(saved.options, "mean_precision", 1.0);
    if (saved.options.contains("prior_degrees_of_freedom"))
        variational.prior_degrees_of_freedom =
            stated(saved.options, "prior_degrees_of_freedom", double(saved.data.features.size()));
    return variational;
}

/// The options that the file states, as a plan; what it does not state keeps its default.
Plan planOfModel(const SavedModel& saved) {
    Plan plan;
    plan.data_path = saved.data.source;
    plan.columns.features = saved.data.features;
    plan.search.component_counts = {saved.model.component_count()};
    plan.search.covariance_structures = {saved.model.covariance_structure()};
    const nlohmann::json& options = saved.options;
    if (const auto factors = saved.model.covariance_form().factors())
        plan.search.factors = FactorSearchOptions{
            .factor_counts = {factors->factor_count},
            .structures = {factors->structure},
            .uniqueness_floor = stated(options, "uniqueness_floor", default_uniqueness_floor)};
    if (const std::string name = stated(options, "criterion", std::string());
        std::ranges::any_of(all_criteria, [&](Criterion each) { return name == to_string(each); }))
        plan.search.criterion = criterion_from(name);
    plan.search.fold_count = stated(options, "fold_count", plan.search.fold_count);
    plan.bootstrap_replicates = stated(options, "bootstrap_replicates", 0);
    EmOptions& em = plan.search.em;
    if (stated(options, "prior", std::string()) == to_string(Prior::conjugate))
        em.prior = Prior::conjugate;
    em.has_noise = saved.model.noise().has_value();
    if (saved.posterior) {
        plan.search.component_counts = {saved.posterior->component_count()};
        plan.search.variational = variationalOf(saved);
    } else if (saved.model.tails()) {
        em.family = ComponentFamily::student;
        em.degrees_of_freedom_rule = saved.model.tails()->rule;
        em.degrees_of_freedom = stated(options, "degrees_of_freedom", em.degrees_of_freedom);
    }
    em.seed = stated(options, "seed", em.seed);
    em.tolerance = stated(options, "tolerance", em.tolerance);
    em.iteration_limit = stated(options, "iteration_limit", em.iteration_limit);
    em.covariance_floor = stated(options, "covariance_floor", em.covariance_floor);
    em.run_count = stated(options, "run_count", em.run_count);
    em.short_run_count = stated(options, "short_run_count", em.short_run_count);
    return plan;
}

FitStatus statusOf(const std::string& name) {
    for (const FitStatus status :
         {FitStatus::iteration_limit, FitStatus::cancelled, FitStatus::degenerate})
        if (name == to_string(status))
            return status;
    return FitStatus::converged;
}

EmFit emFitOf(const SavedModel& saved) {
    EmFit fit{.runs = {},
              .model = saved.model,
              .log_likelihood = saved.fit.log_likelihood,
              .entropy = saved.fit.entropy,
              .map_term = saved.fit.bic - saved.fit.icl,
              .weight_sum = double(saved.data.rows_used),
              .spurious = saved.fit.spurious};
    EmRun run;
    run.status = statusOf(saved.fit.status);
    run.log_likelihood = saved.fit.trace;
    run.iterations = saved.fit.iterations;
    run.floors_applied = saved.fit.floors_applied;
    if (saved.fit.best_start < saved.fit.starts.size())
        run.start = saved.fit.starts[saved.fit.best_start].start;
    fit.runs.push_back(std::move(run));
    return fit;
}

SelectionRecord recordOfModel(const SavedModel& saved) {
    return {.component_count = saved.model.component_count(),
            .covariance_structure = to_string(saved.model.covariance_form()),
            .parameter_count = saved.fit.parameter_count,
            .log_likelihood = saved.fit.log_likelihood,
            .bic = saved.fit.bic,
            .icl = saved.fit.icl,
            .aic = saved.fit.aic,
            .status = saved.fit.status,
            .message = saved.fit.spurious,
            .iterations = saved.fit.iterations,
            .seconds = saved.fit.seconds};
}

Candidate candidateOf(const SelectionRecord& record) {
    Candidate candidate;
    candidate.component_count = record.component_count;
    try {
        candidate.covariance_form = covariance_form_from(record.covariance_structure);
    } catch (const InvalidArgument&) {
        // Of a newer version: the record keeps the name, and that is all that is shown of it.
    }
    candidate.parameter_count = record.parameter_count;
    candidate.seconds = record.seconds;
    candidate.failure = tr("Its parameters are not in the model file.").toStdString();
    if (std::isfinite(record.bic))
        candidate.criteria = InformationCriteria{.bic = record.bic,
                                                 .icl = record.icl,
                                                 .aic = record.aic,
                                                 .nec = record.nec,
                                                 .cv = record.cv,
                                                 .cv_standard_error = record.cv_standard_error};
    return candidate;
}

/// The column of the observation weights that the model was fitted with, or -1.
int weightsOf(const SavedModel& saved, const DataSet& data) {
    const std::string name = stated(saved.options, "observation_weights", std::string());
    const auto& columns = data.columns();
    const auto found = std::ranges::find_if(columns, [&](const Column& column) {
        return !name.empty() && column.name == name && column.is_numeric();
    });
    return found == columns.end() ? -1 : int(found - columns.begin());
}

FeatureTable tableOf(const SavedModel& saved, const DataSet& data) {
    if (const auto columns = columnsOf(saved, data); columns && data.row_count() > 0) {
        try {
            return feature_table(data, *columns, weightsOf(saved, data), MissingRows::drop);
        } catch (const DataError&) {
            // Other data, in which that column holds no weights: the rows can be classified.
            return feature_table(data, *columns, -1, MissingRows::drop);
        }
    }
    FeatureTable table;
    table.names = saved.data.features;
    table.observations.resize(0, Eigen::Index(saved.data.features.size()));
    return table;
}

}  // namespace

std::optional<std::vector<std::size_t>> columnsOf(const SavedModel& saved, const DataSet& data) {
    std::vector<std::size_t> columns;
    for (const std::string& feature : saved.data.features) {
        const auto& all = data.columns();
        const auto found = std::find_if(all.begin(), all.end(), [&](const Column& column) {
            return column.name == feature && column.is_numeric();
        });
        if (found == all.end())
            return std::nullopt;
        columns.push_back(std::size_t(found - all.begin()));
    }
    return columns;
}

FitEntry fitOf(const QString& path, const SavedModel& saved, const DataSet& data) {
    auto result = std::make_shared<RunResult>();
    result->table = tableOf(saved, data);
    result->transform = saved.data.transform;
    result->data_sha256 = saved.data.sha256;
    result->selection = saved.selection;
    const SelectionRecord own = recordOfModel(saved);
    const auto isOwn = [&](const SelectionRecord& record) {
        return record.component_count == own.component_count &&
               record.covariance_structure == own.covariance_structure;
    };
    auto& selection = result->selection;
    auto place = std::find_if(selection.begin(), selection.end(), isOwn);
    if (place == selection.end())
        place = selection.insert(selection.end(), own);
    const auto best = std::size_t(place - selection.begin());
    for (const SelectionRecord& record : selection)
        result->search.candidates.push_back(candidateOf(record));
    Candidate& shown = result->search.candidates[best];
    shown.fit = emFitOf(saved);
    shown.posterior = saved.posterior;
    shown.failure.clear();
    result->search.best = best;
    result->chosen = saved;

    FitEntry fit;
    fit.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    fit.modelPath = path;
    fit.finishedAt = QFileInfo(path).lastModified();
    fit.seconds = saved.fit.seconds;
    fit.plan = planOfModel(saved);
    fit.best = int(best);
    fit.result = std::move(result);
    fit.name = nameOf(fit);
    return fit;
}

DataEntry dataWithoutRows(const QString& path, const SavedModel& saved) {
    std::vector<Column> columns;
    for (const std::string& feature : saved.data.features) {
        Column column;
        column.name = column.label = feature;
        columns.push_back(std::move(column));
    }
    DataEntry entry;
    entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    entry.name = QFileInfo(path).fileName();
    entry.path = path;
    entry.roles.assign(columns.size(), ColumnRole::feature);
    entry.data = std::make_shared<const DataSet>(saved.data.source, std::move(columns));
    entry.setup = defaultSetup(path, {}, 0);
    return entry;
}

ModelSummary summaryWithoutData(const SavedModel& saved) {
    const GaussianMixture& model = saved.model;
    ModelSummary summary;
    summary.headline = saved.posterior ? headline(*saved.posterior) : headline(model);
    for (int k = 0; k < model.component_count(); ++k) {
        ComponentSummary component;
        component.component = k;
        component.mixing_weight = model.mixing_weights()[k];
        component.words = "Component " + std::to_string(k + 1) + " has the mixing weight " +
                          fixed_text(100.0 * component.mixing_weight, 1) + " %.";
        summary.components.push_back(std::move(component));
    }
    return summary;
}

QString sourceFileOf(const QString& path, const SavedModel& saved) {
    const QString source = QString::fromStdString(saved.data.source);
    if (source.isEmpty() || source == u"-")
        return {};
    const QDir beside = QFileInfo(path).absoluteDir();
    for (const QString& place :
         {beside.absoluteFilePath(source), QFileInfo(source).absoluteFilePath(),
          beside.absoluteFilePath(QFileInfo(source).fileName())})
        if (QFileInfo(place).isFile())
            return place;
    return {};
}

QString originWords(const QString& path, const SavedModel& saved) {
    const QString source = QFileInfo(QString::fromStdString(saved.data.source)).fileName();
    return tr("'%1', fitted to %2 rows of %3")
        .arg(QFileInfo(path).fileName(), QLocale().toString(qint64(saved.data.rows_used)),
             source.isEmpty() || source == u"-" ? tr("a table without a name") : source);
}

}  // namespace mixtura::app
