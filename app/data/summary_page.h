// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

namespace mixtura::app {

class Session;

/// What every column holds, what it is used for, and the histogram of the one selected; above
/// them, what should be known before a fit.
class SummaryPage : public QWidget {
    Q_OBJECT
  public:
    explicit SummaryPage(Session& session, QWidget* parent = nullptr);
    ~SummaryPage() override;

  signals:
    /// Largest standard deviation of a feature over the smallest; 1 where not known.
    void scaleRatioChanged(double ratio);

  private:
    struct Parts;
    void refresh();
    void workOut();
    void showColumn(int column);
    void showLevels(int column);
    void announceScales();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
