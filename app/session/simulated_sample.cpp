// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/simulated_sample.h"

#include <numeric>
#include <utility>

#include "mixtura/common/random.h"
#include "mixtura/io/sample_table.h"

namespace mixtura::app {

std::shared_ptr<const SimulatedSample> drawSample(const SampleRequest& request,
                                                  const std::stop_token& stop) {
    RandomStream random(request.seed);
    Sample drawn = sample(request.model, request.rowCount, random);
    FitControl control;
    control.stop = stop;
    auto scores = std::make_shared<Scores>(score(request.model, drawn.observations, control));
    scores->classification = std::move(drawn.components);
    auto table = std::make_shared<FeatureTable>();
    table->names = request.features;
    table->rows.resize(scores->classification.size());
    std::iota(table->rows.begin(), table->rows.end(), std::int64_t{0});
    table->observations = std::move(drawn.observations);
    return std::make_shared<const SimulatedSample>(
        SimulatedSample{request, std::move(table), std::move(scores)});
}

std::shared_ptr<const ScatterFigure> sampleFigure(const SimulatedSample& sample,
                                                  const std::vector<int>& features,
                                                  const std::stop_token& stop) {
    return std::make_shared<const ScatterFigure>(
        scatter_figure(*sample.table, features, &sample.request.model, {}, stop));
}

QByteArray sampleCsv(const SimulatedSample& sample) {
    Sample drawn;
    drawn.observations = sample.table->observations;
    drawn.components = sample.scores->classification;
    if (sample.scores->has_noise)
        drawn.noise_group = sample.scores->component_count();
    return QByteArray::fromStdString(sample_csv(sample.request.features, drawn));
}

CsvOptions sampleImport(const SimulatedSample& sample) {
    CsvOptions options;
    options.column_types = {{component_column(sample.request.features), ColumnType::category}};
    return options;
}

}  // namespace mixtura::app
