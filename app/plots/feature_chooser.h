// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>
#include <QToolButton>
#include <vector>

namespace mixtura::app {

/// A button that opens a searchable list of features to tick, at most `limit` of them at a time.
class FeatureChooser : public QToolButton {
    Q_OBJECT
  public:
    explicit FeatureChooser(int limit, QWidget* parent = nullptr);

    void setNames(const QStringList& names);
    void setChosen(const std::vector<int>& features);
    [[nodiscard]] std::vector<int> chosen() const;

  signals:
    /// The analyst ticked or unticked a feature; at least one stays ticked.
    void chosenChanged();

  private:
    void settle();

    int limit_;
    QListWidget* list_;
};

}  // namespace mixtura::app
