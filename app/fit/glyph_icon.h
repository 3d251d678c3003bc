// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

namespace mixtura::app {

enum class Glyph { run, pause, stop };

/// A plain sign drawn in the text colour of the palette at hand, so that it shows on any theme.
QIcon glyphIcon(Glyph glyph);

}  // namespace mixtura::app
