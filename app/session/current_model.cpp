// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/current_model.h"

#include <utility>

#include "session/component_name.h"
#include "session/model_entry.h"

namespace mixtura::app {

namespace {

const QString tableKey = QStringLiteral("model/table");
const QString scoresKey = QStringLiteral("model/scores");
const QString agreementKey = QStringLiteral("model/agreement");
const QString explanationKey = QStringLiteral("model/explanation");

}  // namespace

CurrentModel::CurrentModel(Session& session, QObject* parent)
    : QObject(parent), session_(&session) {
    // Several changes in one turn of the event loop are one refresh.
    delay_.setSingleShot(true);
    delay_.setInterval(0);
    connect(&delay_, &QTimer::timeout, this, &CurrentModel::refresh);
    const auto schedule = [this] { delay_.start(); };
    connect(&session, &Session::currentDataChanged, this, schedule);
    connect(&session, &Session::columnsChanged, this, schedule);
    connect(&session, &Session::currentModelChanged, this, schedule);
}

void CurrentModel::refresh() {
    BackgroundQueue* background = session_->background();
    background->cancel(tableKey);
    background->cancel(scoresKey);
    background->cancel(explanationKey);
    background->cancel(agreementKey);
    scores_.reset();
    summary_ = {};
    model_.reset();
    const DataEntry* entry = session_->currentData();
    const FitEntry* fit = session_->currentFit();
    if (entry != nullptr && fit != nullptr)
        model_ = modelOf(*entry, *fit, session_->currentRecord());
    emit modelChanged();
    emit scoresChanged();
    if (fit != nullptr) {
        takeTableOf(*fit);
        return;
    }
    const std::vector<std::size_t> features =
        entry != nullptr ? featureColumns(*entry) : std::vector<std::size_t>();
    if (features.empty()) {
        takeTable(nullptr);
        return;
    }
    background->post(tableKey, [this, data = entry->data, features,
                                weights = weightColumn(*entry)](const std::stop_token& /*stop*/) {
        auto table = std::make_shared<const FeatureTable>(
            feature_table(*data, features, weights, MissingRows::drop));
        return [this, table] { takeTable(table); };
    });
}

void CurrentModel::takeTableOf(const FitEntry& fit) {
    if (fit.result->table.incomplete_rows == 0) {
        takeTable({fit.result, &fit.result->table});
        return;
    }
    if (fit.result == reduced_.of) {
        takeTable(reduced_.table);
        return;
    }
    takeTable(nullptr);  // no figure of this model with the rows of another
    session_->background()->post(tableKey, [this, result = fit.result](const std::stop_token&) {
        auto table = std::make_shared<const FeatureTable>(complete_rows(result->table));
        return [this, result, table] {
            reduced_ = {.of = result, .table = table};
            takeTable(table);
        };
    });
}

void CurrentModel::takeTable(std::shared_ptr<const FeatureTable> table) {
    if (table != table_) {
        table_ = std::move(table);
        emit tableChanged();
    }
    if (!model_ || !table_)
        return;
    if (table_->observations.rows() > 0) {
        workOutScores();
        return;
    }
    summary_ = summaryWithoutData(*model_);
    emit scoresChanged();
}

void CurrentModel::workOutScores() {
    session_->background()->post(
        scoresKey, [this, table = table_, saved = std::make_shared<const SavedModel>(*model_),
                    threads = session_->threadCount()](const std::stop_token& stop) {
            auto scores = std::make_shared<const Scores>(
                score(saved->model, table->observations, {.stop = stop, .thread_count = threads}));
            auto summary = std::make_shared<const ModelSummary>(summarise(*saved, *table, *scores));
            return [this, scores, summary] {
                scores_ = scores;
                summary_ = *summary;
                emit scoresChanged();
            };
        });
}

void CurrentModel::requestExplanation(double subspaceLambda) {
    if (!table_ || !model_ || table_->observations.rows() == 0)
        return;
    session_->background()->post(
        explanationKey,
        [this, subspaceLambda, table = table_, saved = std::make_shared<const SavedModel>(*model_),
         threads = session_->threadCount()](const std::stop_token& stop) {
            ExplanationOptions options = cheap_explanation(saved->model.component_count());
            if (options.subspace_lambda)
                options.subspace_lambda = subspaceLambda;
            auto explanation = std::make_shared<const Explanation>(
                explain(saved->model, *table, options, {.stop = stop, .thread_count = threads}));
            return [this, explanation] { emit explanationReady(explanation); };
        });
}

QStringList CurrentModel::componentNames() const {
    if (!model_ || model_->labels.component_classes.empty())
        return labelNames();
    QStringList names;
    for (const std::string& name : component_names(*model_)) names << QString::fromStdString(name);
    return names;
}

QStringList CurrentModel::labelNames() const {
    QStringList names;
    if (model_)
        for (const std::string& name : model_->labels.names) names << QString::fromStdString(name);
    if (model_ && model_->model.noise()) {
        while (names.size() < model_->model.component_count()) names << QString();
        names << noiseName();
    }
    return names;
}

void CurrentModel::requestAgreement(const QString& column) {
    const DataEntry* entry = session_->currentData();
    if (!table_ || !model_ || !scores_ || entry == nullptr)
        return;
    session_->background()->post(
        agreementKey,
        [this, wanted = column.isEmpty() ? model_->labels.column : column.toStdString(),
         data = entry->data, table = table_, scores = scores_,
         labels = model_->labels](const std::stop_token& stop) {
            const ComponentClasses& classes = labels.component_classes;
            auto agreement = std::make_shared<Agreement>(agreementOf(
                *data, *table, classes.empty() ? *scores : class_scores(*scores, classes), wanted,
                stop));
            if (agreement->column == labels.column && !labels.training.counts.empty())
                agreement->labels = labels;
            return [this, agreement] { emit agreementReady(agreement); };
        });
}

void CurrentModel::requestFigure(const QString& asker, const std::vector<int>& features) {
    if (!table_ || table_->observations.rows() == 0 || features.empty())
        return;
    std::shared_ptr<const SavedModel> saved;
    if (model_)
        saved = std::make_shared<const SavedModel>(*model_);
    session_->background()->post(
        QStringLiteral("figure/") + asker,
        [this, asker, features, table = table_, saved](const std::stop_token& stop) {
            auto figure = std::make_shared<const ScatterFigure>(scatter_figure(
                *table, features, saved ? &saved->model : nullptr, ScatterFigureOptions{}, stop));
            return [this, asker, figure] { emit figureReady(asker, figure); };
        });
}

}  // namespace mixtura::app
