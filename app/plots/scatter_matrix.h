// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/gaussian_mixture/scatter_figure.h"

#include "plots/plot_view.h"

namespace mixtura::app {

/// All pairs of the chosen features: points below and above the diagonal, coloured by component
/// once a model is there; ellipses below, contours by mass above, histograms with the marginal
/// densities on the diagonal. Shows points at once; what must be worked out (histograms, curves)
/// it asks for by `figureRequested` and draws when `setFigure` brings it. objectName scatterMatrix.
class ScatterMatrix final : public PlotView {
    Q_OBJECT
  public:
    explicit ScatterMatrix(QWidget* parent = nullptr);
    ~ScatterMatrix() override;

    /// Most features shown side by side, and how many are chosen at first.
    static constexpr int featureLimit = 8;
    static constexpr int defaultFeatureCount = 5;

    /// New data, before or without a fit; null empties the plot.
    void setTable(std::shared_ptr<const FeatureTable> table);
    /// The model's classification of the table's rows; null shows the rows alone.
    void setScores(std::shared_ptr<const Scores> scores);
    /// Known labels of the first components; drawn with the next scores.
    void setComponentNames(const QStringList& names);
    /// The answer to `figureRequested`; ignored unless it is of the features now chosen.
    void setFigure(std::shared_ptr<const ScatterFigure> figure);
    /// Columns of the table now shown, in order.
    [[nodiscard]] std::vector<int> features() const;
    void setFeatures(const std::vector<int>& features);

    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  signals:
    /// Work out `scatter_figure` for these columns (with the current model, if any) in the
    /// background, then call `setFigure`.
    void figureRequested(const std::vector<int>& features);
    /// A panel was double-clicked: show this pair large.
    void pairActivated(int xFeature, int yFeature);

  protected:
    void restyle() override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
