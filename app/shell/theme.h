// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QPalette;
class QString;

namespace mixtura::app {

/// How the program looks; `system` leaves style and colours to the desktop.
enum class Theme { system, light, dark };

/// Gives the whole application the theme, now and in windows that are open.
void applyTheme(Theme theme);
/// "system", "light", "dark", and back; anything else is `system`.
QString themeName(Theme theme);
Theme themeFrom(const QString& name);

}  // namespace mixtura::app
