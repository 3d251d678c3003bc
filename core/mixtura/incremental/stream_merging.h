// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/incremental/stream_learner.h"

namespace mixtura {

/// Moments of the rows of both (Chan, Golub & LeVeque 1983).
RunningMoments merged(const RunningMoments& a, const RunningMoments& b);

/// The learner of two that learned parallel streams of the same features: its mixture is that of both,
/// its sums are those of all rows, its history is empty.
/// @throw InvalidArgument  other features, target or options, a warm-up that is not over, initial
///                         variances that differ; says which
StreamState merged(const StreamState& a, const StreamState& b);

}  // namespace mixtura
