// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/forecast.h"

#include <QCoreApplication>
#include <QLocale>
#include <QThread>
#include <algorithm>
#include <cmath>

#include "mixtura/gaussian_mixture/initialisation.h"
#include "mixtura/gaussian_mixture/short_runs.h"

namespace mixtura::app {

namespace {

/// Seconds for one multiplication of a pass, with what surrounds it; typical of one core of 2020.
constexpr double secondsPerOperation = 6e-10;
/// Iterations of a run that converges as most do.
constexpr double typicalIterations = 60.0;
/// Standard deviations this far apart make a criterion that depends on scales one-sided.
constexpr double adviseScaleRatio = 100.0;

QString text(const char* source) {
    return QCoreApplication::translate("Forecast", source);
}

bool iteratesInMStep(CovarianceStructure structure) {
    using enum CovarianceStructure;
    return structure == VEI || structure == VEE || structure == EVE || structure == VVE ||
           structure == VEV;
}

}  // namespace

double relativeWork(const CovarianceForm& form, int componentCount, int featureCount) {
    const double d = std::max(1, featureCount);
    if (form.factors())  // two expectations an iteration, none of them with a d x d matrix
        return componentCount * 2.0 * (4.0 * d * form.factors()->factor_count + 6.0 * d + 25.0);
    const CovarianceStructure structure = form.structure();
    const double pass = is_diagonal(structure) ? 6.0 * d : 2.0 * d * d + 6.0 * d;
    return componentCount * (pass + 25.0) * (iteratesInMStep(structure) ? 2.0 : 1.0);
}

namespace {

int parametersOf(const CovarianceForm& form, int componentCount, const EmOptions& given,
                 int featureCount) {
    if (form.factors())
        return parameter_count(form, componentCount, featureCount);
    EmOptions em = given;
    em.component_count = componentCount;
    em.covariance_structure = form.structure();
    return parameter_count(em, featureCount);
}

}  // namespace

Forecast forecast(const Plan& plan, int featureCount, double rows, double scaleRatio,
                  int threadCount) {
    Forecast result;
    const SearchOptions& search = plan.search;
    const int threads = threadCount > 0 ? threadCount : std::max(1, QThread::idealThreadCount());
    const std::vector<CovarianceForm> forms = covariance_forms(search);
    double operations = 0.0;
    int mostComponents = 0;
    for (const int count : search.component_counts) {
        mostComponents = std::max(mostComponents, count);
        for (const CovarianceForm& form : forms) {
            operations += relativeWork(form, count, featureCount);
            const int parameters = parametersOf(form, count, search.em, featureCount);
            if (parameters > result.largestParameters) {
                result.largestParameters = parameters;
                result.largestModel =
                    QString::fromStdString(to_string(form)) + u',' + QString::number(count);
            }
        }
    }
    const int runs = search.em.run_count;
    const bool isChosen = runs > 1 && search.em.short_run_count >= runs;
    const double starts =
        runs +
        (isChosen ? search.em.short_run_count * short_run_iterations / typicalIterations : 0);
    result.fitCount =
        int(search.component_counts.size() * forms.size() * std::size_t(search.em.run_count));
    result.seconds =
        operations * rows * typicalIterations * starts * secondsPerOperation / double(threads);
    const double sampled = std::min(rows, double(hierarchical_row_limit));
    const double treeBytes =
        search.em.initialisation == Initialisation::hierarchical ? sampled * sampled * 8.0 : 0.0;
    result.megabytes =
        (rows * featureCount * 8.0 * 2.0 + rows * mostComponents * 8.0 + treeBytes) / 1e6;

    const QLocale locale;
    // Under a prior, components without enough rows empty instead of overfitting.
    if (result.largestParameters > rows / 5.0 && rows > 0 && !plan.search.variational)
        result.advice.push_back(
            text("%1 has %2 parameters for %3 rows: expect overfitting. Fewer components or a "
                 "simpler covariance is safer.")
                .arg(result.largestModel, locale.toString(result.largestParameters),
                     locale.toString(qint64(rows))));
    const bool scalesMatter = std::ranges::any_of(
        forms, [](const CovarianceForm& form) { return depends_on_column_scales(form); });
    if (scaleRatio >= adviseScaleRatio && scalesMatter &&
        plan.columns.standardise == Standardise::none)
        result.advice.push_back(
            text("The columns' spreads differ by a factor of %1. Standardising is advised, or some "
                 "structures will see the widest column alone.")
                .arg(locale.toString(std::round(scaleRatio))));
    return result;
}

}  // namespace mixtura::app
