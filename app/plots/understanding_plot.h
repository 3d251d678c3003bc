// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <memory>

#include "mixtura/data/data_set.h"
#include "mixtura/plan/explanation.h"

#include "plots/plot_view.h"

namespace mixtura::app {

/// What comes after a fit, in four panels: the rows and components in the discriminant subspace; the
/// squared distances of the rows to their components against the chi-square distribution; the tree
/// of components merged by entropy, with the entropy at every count; how uncertain the rows of each
/// component are. objectName understandingPlot.
class UnderstandingPlot final : public PlotView {
    Q_OBJECT
  public:
    explicit UnderstandingPlot(QWidget* parent = nullptr);
    ~UnderstandingPlot() override;

    /// There is no model.
    void clear();
    /// There is another model: asks for its explanation as soon as the plot is seen.
    void expectExplanation();
    /// Known labels of the first components; drawn with the next explanation.
    void setComponentNames(const QStringList& names);
    void setExplanation(std::shared_ptr<const Explanation> explanation,
                        std::shared_ptr<const FeatureTable> table);

    /// One line for each mark: panel, what it stands for, and where it is.
    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  signals:
    /// @param lambda  of the discriminant subspace
    void explanationRequested(double lambda);

  protected:
    void restyle() override;
    void showEvent(QShowEvent* event) override;

  private:
    struct Parts;
    void request();
    void describeExplanation();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
