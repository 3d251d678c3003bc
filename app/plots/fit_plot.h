// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <memory>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/gaussian_mixture/scatter_figure.h"

#include "plots/plot_view.h"

namespace mixtura::app {

/// One pair of features, large: points by component (faint where the responsibility is shared,
/// uncertain rows ringed), ellipses labelled with their mass, contours by mass or a density map,
/// marginal densities at the sides, the component's number at each mean. With one feature: its
/// histogram and density. objectName fitPlot.
class FitPlot final : public PlotView {
    Q_OBJECT
  public:
    explicit FitPlot(QWidget* parent = nullptr);
    ~FitPlot() override;

    /// Rows of larger uncertainty are marked as uncertain.
    static constexpr double uncertaintyLimit = 0.3;

    /// The rows, and what the model says of them (null before a fit).
    void setTable(std::shared_ptr<const FeatureTable> table);
    void setScores(std::shared_ptr<const Scores> scores);
    /// Known labels of the first components; drawn with the next scores.
    void setComponentNames(const QStringList& names);
    /// The answer to `figureRequested`; ignored unless it is of the features now chosen.
    void setFigure(std::shared_ptr<const ScatterFigure> figure);
    /// One or two columns of the table, as last chosen.
    [[nodiscard]] std::vector<int> features() const;
    void setPair(int xFeature, int yFeature);

    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  signals:
    /// Work out `scatter_figure` for these columns (one or two) with the current model in the
    /// background, then call `setFigure`.
    void figureRequested(const std::vector<int>& features);

  protected:
    void restyle() override;
    void panBy(double right, double up) override;
    void zoomBy(double factor) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
