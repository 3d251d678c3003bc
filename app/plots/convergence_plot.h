// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plots/plot_view.h"

namespace mixtura::app {

/// One iteration of one run, as the session hands it on from its mailbox.
struct ConvergencePoint {
    std::string model;  ///< "VVE,3"
    int run = 0;        ///< 0-based start
    int iteration = 0;
    double logLikelihood = 0.0;  ///< nats
};

/// Log-likelihood by iteration while a fit runs: a thin line for each run, the best (later the kept)
/// one bold, a decrease in red (EM must not decrease); or the distance to the best of the same model, on a
/// logarithmic scale. Append in batches, at most 30 a second; a batch costs one replot. Memory is
/// bounded: long runs are thinned (never their ends, nor a decrease). objectName convergencePlot.
class ConvergencePlot final : public PlotView {
    Q_OBJECT
  public:
    explicit ConvergencePlot(QWidget* parent = nullptr);
    ~ConvergencePlot() override;

    /// Points kept of one run, and runs kept, at most.
    static constexpr int pointLimit = 2000;
    static constexpr int runLimit = 2000;

    void clear();
    void append(const std::vector<ConvergencePoint>& points);
    /// The fit has ended: of each model the run (0-based) that its parameters come from, which then
    /// is the bold one. Where another run is higher, its solution is spurious.
    void setKeptRuns(std::map<std::string, int> runOfModel);
    /// Shows the runs of one model alone ("VVE,3"), or of all (empty).
    void showModel(const QString& model);
    /// Whether the runs raise a lower bound of the log evidence (else the log-likelihood).
    void setBound(bool isBound);
    /// Points now held, of all runs.
    [[nodiscard]] int pointCount() const;
    /// Steps seen so far on which the log-likelihood fell by more than rounding.
    [[nodiscard]] int decreaseCount() const;

    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  protected:
    void restyle() override;

  private:
    /// Draws what has changed; `restyle` draws all.
    void refresh();
    void styleAxes();
    void sayBest(const QString& model, int run, double logLikelihood);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
