// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/current_errors.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "session/current_model.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

constexpr int pollInterval = 100;  // ms

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

/// Counts on the working threads, read on the window's.
class CurrentErrors::Observer final : public FitObserver {
  public:
    void on_progress(std::string_view /*what*/, double done, double total) override {
        done_ = static_cast<qint64>(done);
        total_ = static_cast<qint64>(total);
    }
    [[nodiscard]] Progress progress() const { return {done_, total_}; }

  private:
    std::atomic<qint64> done_ = 0;
    std::atomic<qint64> total_ = 0;
};

CurrentErrors::CurrentErrors(Session& session, CurrentModel& current, QObject* parent)
    : QObject(parent), session_(&session), current_(&current) {
    poll_.setInterval(pollInterval);
    connect(&poll_, &QTimer::timeout, this, &CurrentErrors::progressed);
    // The session tells at once, the current model after it: nothing old is seen in between.
    for (const auto signal :
         {&Session::currentDataChanged, &Session::currentModelChanged, &Session::columnsChanged})
        connect(&session, signal, this, &CurrentErrors::follow);
    connect(&current, &CurrentModel::modelChanged, this, &CurrentErrors::changed);
    connect(&current, &CurrentModel::tableChanged, this, &CurrentErrors::changed);
    connect(&current, &CurrentModel::scoresChanged, this, &CurrentErrors::changed);
}

CurrentErrors::~CurrentErrors() {
    if (work_)
        work_->thread.request_stop();
    for (const auto& work : ending_) work->thread.request_stop();
    work_.reset();
    ending_.clear();
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
    retire();
    result_.reset();
    failure_.clear();
    emit changed();
}

void CurrentErrors::start(const ErrorRequest& request) {
    if (!obstacle().isEmpty())
        return;
    retire();
    request_ = request;
    result_.reset();
    failure_.clear();
    work_ = std::make_unique<Work>();
    work_->observer = std::make_shared<Observer>();
    work_->thread =
        std::jthread([this, request, observer = work_->observer, table = current_->table(),
                      saved = std::make_shared<const SavedModel>(*current_->model()),
                      threads = session_->threadCount()](const std::stop_token& stop) {
            std::shared_ptr<const ModelErrors> result;
            QString failure;
            try {
                ExplanationOptions options;
                options.error_source = request.source;
                options.bootstrap = bootstrapOptionsOf(*saved, request);
                options.seed = request.seed;
                const FitControl control{
                    .stop = stop, .observer = observer.get(), .thread_count = threads};
                Explanation explanation = explain(saved->model, *table, options, control);
                result = std::make_shared<const ModelErrors>(
                    ModelErrors{request, saved, std::move(*explanation.errors)});
            } catch (const compute::Cancelled&) {
                failure = tr("Stopped before there was anything to keep.");
            } catch (const std::bad_alloc&) {
                failure =
                    tr("There is not enough memory for this. Use a model of fewer components or "
                       "features, or close other programs.");
            } catch (const std::exception& error) {
                failure = QString::fromUtf8(error.what());
            }
            QMetaObject::invokeMethod(
                this,
                [this, observer, result = std::move(result), failure] {
                    take(observer.get(), result, failure);
                },
                Qt::QueuedConnection);
        });
    poll_.start();
    emit changed();
}

void CurrentErrors::stop() {
    if (work_)
        work_->thread.request_stop();
}

/// Ends the work and drops its answer; the window does not wait for the thread.
void CurrentErrors::retire() {
    if (!work_)
        return;
    work_->thread.request_stop();
    ending_.push_back(std::move(work_));
    poll_.stop();
}

void CurrentErrors::take(const Observer* worker, std::shared_ptr<const ModelErrors> result,
                         const QString& failure) {
    if (!work_ || work_->observer.get() != worker) {
        std::erase_if(ending_, [worker](const std::unique_ptr<Work>& work) {
            return work->observer.get() == worker;
        });
        return;
    }
    work_.reset();  // the thread has said its last
    poll_.stop();
    result_ = std::move(result);
    failure_ = failure;
    emit changed();
}

CurrentErrors::Progress CurrentErrors::progress() const {
    return work_ ? work_->observer->progress() : Progress();
}

}  // namespace mixtura::app
