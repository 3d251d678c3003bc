// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/simulation_page.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "plots/plot_view.h"
#include "session/current_model.h"
#include "simulation/mixture_form.h"
#include "simulation/rows_part.h"
#include "simulation/study_part.h"

namespace mixtura::app {

namespace {

/// Parts of the page, in their order.
constexpr std::array partNames{"simulation", "misspecification"};
constexpr int fieldWidth = 11;  // average characters

/// Labels of all forms in one column, and fields that are no wider than they need to be.
void alignLabels(QWidget& panel) {
    int width = 0;
    for (const QFormLayout* form : panel.findChildren<QFormLayout*>()) {
        for (int row = 0; row < form->rowCount(); ++row)
            width = std::max(width, form->itemAt(row, QFormLayout::LabelRole)->sizeHint().width());
    }
    for (const QFormLayout* form : panel.findChildren<QFormLayout*>()) {
        for (int row = 0; row < form->rowCount(); ++row) {
            form->itemAt(row, QFormLayout::LabelRole)->widget()->setMinimumWidth(width);
            QWidget* field = form->itemAt(row, QFormLayout::FieldRole)->widget();
            field->setMinimumWidth(field->fontMetrics().averageCharWidth() * fieldWidth);
        }
    }
}

}  // namespace

SimulationPage::SimulationPage(Session& session, CurrentModel& current, QWidget* parent)
    : QWidget(parent),
      mixture_(new MixtureForm(current)),
      rows_(new RowsPart(*mixture_, this)),
      study_(new StudyPart(session, *mixture_, this)),
      parts_(new QTabWidget),
      fields_(new QStackedWidget) {
    setObjectName(QStringLiteral("simulationPage"));
    parts_->setObjectName(QStringLiteral("simulationParts"));
    parts_->setAccessibleName(tr("Parts of Simulation"));
    parts_->setDocumentMode(true);
    parts_->addTab(rows_->view(), tr("Rows"));
    parts_->addTab(study_->view(), tr("Wrong variance"));
    fields_->addWidget(rows_->fields());
    fields_->addWidget(study_->fields());
    auto* panel = new QWidget;
    auto* panelLayout = new QVBoxLayout(panel);
    panelLayout->addWidget(mixture_);
    panelLayout->addWidget(fields_, 1);
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("simulationPanel"));
    scroll->setAccessibleName(tr("What is simulated"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(panel);
    alignLabels(*panel);
    scroll->setFixedWidth(panel->minimumSizeHint().width() +
                          scroll->verticalScrollBar()->sizeHint().width());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll);
    layout->addWidget(parts_, 1);
    connect(parts_, &QTabWidget::currentChanged, this, [this](int part) {
        fields_->setCurrentIndex(part);
        refresh();
    });
    connect(mixture_, &MixtureForm::changed, this, &SimulationPage::refresh);
    connect(&current, &CurrentModel::modelChanged, this, &SimulationPage::refresh);
    connect(rows_, &RowsPart::openRequested, this, &SimulationPage::openRequested);
    connect(rows_, &RowsPart::fileWritten, this, &SimulationPage::fileWritten);
    connect(study_, &StudyPart::fileWritten, this, &SimulationPage::fileWritten);
}

void SimulationPage::refresh() {
    rows_->refresh();
    study_->refresh();
}

void SimulationPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

bool SimulationPage::showPart(const QString& name) {
    for (std::size_t part = 0; part < partNames.size(); ++part) {
        if (name != QLatin1String(partNames.at(part)))
            continue;
        parts_->setCurrentIndex(int(part));
        return true;
    }
    return false;
}

PlotView* SimulationPage::shownPlot() const {
    return parts_->currentIndex() == 0 ? rows_->plot() : study_->plot();
}

bool SimulationPage::isSettled() const {
    return rows_->isSettled() && study_->isSettled();
}

}  // namespace mixtura::app
