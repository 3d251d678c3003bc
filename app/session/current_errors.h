// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "mixtura/data/data_set.h"
#include "mixtura/io/model_file.h"
#include "mixtura/plan/explanation.h"

#include "session/long_task.h"

namespace mixtura::app {

class CurrentModel;
class Session;

/// Which standard errors are wanted.
struct ErrorRequest {
    ErrorSource source = ErrorSource::hessian;
    int replicateCount = BootstrapOptions().replicate_count;  ///< of a bootstrap, as is the seed
    std::uint64_t seed = BootstrapOptions().seed;

    [[nodiscard]] bool isBootstrap() const {
        return source == ErrorSource::bootstrap || source == ErrorSource::weighted_bootstrap ||
               source == ErrorSource::parametric_bootstrap;
    }
};

/// Standard errors with the model that they belong to.
struct ModelErrors {
    ErrorRequest request;
    std::shared_ptr<const SavedModel> saved;
    ParameterErrors errors;
};

/// How a bootstrap of the model climbs: as the fit itself did.
BootstrapOptions bootstrapOptionsOf(const SavedModel& saved, const ErrorRequest& request);

/// Standard errors of the model shown, worked out on a thread of their own. They go, and work on
/// them ends, as soon as another model or another table is shown.
class CurrentErrors : public QObject {
    Q_OBJECT
  public:
    CurrentErrors(Session& session, CurrentModel& current, QObject* parent = nullptr);

    /// Why there can be none for what is shown, as a sentence; empty where there can.
    [[nodiscard]] QString obstacle() const;
    /// Does nothing where there is an obstacle; ends earlier work.
    void start(const ErrorRequest& request);
    /// Ends the work. Of a bootstrap the refits made until then are kept, where there are two.
    void stop() { task_.stop(); }
    [[nodiscard]] bool isRunning() const { return task_.isRunning(); }
    /// What is being worked out, where something is.
    [[nodiscard]] const ErrorRequest& request() const { return request_; }
    /// Refits or rows done, and how many there are to do; 0 of 0 where not known yet.
    [[nodiscard]] LongTask::Progress progress() const { return task_.progress(); }
    /// Null until worked out.
    [[nodiscard]] const std::shared_ptr<const ModelErrors>& result() const { return result_; }
    /// Why the last request brought no result, as a sentence; else empty.
    [[nodiscard]] const QString& failure() const { return failure_; }

  signals:
    /// Anything but the progress.
    void changed();
    /// At most ten times a second.
    void progressed();

  private:
    /// What the results belong to.
    struct Shown {
        QString fit;
        int record = -1;
        std::shared_ptr<const DataSet> data;
        bool operator==(const Shown&) const = default;
    };
    void follow();

    Session* session_;
    CurrentModel* current_;
    Shown shown_;
    ErrorRequest request_;
    std::shared_ptr<const ModelErrors> result_;
    QString failure_;
    LongTask task_;  ///< last: its thread ends before the rest goes
};

}  // namespace mixtura::app
