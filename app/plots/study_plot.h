// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "plots/plot_view.h"
#include "session/study_job.h"

namespace mixtura::app {

/// The study of a wrong variance: the separation of the fitted centres over the true one, or their
/// distance from the true ones, against the signal-to-noise ratio, a curve for each ratio tau/sigma
/// (marks with their standard errors: samples; lines: infinitely many rows, where they are known);
/// or a map of the grid with the figure in every cell and the line from which collapsed centres do
/// not part again. objectName studyPlot.
class StudyPlot final : public PlotView {
    Q_OBJECT
  public:
    explicit StudyPlot(QWidget* parent = nullptr);
    ~StudyPlot() override;

    /// Null: nothing is simulated yet.
    void setStudy(std::shared_ptr<const StudyResult> result);

    /// One line for each cell of the grid.
    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  protected:
    void restyle() override;
    void panBy(double right, double up) override;
    void zoomBy(double factor) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Parts;
    void redraw();
    void describeStudy();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
