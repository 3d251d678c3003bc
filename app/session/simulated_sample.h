// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/gaussian_mixture/scatter_figure.h"
#include "mixtura/io/csv.h"

namespace mixtura::app {

/// What is drawn: so many rows of a mixture, with a seed.
struct SampleRequest {
    GaussianMixture model;
    std::vector<std::string> features;  ///< d names
    std::int64_t rowCount = 0;
    std::uint64_t seed = 1;
};

/// Rows drawn from a mixture in the form that plots take: what the mixture says of each row, but for
/// the classification, which is the component it was drawn from.
struct SimulatedSample {
    SampleRequest request;
    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;
};

/// The same rows as `mixtura-cli sample` and `simulate rows` draw with this seed.
/// @throw compute::Cancelled  the stop was requested
std::shared_ptr<const SimulatedSample> drawSample(const SampleRequest& request,
                                                  const std::stop_token& stop);
/// Histograms, densities and ellipses of these columns of the sample.
/// @throw compute::Cancelled  the stop was requested
std::shared_ptr<const ScatterFigure> sampleFigure(const SimulatedSample& sample,
                                                  const std::vector<int>& features,
                                                  const std::stop_token& stop);
/// The rows as a CSV file, with the component of each.
QByteArray sampleCsv(const SimulatedSample& sample);
/// How that file is read: the component is a category, not a number.
CsvOptions sampleImport(const SimulatedSample& sample);

}  // namespace mixtura::app
