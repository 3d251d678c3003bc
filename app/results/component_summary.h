// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/plan/summary.h"

namespace mixtura::app {

/// The fitted model in words and figures: headline, verdict of the search, a sentence for each
/// component in its colour, a table of weights, means and standard deviations in the data's own
/// units, and remarks. objectName componentSummary.
class ComponentSummaryView : public QWidget {
    Q_OBJECT
  public:
    explicit ComponentSummaryView(QWidget* parent = nullptr);
    ~ComponentSummaryView() override;

    void clear();
    /// @param componentNames  known labels of the first components
    void setModel(const GaussianMixture& model, const std::vector<std::string>& featureNames,
                  const ModelSummary& summary, const QString& verdict = {},
                  const QStringList& componentNames = {});
    /// The table of parameters, C locale, full precision. @param separator  between fields
    [[nodiscard]] QByteArray toCsv(char separator = ',') const;

  public slots:
    void copyTable() const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void redraw();

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
