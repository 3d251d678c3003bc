// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/stream_merging.h"

#include <algorithm>
#include <string>
#include <utility>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using Eigen::Index;

[[noreturn]] void refuse(const std::string& what) {
    throw InvalidArgument("The two streams have " + what + ", so they cannot be merged.");
}

/// The classes of both, those of `a` first, and where those of `b` stand among them.
std::vector<int> places_of_classes(std::vector<std::string>& classes,
                                   const std::vector<std::string>& others) {
    std::vector<int> places;
    for (const std::string& name : others) {
        auto found = std::ranges::find(classes, name);
        if (found == classes.end())
            found = classes.insert(classes.end(), name);
        places.push_back(static_cast<int>(found - classes.begin()));
    }
    return places;
}

}  // namespace

RunningMoments merged(const RunningMoments& a, const RunningMoments& b) {
    RunningMoments result = a;
    for (Index i = 0; i < a.counts.size(); ++i) {
        const double total = a.counts[i] + b.counts[i];
        if (b.counts[i] == 0.0)
            continue;
        const double away = b.means[i] - a.means[i];
        result.counts[i] = total;
        result.means[i] += b.counts[i] / total * away;
        result.squares[i] += b.squares[i] + a.counts[i] * b.counts[i] / total * away * away;
        result.least[i] = std::min(a.least[i], b.least[i]);
        result.greatest[i] = std::max(a.greatest[i], b.greatest[i]);
    }
    return result;
}

StreamState merged(const StreamState& a, const StreamState& b) {
    if (a.features != b.features)
        refuse("different features");
    if (a.target != b.target || a.options.target != b.options.target ||
        a.options.class_model != b.options.class_model)
        refuse("different targets");
    if (!a.mixture || !b.mixture)
        refuse("not both learned enough rows to end their warm-up");
    StreamState result = a;
    const std::vector<int> places = places_of_classes(result.classes, b.classes);
    IncrementalState other = *b.mixture;
    if (a.options.class_model == ClassModel::joint && result.classes != b.classes)
        refuse("different classes, or in another order");
    for (IncrementalComponent& component : other.components)
        if (component.class_index >= 0)
            component.class_index = places[static_cast<std::size_t>(component.class_index)];
    result.mixture =
        merged(IncrementalMixture(*a.mixture), IncrementalMixture(std::move(other))).state();
    result.row_count += b.row_count;
    result.moments = merged(a.moments, b.moments);
    result.prequential.add(b.prequential);
    result.drift.alarm_count += b.drift.alarm_count;
    result.history.clear();
    result.open_entry = HistoryEntry{};
    return result;
}

}  // namespace mixtura
