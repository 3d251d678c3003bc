// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/labelled_choice.h"

#include <QHBoxLayout>
#include <QLabel>

namespace mixtura::app {

QWidget* labelledChoice(const QString& label, QWidget* choice) {
    auto* both = new QWidget;
    auto* layout = new QHBoxLayout(both);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* text = new QLabel(label);
    text->setBuddy(choice);
    layout->addWidget(text);
    layout->addWidget(choice);
    return both;
}

}  // namespace mixtura::app
