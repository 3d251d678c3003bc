// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/number_text.h"

#include <QLocale>
#include <cmath>

namespace mixtura::app {

QString shownNumber(double value, int digits) {
    return std::isnan(value) ? QString() : QLocale().toString(value, 'g', digits);
}

QString shownCell(double value) {
    if (std::isnan(value))
        return {};
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(value, 'g', QLocale::FloatingPointShortest);
}

}  // namespace mixtura::app
