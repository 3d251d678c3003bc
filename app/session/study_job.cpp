// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/study_job.h"

#include <algorithm>
#include <utility>

#include "mixtura/common/cancelled.h"

namespace mixtura::app {

namespace {

constexpr int curvePoints = 81;

}  // namespace

StudyResult studyOf(const GaussianMixture& model, const MisspecificationOptions& options,
                    const FitControl& control) {
    StudyResult result{misspecification_study(model, options, control), {}};
    const auto [least, greatest] = std::ranges::minmax(options.signal_to_noise);
    try {
        result.limits = limit_curves(result.study.arrangement, options.deviation_ratios, least,
                                     greatest, curvePoints, control);
    } catch (const Cancelled&) {
        // The samples are kept without the curves.
    }
    return result;
}

StudyJob::StudyJob(QObject* parent) : QObject(parent) {
    connect(&task_, &LongTask::progressed, this, &StudyJob::progressed);
    connect(&task_, &LongTask::ended, this, [this](const QString& failure) {
        failure_ = failure;
        emit changed();
    });
}

void StudyJob::start(const GaussianMixture& model, const MisspecificationOptions& options,
                     int threadCount) {
    failure_.clear();
    task_.start(
        threadCount, tr("There is not enough memory for this. Ask for fewer rows or samples."),
        [this, model, options](const FitControl& control) {
            auto result = std::make_shared<const StudyResult>(studyOf(model, options, control));
            return [this, result = std::move(result)] { result_ = result; };
        });
    emit changed();
}

}  // namespace mixtura::app
