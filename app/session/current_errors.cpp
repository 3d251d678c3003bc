// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/current_errors.h"

#include <algorithm>
#include <utility>

#include "session/current_model.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

std::string weightsColumnOf(const SavedModel& saved) {
    const auto found = saved.options.find("observation_weights");
    return found != saved.options.end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
}

}  // namespace

BootstrapOptions bootstrapOptionsOf(const SavedModel& saved, const ErrorRequest& request) {
    BootstrapOptions options;
    options.replicate_count = request.replicateCount;
    options.seed = request.seed;
    const nlohmann::json& fit = saved.options;
    EmOptions& em = options.em;
    // With tolerance 0 a fit goes on to its iteration limit: no rule for refits.
    if (const auto tolerance = fit.find("tolerance");
        tolerance != fit.end() && tolerance->is_number() && tolerance->get<double>() > 0.0)
        em.tolerance = tolerance->get<double>();
    if (const auto floor = fit.find("covariance_floor"); floor != fit.end() && floor->is_number())
        em.covariance_floor = floor->get<double>();
    if (const auto prior = fit.find("prior"); prior != fit.end() && prior->is_string())
        em.prior = prior_from(prior->get<std::string>());
    return options;
}

CurrentErrors::CurrentErrors(Session& session, CurrentModel& current, QObject* parent)
    : QObject(parent), session_(&session), current_(&current) {
    connect(&task_, &LongTask::progressed, this, &CurrentErrors::progressed);
    connect(&task_, &LongTask::ended, this, [this](const QString& failure) {
        failure_ = failure;
        emit changed();
    });
    // The session tells at once, the current model after it: nothing old is seen in between.
    for (const auto signal :
         {&Session::currentDataChanged, &Session::currentModelChanged, &Session::columnsChanged})
        connect(&session, signal, this, &CurrentErrors::follow);
    connect(&current, &CurrentModel::modelChanged, this, &CurrentErrors::changed);
    connect(&current, &CurrentModel::tableChanged, this, &CurrentErrors::changed);
    connect(&current, &CurrentModel::scoresChanged, this, &CurrentErrors::changed);
}

QString CurrentErrors::obstacle() const {
    if (!current_->isSettled() || !current_->model() || !current_->table())
        return tr("Run a fit to see how well its parameters are known.");
    const SavedModel& saved = *current_->model();
    if (current_->table()->observations.rows() == 0)
        return tr(
            "The data of this model are not open. Open the data, then the model, to see how "
            "well its parameters are known.");
    if (!saved.labels.names.empty())
        return tr(
            "Standard errors of a fit with known labels are not available: they would be "
            "those of the rows without their labels.");
    if (const std::string weights = weightsColumnOf(saved);
        !weights.empty() && current_->table()->weights.size() == 0)
        return tr("The model was fitted with the observation weights '%1', which these data do not "
                  "have. Open the data with that column, then the model.")
            .arg(QString::fromStdString(weights));
    return {};
}

void CurrentErrors::follow() {
    const DataEntry* entry = session_->currentData();
    const FitEntry* fit = session_->currentFit();
    Shown now;
    if (entry != nullptr && fit != nullptr)
        now = {.fit = fit->id, .record = session_->currentRecord(), .data = entry->data};
    if (now == shown_)
        return;
    shown_ = std::move(now);
    task_.retire();
    result_.reset();
    failure_.clear();
    emit changed();
}

void CurrentErrors::start(const ErrorRequest& request) {
    if (!obstacle().isEmpty())
        return;
    request_ = request;
    result_.reset();
    failure_.clear();
    task_.start(
        session_->threadCount(),
        tr("There is not enough memory for this. Use a model of fewer components or features, or "
           "close other programs."),
        [this, request, table = current_->table(),
         saved =
             std::make_shared<const SavedModel>(*current_->model())](const FitControl& control) {
            ExplanationOptions options;
            options.error_source = request.source;
            options.bootstrap = bootstrapOptionsOf(*saved, request);
            options.seed = request.seed;
            Explanation explanation = explain(saved->model, *table, options, control);
            auto result = std::make_shared<const ModelErrors>(
                ModelErrors{request, saved, std::move(*explanation.errors)});
            return [this, result = std::move(result)] { result_ = result; };
        });
    emit changed();
}

}  // namespace mixtura::app
