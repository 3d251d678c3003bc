// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "results/table_page.h"

class QComboBox;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace mixtura::app {

class CurrentErrors;
class ParameterErrorModel;

/// Standard errors of the model shown: asks how they are to be worked out, shows how far the work
/// is, and then a row for each parameter. The table has objectName parameterErrors.
class ParameterErrorsPage final : public TablePage {
    Q_OBJECT
  public:
    explicit ParameterErrorsPage(CurrentErrors& errors, QWidget* parent = nullptr);

  private:
    void build();
    void ask();
    void refresh();
    void showProgress();
    void showResult();
    [[nodiscard]] QString headline() const;
    [[nodiscard]] QString remark() const;

    CurrentErrors* errors_;
    ParameterErrorModel* model_;
    QComboBox* source_;
    QSpinBox* replicates_;
    QSpinBox* seed_;
    QPushButton* run_;
    QPushButton* stop_;
    QProgressBar* progress_;
};

}  // namespace mixtura::app
