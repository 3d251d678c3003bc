// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "mixtura/plan/plan.h"

class QFormLayout;

namespace mixtura::app {

class Session;

/// What the next fit is to do. Changing an option starts nothing: every change is one step of
/// undo, and Run executes what is shown. Below stands what Run would cost.
class SetupPanel : public QWidget {
    Q_OBJECT
  public:
    explicit SetupPanel(Session& session, QWidget* parent = nullptr);
    ~SetupPanel() override;

  public slots:
    /// Largest standard deviation of a feature over the smallest.
    void setScaleRatio(double ratio);

  signals:
    void runRequested();
    /// F1 page of the method shown.
    void helpRequested(const QString& page);

  private:
    struct Parts;
    void build();
    void buildAdvanced(QFormLayout* form);
    void buildVariational();
    void connectOptions();
    void refresh();
    void listStructures(bool ofFactors);
    void refreshMethod(const SearchOptions& search);
    /// Noise and what does not go with it.
    void refreshNoise(const Plan& plan);
    void refreshVariational(const SearchOptions& search);
    /// Of the structures listed the one that holds all others.
    [[nodiscard]] int mostGeneralRow() const;
    void refreshColumns();
    void refreshLabels();
    void refreshForecast();
    /// One undoable step; edits with the same non-negative `mergeId` become one.
    void edit(const QString& words, const std::function<void(Plan&)>& change, int mergeId = -1);

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
