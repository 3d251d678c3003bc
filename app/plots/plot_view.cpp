// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/plot_view.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>
#include <QStyleOptionFocusRect>
#include <QVBoxLayout>
#include <QWindow>
#include <utility>

#include <qcustomplot.h>

#include "plots/flow_layout.h"
#include "plots/labelled_choice.h"
#include "session/background_queue.h"

namespace mixtura::app {

namespace {

constexpr double keyboardStep = 0.1;  // of the visible range
constexpr double keyboardZoom = 1.25;

QString lastFolder() {
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QSettings().value(QStringLiteral("export/folder"), documents).toString();
}

void rememberFolder(const QString& path) {
    QSettings().setValue(QStringLiteral("export/folder"), QFileInfo(path).absolutePath());
}

}  // namespace

PlotView::PlotView(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      choiceBar_(new QWidget(this)),
      theme_(themeFrom(palette(), font())) {
    auto* choices = new FlowLayout(choiceBar_);
    choices->setContentsMargins(6, 4, 6, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(choiceBar_);
    layout->addWidget(plot_, 1);
    // Views that have a legend fill it themselves; adding two thousand runs would take seconds.
    plot_->setAutoAddPlottableToLegend(false);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setMinimumSize(160, 120);
    plot_->setContextMenuPolicy(Qt::CustomContextMenu);
    plot_->installEventFilter(this);
    plot_->setBackground(QBrush(theme_.background));
    connect(plot_, &QWidget::customContextMenuRequested, this, &PlotView::showContextMenu);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
}

PlotView::~PlotView() = default;

void PlotView::describe(const QString& name, const QString& description) {
    plot_->setAccessibleName(name);
    plot_->setAccessibleDescription(description);
    setAccessibleName(name);
    setAccessibleDescription(description);
}

void PlotView::scheduleReplot() {
    // A hidden plot would be drawn all the same: a million points behind another tab.
    if (isVisible())
        plot_->replot(QCustomPlot::rpQueuedReplot);
    else
        wantsReplot_ = true;
}

QString PlotView::saveFigure(const QString& path, const FigureOptions& options) {
    const PlotTheme onScreen = theme_;
    if (options.lightTheme) {
        theme_ = printTheme(font());
        plot_->setBackground(QBrush(theme_.background));
        restyle();
    }
    QString problem = writeFigure(*plot_, path, options);
    if (options.lightTheme) {
        theme_ = onScreen;
        plot_->setBackground(QBrush(theme_.background));
        restyle();
        scheduleReplot();
    }
    return problem;
}

QImage PlotView::renderFigure(const QSize& size, qreal devicePixelRatio) {
    return plot_->toPixmap(size.width(), size.height(), devicePixelRatio).toImage();
}

void PlotView::addChoice(QWidget* choice) {
    choiceBar_->layout()->addWidget(choice);
}

void PlotView::addChoice(const QString& label, QWidget* choice) {
    addChoice(labelledChoice(label, choice));
}

bool PlotView::isSettled() const {
    return rasters_ == nullptr || rasters_->pendingCount() == 0;
}

BackgroundQueue* PlotView::rasters() {
    if (rasters_ == nullptr)
        rasters_ = new BackgroundQueue(this);
    return rasters_;
}

void PlotView::saveFigureAs() {
    const QString proposal = QDir(lastFolder()).filePath(fileStem() + QStringLiteral(".pdf"));
    QString chosen;
    QString path = QFileDialog::getSaveFileName(
        this, tr("Export figure"), proposal,
        tr("PDF, vector (*.pdf);;SVG, vector (*.svg);;PNG, 300 dots per inch (*.png)"), &chosen);
    if (path.isEmpty())
        return;
    FigureFormat format{};
    if (!figureFormatFrom(path, &format))
        path += chosen.contains(QLatin1String("*.svg"))   ? QStringLiteral(".svg")
                : chosen.contains(QLatin1String("*.png")) ? QStringLiteral(".png")
                                                          : QStringLiteral(".pdf");
    const QString problem = saveFigure(path);
    if (!problem.isEmpty()) {
        QMessageBox::warning(this, tr("Export figure"), problem);
        return;
    }
    rememberFolder(path);
    emit fileWritten(path);
}

void PlotView::saveDataAs() {
    const QString proposal = QDir(lastFolder()).filePath(fileStem() + QStringLiteral(".csv"));
    QString path = QFileDialog::getSaveFileName(this, tr("Save data behind this plot"), proposal,
                                                tr("CSV (*.csv)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".csv");
    const QString problem = writeFileSafely(path, dataCsv());
    if (!problem.isEmpty()) {
        QMessageBox::warning(this, tr("Save data behind this plot"), problem);
        return;
    }
    rememberFolder(path);
    emit fileWritten(path);
}

void PlotView::copyFigure() {
    QApplication::clipboard()->setImage(renderFigure(plot_->size(), 2.0));
}

void PlotView::showContextMenu(const QPoint& position) {
    QMenu menu(this);
    menu.addAction(tr("Show &all"), QKeySequence(Qt::Key_Home), this, &PlotView::resetView);
    menu.addSeparator();
    menu.addAction(tr("&Copy figure"), this, &PlotView::copyFigure);
    menu.addAction(tr("&Export figure..."), this, &PlotView::saveFigureAs);
    menu.addAction(tr("Save &data behind this plot..."), this, &PlotView::saveDataAs);
    menu.exec(plot_->mapToGlobal(position));
}

void PlotView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange) {
        theme_ = themeFrom(palette(), font());
        plot_->setBackground(QBrush(theme_.background));
        restyle();
        scheduleReplot();
    }
    QWidget::changeEvent(event);
}

void PlotView::followScreen() {
    // QCustomPlot reads the ratio once, in its constructor.
    if (plot_->bufferDevicePixelRatio() != plot_->devicePixelRatioF()) {
        plot_->setBufferDevicePixelRatio(plot_->devicePixelRatioF());
        scheduleReplot();
    }
}

void PlotView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    followScreen();
    if (std::exchange(wantsReplot_, false))
        scheduleReplot();
    QWindow* handle = window()->windowHandle();
    if (!followsScreen_ && handle != nullptr) {
        followsScreen_ = true;
        connect(handle, &QWindow::screenChanged, this, &PlotView::followScreen);
    }
}

bool PlotView::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_)
        return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        plot_->update();
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Home:
            resetView();
            return true;
        case Qt::Key_Left:
            panBy(-keyboardStep, 0.0);
            return true;
        case Qt::Key_Right:
            panBy(keyboardStep, 0.0);
            return true;
        case Qt::Key_Up:
            panBy(0.0, keyboardStep);
            return true;
        case Qt::Key_Down:
            panBy(0.0, -keyboardStep);
            return true;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoomBy(1.0 / keyboardZoom);
            return true;
        case Qt::Key_Minus:
            zoomBy(keyboardZoom);
            return true;
        default:
            return QWidget::eventFilter(watched, event);
    }
}

}  // namespace mixtura::app
