// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include <qcustomplot.h>

#include "plots/fit_plot.h"
#include "plots/point_cloud.h"

class QCheckBox;
class QComboBox;

namespace mixtura::app {

/// What the fit plot is made of; known to its own sources alone.
struct FitPlot::Parts {
    static constexpr int marginalHeight = 92;  ///< logical pixels

    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;
    QStringList componentNames;
    std::shared_ptr<const ScatterFigure> figure;
    int x = 0;
    int y = 1;
    QComboBox* xChoice = nullptr;
    QComboBox* yChoice = nullptr;
    QCheckBox* ellipses = nullptr;
    QCheckBox* contours = nullptr;
    QCheckBox* map = nullptr;
    QCheckBox* uncertain = nullptr;

    QCPAxisRect* main = nullptr;
    QCPAxisRect* top = nullptr;
    QCPAxisRect* side = nullptr;
    QCPLegend* legend = nullptr;
    PointCloud* cloud = nullptr;
    QCPColorMap* colours = nullptr;
    QCPBars* topBars = nullptr;
    QCPBars* sideBars = nullptr;
    QCPBars* singleBars = nullptr;  ///< of the only feature, in the main panel
    // Rebuilt with every figure.
    std::vector<QCPCurve*> ellipseCurves;  ///< component by component
    std::vector<QCPCurve*> contourCurves;
    std::vector<QCPCurve*> densityCurves;  ///< per margin: the mixture, then its components
    std::vector<QCPItemText*> numbers;
    std::vector<QCPItemText*> ellipseLabels;
    std::vector<QCPItemText*> contourLabels;

    [[nodiscard]] int featureCount() const {
        return table ? static_cast<int>(table->observations.cols()) : 0;
    }
    [[nodiscard]] bool isEmpty() const {
        return featureCount() == 0 || table->observations.rows() == 0;
    }
    [[nodiscard]] bool isSingle() const { return featureCount() == 1; }
    [[nodiscard]] QString name(int feature) const {
        return QString::fromStdString(table->names[static_cast<std::size_t>(feature)]);
    }
    [[nodiscard]] std::vector<int> features() const {
        if (isEmpty())
            return {};
        return isSingle() ? std::vector<int>{0} : std::vector<int>{x, y};
    }
    [[nodiscard]] const FigurePair* pair() const {
        return figure && !figure->pairs.empty() ? &figure->pairs.front() : nullptr;
    }
    [[nodiscard]] QCPAxis* xAxis() const { return main->axis(QCPAxis::atBottom); }
    [[nodiscard]] QCPAxis* yAxis() const { return main->axis(QCPAxis::atLeft); }

    void clearFigure(QCustomPlot& plot);
    void drawFigure(QCustomPlot& plot);
    void drawMargin(QCPBars& bars, const FigureFeature& feature, QCPAxisRect& rect, bool turned);
    void drawEllipses(QCustomPlot& plot, const FigurePair& pair);
    void drawContours(QCustomPlot& plot, const FigurePair& pair);
    void drawMap(const FigurePair& pair) const;
    [[nodiscard]] QString numberAndName(int component) const;
    void fillLegend(bool dark);
    QCPItemText* label(QCustomPlot& plot, const PlanePoint& place, const QString& text) const;
};

}  // namespace mixtura::app
