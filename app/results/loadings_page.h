// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "mixtura/io/model_file.h"

#include "results/table_page.h"

class QComboBox;

namespace mixtura::app {

class LoadingModel;

/// How the factors of a component load on the features, for mixtures of factor analysers. The table
/// has objectName loadings, the choice of the component loadingsComponent.
class LoadingsPage final : public TablePage {
    Q_OBJECT
  public:
    explicit LoadingsPage(QWidget* parent = nullptr);

    void clear();
    /// @param saved  a mixture of factor analysers
    void setModel(const SavedModel& saved);

  private:
    void showComponent();

    LoadingModel* model_;
    QComboBox* component_;
    std::optional<FactorDecomposition> factors_;
    QStringList features_;
};

}  // namespace mixtura::app
