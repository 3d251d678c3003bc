// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "mixtura/plan/plan.h"

namespace mixtura::app {

/// Work of one EM iteration of a model relative to others on the same rows: the multiplications of
/// its pass over a row, with a surcharge for structures whose M-step iterates.
double relativeWork(const CovarianceForm& form, int componentCount, int featureCount);

/// What pressing Run would set going.
struct Forecast {
    int fitCount = 0;             ///< models times starts
    double seconds = 0.0;         ///< rough: within a factor of three or so
    double megabytes = 0.0;       ///< working memory beside the data
    int largestParameters = 0;    ///< of the model with most free parameters
    QString largestModel;         ///< "VVV,9"
    std::vector<QString> advice;  ///< sentences on what is likely to mislead
};

/// @param rows  rows that will be used @param scaleRatio  largest standard deviation of a feature
/// over the smallest, or 1 where not known
Forecast forecast(const Plan& plan, int featureCount, double rows, double scaleRatio,
                  int threadCount);

}  // namespace mixtura::app
