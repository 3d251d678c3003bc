// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mixtura/io/model_file.h"
#include "mixtura/selection/criteria.h"

#include "plots/plot_view.h"

namespace mixtura::app {

/// The criterion of every model tried, over the number of components: a line for each covariance
/// structure, the best marked, spurious fits as hollow marks and failed ones below the axis with
/// the reason as tool tip. A click selects a model. objectName bicPlot.
class BicPlot final : public PlotView {
    Q_OBJECT
  public:
    explicit BicPlot(QWidget* parent = nullptr);
    ~BicPlot() override;

    /// @param best  index of the advised record, or none
    void setRecords(const std::vector<SelectionRecord>& records, std::optional<std::size_t> best,
                    Criterion criterion = Criterion::bic);
    /// Marks the record as the one shown elsewhere; -1 for none. Sends no signal.
    void setCurrent(int record);
    [[nodiscard]] int current() const;

    [[nodiscard]] QByteArray dataCsv() const override;
    [[nodiscard]] QString fileStem() const override;
    void resetView() override;

  signals:
    /// The analyst chose the record of this index.
    void candidateSelected(int record);

  protected:
    void restyle() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
