// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPair>
#include <QVector>
#include <memory>

class QWidget;

namespace mixtura::app {

class CurrentModel;
class PlotView;
class Session;

/// Plots and tables of the fits, fed from the session: what is shown follows the current model.
class ResultViews : public QObject {
    Q_OBJECT
  public:
    ResultViews(Session& session, CurrentModel& current, QObject* parent = nullptr);
    ~ResultViews() override;

    /// Views for the window to place; each is made once.
    [[nodiscard]] QWidget* scatterPage() const;
    [[nodiscard]] QWidget* fitPage() const;
    [[nodiscard]] QWidget* understandingPage() const;
    /// Brings the part called "understanding", "standard-errors", "agreement", "local-optima" or
    /// "loadings" of the understanding page to the front. @return false where no part is called so
    [[nodiscard]] bool showUnderstanding(const QString& name) const;
    [[nodiscard]] QWidget* comparePage() const;
    [[nodiscard]] QWidget* convergencePage() const;
    /// Figures that can be exported whether they were looked at or not: title on screen, and name.
    [[nodiscard]] static QVector<QPair<QString, QString>> figures();
    [[nodiscard]] PlotView* figure(const QString& name) const;
    /// Nothing is being drawn in the background.
    [[nodiscard]] bool isSettled() const;
    /// The table of models as CSV.
    [[nodiscard]] QByteArray comparisonCsv() const;

  signals:
    /// The analyst asked for the fit view of what was chosen.
    void fitViewRequested();
    void fileWritten(const QString& path);

  private:
    struct Parts;
    void showModels();
    void showTraces();
    void showPartialModels();
    void showSummary();
    void showUnderstandingOfScores();
    void buildUnderstanding();
    void followJob();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
