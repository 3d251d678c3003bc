// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fit/setup_panel.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QFormLayout;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace mixtura::app {

/// The method of factor analysers, by its page of help.
inline QString factorPage() {
    return QStringLiteral("factor-analysers");
}

/// Variational Bayes, by its page of help.
inline QString variationalPage() {
    return QStringLiteral("variational-bayes");
}

/// The panel's fields; known to its own sources alone.
struct SetupPanel::Parts {
    Session* session = nullptr;
    bool isUpdating = false;
    double scaleRatio = 1.0;

    QComboBox* method = nullptr;
    QListWidget* columns = nullptr;
    QLabel* columnsLabel = nullptr;
    QSpinBox* fewest = nullptr;
    QSpinBox* most = nullptr;
    QFormLayout* counts = nullptr;
    QLabel* countLabel = nullptr;
    QLabel* toLabel = nullptr;
    QLabel* covarianceLabel = nullptr;
    QComboBox* weightPrior = nullptr;
    QLineEdit* concentration = nullptr;
    QWidget* factorRow = nullptr;
    QSpinBox* fewestFactors = nullptr;
    QSpinBox* mostFactors = nullptr;
    QListWidget* covariance = nullptr;
    QToolButton* allStructures = nullptr;
    QToolButton* noStructures = nullptr;
    QSpinBox* restarts = nullptr;
    QSpinBox* shortRuns = nullptr;
    QSpinBox* folds = nullptr;
    QComboBox* bootstrap = nullptr;
    QSpinBox* seed = nullptr;
    QComboBox* criterion = nullptr;
    QComboBox* standardise = nullptr;
    QComboBox* weights = nullptr;
    QComboBox* labels = nullptr;
    QCheckBox* ownMixtures = nullptr;
    QSpinBox* labelFolds = nullptr;
    QComboBox* missingRows = nullptr;
    QComboBox* start = nullptr;
    QToolButton* advancedButton = nullptr;
    QWidget* advanced = nullptr;
    QLineEdit* tolerance = nullptr;
    QSpinBox* iterations = nullptr;
    QLineEdit* floor = nullptr;
    QComboBox* prior = nullptr;
    QCheckBox* noise = nullptr;
    QComboBox* family = nullptr;
    QLineEdit* degreesOfFreedom = nullptr;
    QSpinBox* threads = nullptr;
    QLabel* forecast = nullptr;
    QLabel* advice = nullptr;
    QLabel* changed = nullptr;
    QPushButton* run = nullptr;
    QWidget* content = nullptr;
};

}  // namespace mixtura::app
