// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "mixtura/io/csv.h"

class QStackedWidget;
class QTabWidget;

namespace mixtura::app {

class CurrentModel;
class MixtureForm;
class PlotView;
class RowsPart;
class Session;
class StudyPart;

/// Simulation: rows drawn from a mixture, hand-set or fitted, and the study of what a wrong variance
/// does to its centres. Needs no data. objectName simulationPage.
class SimulationPage : public QWidget {
    Q_OBJECT
  public:
    SimulationPage(Session& session, CurrentModel& current, QWidget* parent = nullptr);

    /// Brings the part called "simulation" or "misspecification" to the front.
    /// @return false where no part is called so
    bool showPart(const QString& name);
    [[nodiscard]] PlotView* shownPlot() const;
    /// Nothing is being drawn or simulated.
    [[nodiscard]] bool isSettled() const;

  signals:
    /// The analyst wants these rows as a data set; as RowsPart says it.
    void openRequested(const QByteArray& csv, const mixtura::CsvOptions& options,
                       const QString& words, const QString& command);
    void fileWritten(const QString& path);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void refresh();

    MixtureForm* mixture_;
    RowsPart* rows_;
    StudyPart* study_;
    QTabWidget* parts_;
    QStackedWidget* fields_;
};

}  // namespace mixtura::app
