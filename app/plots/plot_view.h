// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "plots/figure_export.h"
#include "plots/plot_theme.h"

class QCustomPlot;

namespace mixtura::app {

class BackgroundQueue;

/// What all plots share: one QCustomPlot, the theme of the window's palette, keyboard pan and
/// zoom, a sentence for screen readers, and export of the figure and of the numbers behind it.
class PlotView : public QWidget {
    Q_OBJECT
  public:
    explicit PlotView(QWidget* parent = nullptr);
    ~PlotView() override;

    /// Writes what is shown as PDF, SVG or PNG, by the path's ending.
    /// @return an empty string, or a sentence that says what failed
    [[nodiscard]] QString saveFigure(const QString& path, const FigureOptions& options = {});
    /// The numbers behind the plot as CSV (C locale), with a header line.
    [[nodiscard]] virtual QByteArray dataCsv() const = 0;
    /// A name for files of this plot: "scatter-matrix".
    [[nodiscard]] virtual QString fileStem() const = 0;

    /// The plot in the given size, as it would be exported.
    [[nodiscard]] QImage renderFigure(const QSize& size, qreal devicePixelRatio = 1.0);
    /// Nothing is being drawn in the background.
    [[nodiscard]] bool isSettled() const;

  public slots:
    /// Asks for a path and writes the figure; tells `figureSaved` or shows why not.
    void saveFigureAs();
    /// Asks for a path and writes `dataCsv`.
    void saveDataAs();
    void copyFigure();
    /// All of the data in view; key Home.
    virtual void resetView() = 0;

  signals:
    /// A figure or data file was written.
    void fileWritten(const QString& path);

  protected:
    /// Gives every element its colours, for `theme()`; called after each change of the theme.
    virtual void restyle() {}
    /// Keyboard pan and zoom: shift by fractions of the visible range, or scale by a factor.
    virtual void panBy(double /*right*/, double /*up*/) {}
    virtual void zoomBy(double /*factor*/) {}

    [[nodiscard]] QCustomPlot* plot() const { return plot_; }
    [[nodiscard]] const PlotTheme& theme() const { return theme_; }
    /// A choice of this view in the row above the plot, after a label where it has one.
    void addChoice(QWidget* choice);
    void addChoice(const QString& label, QWidget* choice);
    [[nodiscard]] QWidget* choiceBar() const { return choiceBar_; }
    /// The sentence a screen reader speaks for the plot.
    void describe(const QString& name, const QString& description);
    /// Draws large clouds off the UI thread.
    [[nodiscard]] BackgroundQueue* rasters();
    /// One replot when control returns to the event loop, however often it is asked for.
    void scheduleReplot();

    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void showContextMenu(const QPoint& position);
    void followScreen();

    QCustomPlot* plot_;
    QWidget* choiceBar_;
    BackgroundQueue* rasters_ = nullptr;
    PlotTheme theme_;
    bool followsScreen_ = false;
    bool wantsReplot_ = false;  ///< something changed while the plot was hidden
};

}  // namespace mixtura::app
