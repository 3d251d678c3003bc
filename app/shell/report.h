// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace mixtura::app {

class CurrentModel;
class ResultViews;
class Session;

/// The fit shown as one self-contained HTML page: data, command that repeats the fit, the model in
/// words, its parameters, the models compared, and the figures.
QString reportHtml(const Session& session, const CurrentModel& current, const ResultViews& views);

}  // namespace mixtura::app
