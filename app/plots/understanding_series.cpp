// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/understanding_series.h"

#include <algorithm>
#include <functional>

namespace mixtura::app {

namespace {

constexpr Eigen::Index marksApart = 500;   // at the end, all drawn
constexpr Eigen::Index marksBelow = 1500;  // at equal steps

}  // namespace

std::shared_ptr<const FeatureTable> subspaceTable(const Explanation& explanation,
                                                  const FeatureTable& table) {
    auto projected = std::make_shared<FeatureTable>();
    projected->rows = table.rows;
    projected->names = {"direction 1", "direction 2"};
    const Eigen::MatrixXd rows = projected_rows(*explanation.subspace, table.observations);
    projected->observations.resize(rows.rows(), 2);
    projected->observations.col(0) = rows.col(0);
    projected->observations.col(1) =
        rows.cols() > 1 ? Eigen::VectorXd(rows.col(1)) : explanation.scores.log_densities;
    return projected;
}

std::vector<Eigen::Index> thinnedPlaces(Eigen::Index count) {
    std::vector<Eigen::Index> places;
    const Eigen::Index apart = std::max<Eigen::Index>(0, count - marksApart);
    const Eigen::Index step = std::max<Eigen::Index>(1, apart / marksBelow);
    for (Eigen::Index place = 0; place < apart; place += step) places.push_back(place);
    for (Eigen::Index place = apart; place < count; ++place) places.push_back(place);
    return places;
}

MergeDrawing mergeDrawing(const EntropyMergeTree& tree) {
    const auto componentCount = static_cast<std::size_t>(tree.component_count);
    MergeDrawing drawing;
    drawing.leaves.assign(componentCount, 0.0);
    double next = 0.0;
    const std::function<void(std::size_t)> placeLeaves = [&](std::size_t cluster) {
        if (cluster < componentCount) {
            drawing.leaves[cluster] = next++;
            return;
        }
        const EntropyMerge& merge = tree.merges[cluster - componentCount];
        placeLeaves(static_cast<std::size_t>(merge.first));
        placeLeaves(static_cast<std::size_t>(merge.second));
    };
    placeLeaves(componentCount + tree.merges.size() - 1);  // the last cluster holds all others
    std::vector<PlanePoint> tops;                          // of every cluster, components first
    for (const double leaf : drawing.leaves)
        tops.push_back({leaf, static_cast<double>(componentCount)});
    for (std::size_t m = 0; m < tree.merges.size(); ++m) {
        const PlanePoint first = tops[static_cast<std::size_t>(tree.merges[m].first)];
        const PlanePoint second = tops[static_cast<std::size_t>(tree.merges[m].second)];
        const auto height = static_cast<double>(componentCount - m - 1);
        drawing.unions.push_back({first, {first.x, height}, {second.x, height}, second});
        tops.push_back({0.5 * (first.x + second.x), height});
    }
    return drawing;
}

std::vector<std::vector<PlanePoint>> uncertaintyCurves(const Scores& scores) {
    std::vector<std::vector<double>> uncertainties(
        static_cast<std::size_t>(scores.responsibilities.cols()));
    for (std::size_t i = 0; i < scores.classification.size(); ++i)
        uncertainties[static_cast<std::size_t>(scores.classification[i])].push_back(
            scores.uncertainty[static_cast<Eigen::Index>(i)]);
    std::vector<std::vector<PlanePoint>> curves;
    for (std::vector<double>& values : uncertainties) {
        std::sort(values.begin(), values.end());  // the most uncertain last: drawn all
        const auto count = static_cast<Eigen::Index>(values.size());
        std::vector<PlanePoint> curve;
        for (const Eigen::Index place : thinnedPlaces(count))
            curve.push_back(
                {100.0 * (static_cast<double>(count - place) - 0.5) / static_cast<double>(count),
                 values[static_cast<std::size_t>(place)]});
        std::reverse(curve.begin(), curve.end());
        curves.push_back(std::move(curve));
    }
    return curves;
}

}  // namespace mixtura::app
