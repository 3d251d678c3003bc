// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "results/table_page.h"
#include "session/solutions.h"

namespace mixtura::app {

class SolutionModel;

/// The solutions that the starts of the model shown ended in, and how many ended in each. The table
/// has objectName localOptima.
class SolutionsPage final : public TablePage {
    Q_OBJECT
  public:
    explicit SolutionsPage(QWidget* parent = nullptr);

    void clear();
    void setModel(const SavedModel& saved);

  private:
    SolutionModel* model_;
};

}  // namespace mixtura::app
