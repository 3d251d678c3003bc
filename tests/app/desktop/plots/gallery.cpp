// SPDX-License-Identifier: Apache-2.0
// Draws every view with a real fit, in both themes, into PNG files to be looked at.
#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QFont>
#include <QPalette>
#include <QStyleFactory>
#include <cmath>
#include <cstdio>
#include <memory>

#include "mixtura/plan/plan.h"
#include "mixtura/plan/summary.h"

#include "plots/bic_plot.h"
#include "plots/convergence_plot.h"
#include "plots/fit_plot.h"
#include "plots/histogram_plot.h"
#include "plots/scatter_matrix.h"
#include "results/comparison_table.h"
#include "results/component_summary.h"
#include "results/export_dialog.h"
#include "support/data_file.h"

namespace {

using namespace mixtura;

QPalette darkPalette() {
    QPalette palette;
    palette.setColor(QPalette::Window, QColor(0x2A, 0x2A, 0x2A));
    palette.setColor(QPalette::Base, QColor(0x1E, 0x1E, 0x1E));
    palette.setColor(QPalette::AlternateBase, QColor(0x26, 0x26, 0x26));
    palette.setColor(QPalette::Button, QColor(0x35, 0x35, 0x35));
    palette.setColor(QPalette::ToolTipBase, QColor(0x35, 0x35, 0x35));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::ToolTipText, QPalette::BrightText})
        palette.setColor(role, QColor(0xE6, 0xE6, 0xE6));
    palette.setColor(QPalette::Disabled, QPalette::Text, QColor(0x8A, 0x8A, 0x8A));
    palette.setColor(QPalette::PlaceholderText, QColor(0x8A, 0x8A, 0x8A));
    palette.setColor(QPalette::Highlight, QColor(0x2B, 0x6C, 0xA3));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    return palette;
}

/// Collects the traces of all runs, as the session's mailbox does.
class Traces : public SearchObserver {
  public:
    void on_iteration(const IterationReport& report) override {
        points.push_back(
            {std::string(report.model), report.run, report.iteration, report.log_likelihood});
    }
    std::vector<app::ConvergencePoint> points;
};

struct Fitted {
    std::shared_ptr<const RunResult> result;
    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;
    std::vector<app::ConvergencePoint> trace;
};

Fitted fit(const std::string& file, int most, std::vector<std::string> features = {}) {
    Plan plan;
    plan.data_path = file;
    plan.columns.features = std::move(features);
    plan.search.component_counts.clear();
    for (int count = 1; count <= most; ++count) plan.search.component_counts.push_back(count);
    Traces traces;
    Fitted fitted;
    auto result = std::make_shared<RunResult>(run(plan, {}, &traces));
    fitted.table = std::shared_ptr<const FeatureTable>(result, &result->table);
    if (result->chosen)
        fitted.scores =
            std::make_shared<Scores>(score(result->chosen->model, result->table.observations));
    fitted.result = result;
    fitted.trace = traces.points;
    return fitted;
}

class Gallery {
  public:
    explicit Gallery(QDir folder) : folder_(std::move(folder)) {}

    void shoot(QWidget& widget, const QString& name, const QSize& size) {
        for (const bool dark : {false, true}) {
            QApplication::setPalette(dark ? darkPalette() : lightPalette_);
            widget.resize(size);
            widget.show();
            QApplication::processEvents();
            QApplication::processEvents();
            const QString path = folder_.filePath(
                name + (dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png")));
            widget.grab().save(path);
        }
        QApplication::setPalette(lightPalette_);
    }

  private:
    QDir folder_;
    QPalette lightPalette_ = QApplication::palette();
};

void connectFigures(app::ScatterMatrix& matrix, const Fitted& fitted) {
    QObject::connect(
        &matrix, &app::ScatterMatrix::figureRequested, &matrix,
        [&matrix, fitted](const std::vector<int>& features) {
            const auto* model = fitted.scores ? &fitted.result->chosen->model : nullptr;
            matrix.setFigure(
                std::make_shared<ScatterFigure>(scatter_figure(*fitted.table, features, model)));
        });
}

void connectFigures(app::FitPlot& plot, const Fitted& fitted) {
    QObject::connect(
        &plot, &app::FitPlot::figureRequested, &plot,
        [&plot, fitted](const std::vector<int>& features) {
            const auto* model = fitted.scores ? &fitted.result->chosen->model : nullptr;
            plot.setFigure(
                std::make_shared<ScatterFigure>(scatter_figure(*fitted.table, features, model)));
        });
}

void shootMatrix(Gallery& gallery, const Fitted& fitted, const QString& name, const QSize& size,
                 bool scored = true) {
    app::ScatterMatrix matrix;
    Fitted shownFit = fitted;
    if (!scored)
        shownFit.scores.reset();
    connectFigures(matrix, shownFit);
    matrix.setTable(shownFit.table);
    if (scored)
        matrix.setScores(shownFit.scores);
    gallery.shoot(matrix, name, size);
}

void shootFit(Gallery& gallery, const Fitted& fitted, const QString& name, const QSize& size,
              bool everything) {
    app::FitPlot plot;
    connectFigures(plot, fitted);
    plot.setTable(fitted.table);
    plot.setScores(fitted.scores);
    if (everything)
        for (auto* box : plot.findChildren<QAbstractButton*>()) box->setChecked(true);
    gallery.shoot(plot, name, size);
}

/// Three clouds of equally many rows, two of them near one another.
Fitted clouds(Eigen::Index rows) {
    Eigen::MatrixXd means(3, 2);
    means << 0.0, 0.0, 3.0, 1.0, -2.0, 4.0;
    Eigen::Matrix2d covariance;
    covariance << 1.0, 0.5, 0.5, 1.0;
    const GaussianMixture model(Eigen::Vector3d::Constant(1.0 / 3.0), means,
                                {covariance, Eigen::Matrix2d::Identity(), 0.3 * covariance});
    RandomStream random(1, 0);
    auto table = std::make_shared<FeatureTable>();
    table->names = {"first", "second"};
    table->observations = sample(model, rows, random).observations;
    Fitted fitted;
    auto result = std::make_shared<RunResult>();
    result->table = *table;
    result->chosen = SavedModel{"cpu", {}, nlohmann::json::object(), model, {}, {}, {}, {}};
    fitted.result = result;
    fitted.table = table;
    fitted.scores = std::make_shared<Scores>(score(model, table->observations));
    return fitted;
}

void shootResults(Gallery& gallery, const Fitted& fitted, const QString& name, const QSize& size) {
    const RunResult& result = *fitted.result;
    app::BicPlot bic;
    bic.setRecords(result.selection, result.search.best);
    gallery.shoot(bic, name + QStringLiteral("-bic"), size);
    app::ConvergencePlot convergence;
    convergence.append(fitted.trace);
    gallery.shoot(convergence, name + QStringLiteral("-convergence"), size);
    for (auto* box : convergence.findChildren<QAbstractButton*>()) box->setChecked(true);
    gallery.shoot(convergence, name + QStringLiteral("-convergence-distance"), size);
    const QString words = QString::fromStdString(verdict(result.search, Criterion::bic));
    app::ComparisonTable table;
    table.setRecords(result.selection, result.search.best, Criterion::bic, words,
                     result.search.candidates);
    if (result.search.best)
        table.setCurrent(static_cast<int>(*result.search.best));
    gallery.shoot(table, name + QStringLiteral("-comparison"), size);
    if (!result.chosen)
        return;
    app::ComponentSummaryView summary;
    summary.setModel(result.chosen->model, result.table.names,
                     summarise(*result.chosen, result.table, *fitted.scores), words);
    gallery.shoot(summary, name + QStringLiteral("-summary"), size);
}

}  // namespace

int main(int argumentCount, char** arguments) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argumentCount, arguments);
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 10));
    if (argumentCount != 2) {
        std::fputs("usage: plot_gallery FOLDER\n", stderr);
        return 2;
    }
    QDir folder(QString::fromLocal8Bit(arguments[1]));
    folder.mkpath(QStringLiteral("."));
    Gallery gallery(folder);
    const QSize small(1280, 800);
    const QSize large(1920, 1080);

    const Fitted faithful = fit(test::data_file("faithful.csv"), 9);
    shootFit(gallery, faithful, QStringLiteral("faithful-fit"), small, false);
    shootFit(gallery, faithful, QStringLiteral("faithful-fit-all"), small, true);
    shootResults(gallery, faithful, QStringLiteral("faithful"), small);
    const Fitted iris = fit(test::data_file("iris.csv"), 4);
    shootMatrix(gallery, iris, QStringLiteral("iris-matrix"), small);
    shootMatrix(gallery, iris, QStringLiteral("iris-matrix-large"), large);
    shootMatrix(gallery, iris, QStringLiteral("iris-matrix-unfitted"), small, false);
    shootResults(gallery, iris, QStringLiteral("iris"), small);
    const Fitted galaxies = fit(test::data_file("galaxies.csv"), 6);
    shootFit(gallery, galaxies, QStringLiteral("galaxies-fit"), small, false);
    const Fitted wine = fit(test::data_file("wine.csv"), 3);
    shootMatrix(gallery, wine, QStringLiteral("wine-matrix"), small);
    const Fitted many = clouds(1000000);
    shootFit(gallery, many, QStringLiteral("million-fit"), small, false);
    shootMatrix(gallery, many, QStringLiteral("million-matrix"), small);

    app::HistogramPlot histogram;
    histogram.setHistogram(QStringLiteral("waiting"),
                           weighted_histogram(faithful.table->observations.col(1)));
    gallery.shoot(histogram, QStringLiteral("histogram"), QSize(480, 320));
    app::ExportDialog dialog;
    dialog.setTarget(QStringLiteral("/home/analyst/Documents"), QStringLiteral("faithful"));
    dialog.setFigures({{QStringLiteral("Fit plot"), QStringLiteral("fit")},
                       {QStringLiteral("Scatter matrix"), QStringLiteral("scatter-matrix")},
                       {QStringLiteral("Model comparison"), QStringLiteral("models")}});
    gallery.shoot(dialog, QStringLiteral("export"), dialog.sizeHint().expandedTo({560, 0}));
    dialog.reportWritten(QStringLiteral("/home/analyst/Documents/faithful-model.json"));
    dialog.reportFailed(QStringLiteral("/home/analyst/Documents/faithful-fit.pdf"),
                        QStringLiteral("The disk is full. Choose another folder."));
    gallery.shoot(dialog, QStringLiteral("export-done"), dialog.sizeHint().expandedTo({560, 0}));

    app::ScatterMatrix empty;
    gallery.shoot(empty, QStringLiteral("empty-matrix"), QSize(640, 400));
    return 0;
}
