// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace mixtura::app {

class CurrentModel;

/// Which mixture is simulated: one that the fields describe, or the model shown.
class MixtureForm : public QWidget {
    Q_OBJECT
  public:
    explicit MixtureForm(const CurrentModel& current, QWidget* parent = nullptr);

    /// What the fields say.
    struct Mixture {
        GaussianMixture model;
        std::vector<std::string> features;
        QString title;    ///< "2 components, hand-set"
        QString command;  ///< options of mixtura-cli simulate that describe it; empty for a model
    };
    /// None where they describe no mixture, or no model is shown.
    [[nodiscard]] std::optional<Mixture> mixture() const;
    /// Why there is none, as a sentence; empty where there is one.
    [[nodiscard]] QString problem() const;
    /// Another model is shown.
    void refresh();

  signals:
    void changed();

  private:
    void build();
    [[nodiscard]] bool isOfModel() const;
    [[nodiscard]] Mixture handSet() const;

    const CurrentModel* current_;
    QComboBox* source_;
    QSpinBox* components_;
    QSpinBox* features_;
    QComboBox* layout_;
    QDoubleSpinBox* separation_;
    QDoubleSpinBox* deviation_;
    QLineEdit* weights_;
};

/// "0.5, 1, 2" as numbers, with a point or, between semicolons, a comma as the decimal sign; none
/// where a word is no number or there is no word.
std::optional<std::vector<double>> numbersFrom(const QString& text);

}  // namespace mixtura::app
