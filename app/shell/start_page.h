// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "session/recovery.h"
#include "session/samples.h"

class QVBoxLayout;

namespace mixtura::app {

/// What the window shows before anything is open: a large target for a data file, unsaved work to
/// continue, recent files, and sample data with a story each.
class StartPage : public QWidget {
    Q_OBJECT
  public:
    explicit StartPage(QWidget* parent = nullptr);

    void setRecentFiles(const QStringList& paths);
    void setOffers(const std::vector<RecoveryOffer>& offers);
    void setSamples(const std::vector<SampleData>& samples);

  signals:
    void openRequested();
    void fileChosen(const QString& path);
    void sampleChosen(const QString& path);
    void offerChosen(const mixtura::app::RecoveryOffer& offer);
    void offerDeclined(const mixtura::app::RecoveryOffer& offer);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    static QVBoxLayout* addSection(const QString& title, QWidget** section);
    QWidget* offers_ = nullptr;
    QVBoxLayout* offersLayout_ = nullptr;
    QWidget* recent_ = nullptr;
    QVBoxLayout* recentLayout_ = nullptr;
    QWidget* samples_ = nullptr;
    QVBoxLayout* samplesLayout_ = nullptr;
};

}  // namespace mixtura::app
