// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "mixtura/data/column_summary.h"
#include "mixtura/data/weighted_histogram.h"
#include "mixtura/gaussian_mixture/density_grid.h"

#include "plots/plot_view.h"

namespace mixtura::app {

/// One feature's histogram, with its density under the model where there is one.
class HistogramPlot final : public PlotView {
    Q_OBJECT
  public:
    explicit HistogramPlot(QWidget* parent = nullptr);
    ~HistogramPlot() override;

    /// @param name     of the feature, as axis label
    /// @param density  curve over the bars, scaled to the rows per bin
    void setHistogram(const QString& name, const WeightedHistogram& histogram,
                      const std::optional<MarginalDensity>& density = {});
    /// The histogram of a column's summary.
    void setHistogram(const QString& name, const ColumnHistogram& histogram);
    void clear();

    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  protected:
    void restyle() override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
