// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/summary_page.h"

#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLocale>
#include <QMessageBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "mixtura/data/column_summary.h"

#include "data/choice_delegate.h"
#include "data/column_table_model.h"
#include "plots/histogram_plot.h"
#include "session/session.h"

namespace mixtura::app {

struct SummaryPage::Parts {
    Session* session = nullptr;
    ColumnTableModel* model = nullptr;
    QTableView* table = nullptr;
    QLabel* advice = nullptr;
    QStackedWidget* figure = nullptr;
    HistogramPlot* histogram = nullptr;
    QTableWidget* levels = nullptr;
    QLabel* hint = nullptr;
    std::shared_ptr<const DataSummary> summary;
    std::shared_ptr<const DataSet> summarised;
};

SummaryPage::SummaryPage(Session& session, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.session = &session;
    p.model = new ColumnTableModel(session, this);
    p.table = new QTableView;
    p.table->setObjectName(QStringLiteral("columnTable"));
    p.table->setAccessibleName(tr("Columns and their summary"));
    p.table->setModel(p.model);
    p.table->setAlternatingRowColors(true);
    p.table->setSelectionBehavior(QAbstractItemView::SelectRows);
    p.table->setSelectionMode(QAbstractItemView::SingleSelection);
    p.table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::SelectedClicked);
    p.table->setTabKeyNavigation(false);
    p.table->setWordWrap(false);
    p.table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    p.table->horizontalHeader()->setDefaultSectionSize(fontMetrics().averageCharWidth() * 12);
    auto* delegate = new ChoiceDelegate(p.table);
    p.table->setItemDelegateForColumn(ColumnTableModel::type, delegate);
    p.table->setItemDelegateForColumn(ColumnTableModel::role, delegate);
    p.table->setColumnWidth(ColumnTableModel::name, fontMetrics().averageCharWidth() * 24);

    p.advice = new QLabel;
    p.advice->setObjectName(QStringLiteral("dataAdvice"));
    p.advice->setWordWrap(true);
    p.advice->setTextInteractionFlags(Qt::TextSelectableByMouse);
    p.histogram = new HistogramPlot;
    p.levels = new QTableWidget(0, 2);
    p.levels->setHorizontalHeaderLabels({tr("Value"), tr("Rows")});
    p.levels->setAccessibleName(tr("Most frequent values"));
    p.levels->setEditTriggers(QAbstractItemView::NoEditTriggers);
    p.levels->verticalHeader()->hide();
    p.levels->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    p.hint = new QLabel(tr("Select a column to see how its values are spread."));
    p.hint->setAlignment(Qt::AlignCenter);
    p.hint->setWordWrap(true);
    p.figure = new QStackedWidget;
    p.figure->addWidget(p.hint);
    p.figure->addWidget(p.histogram);
    p.figure->addWidget(p.levels);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(p.table);
    splitter->addWidget(p.figure);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(p.advice);
    layout->addWidget(splitter, 1);

    connect(p.table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { showColumn(current.row()); });
    connect(p.model, &ColumnTableModel::refused, this, [this](const QString& message) {
        QMessageBox::information(this, tr("Column type"), message);
    });
    connect(&session, &Session::currentDataChanged, this, &SummaryPage::refresh);
    connect(&session, &Session::columnsChanged, this, &SummaryPage::refresh);
    refresh();
}

SummaryPage::~SummaryPage() = default;

void SummaryPage::refresh() {
    Parts& p = *parts_;
    p.model->refresh();
    const DataEntry* entry = p.session->currentData();
    const auto now = entry != nullptr ? entry->data : nullptr;
    if (now == p.summarised) {
        announceScales();
        return;
    }
    p.summarised = now;
    p.summary.reset();
    p.model->setSummary(nullptr);
    p.advice->hide();
    p.figure->setCurrentWidget(p.hint);
    if (now)
        workOut();
}

void SummaryPage::workOut() {
    parts_->session->background()->post(
        QStringLiteral("summary"), [this, data = parts_->summarised](const std::stop_token& stop) {
            auto summary = std::make_shared<const DataSummary>(summarise_data(*data, {}, stop));
            return [this, summary] {
                Parts& p = *parts_;
                p.summary = summary;
                p.model->setSummary(summary);
                p.table->resizeColumnsToContents();
                QStringList advice;
                constexpr std::size_t adviceShown = 4;
                for (std::size_t i = 0; i < std::min(adviceShown, summary->advice.size()); ++i)
                    advice << QStringLiteral("\u2022 ") +
                                  QString::fromStdString(summary->advice[i].message);
                if (summary->advice.size() > adviceShown)
                    advice << tr("... and %1 more")
                                  .arg(QLocale().toString(
                                      qint64(summary->advice.size() - adviceShown)));
                p.advice->setText(advice.join(u'\n'));
                p.advice->setVisible(!advice.isEmpty());
                announceScales();
                const int row = p.table->currentIndex().row();
                if (row >= 0)
                    showColumn(row);
                else if (p.model->rowCount() > 0)
                    p.table->setCurrentIndex(p.model->index(0, 0));
            };
        });
}

void SummaryPage::announceScales() {
    const DataEntry* entry = parts_->session->currentData();
    if (!parts_->summary || entry == nullptr) {
        emit scaleRatioChanged(1.0);
        return;
    }
    double least = std::numeric_limits<double>::infinity();
    double largest = 0.0;
    for (const std::size_t column : featureColumns(*entry)) {
        if (column >= parts_->summary->columns.size())
            continue;
        const double deviation = parts_->summary->columns[column].standard_deviation;
        if (!(deviation > 0.0))
            continue;
        least = std::min(least, deviation);
        largest = std::max(largest, deviation);
    }
    emit scaleRatioChanged(largest > 0.0 ? largest / least : 1.0);
}

void SummaryPage::showColumn(int column) {
    Parts& p = *parts_;
    if (!p.summary || column < 0 || std::size_t(column) >= p.summary->columns.size())
        return;
    if (p.summary->columns[std::size_t(column)].type != ColumnType::numeric) {
        showLevels(column);
        return;
    }
    const ColumnSummary& shown = p.summary->columns[std::size_t(column)];
    p.histogram->setHistogram(QString::fromStdString(shown.name), shown.histogram);
    p.figure->setCurrentWidget(p.histogram);
}

void SummaryPage::showLevels(int column) {
    Parts& p = *parts_;
    const auto& levels = p.summary->columns[std::size_t(column)].most_frequent;
    p.levels->setRowCount(int(levels.size()));
    for (int row = 0; row < int(levels.size()); ++row) {
        const LevelCount& level = levels[std::size_t(row)];
        p.levels->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(level.level)));
        auto* rows = new QTableWidgetItem(QLocale().toString(qint64(level.count)));
        rows->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        p.levels->setItem(row, 1, rows);
    }
    p.figure->setCurrentWidget(p.levels);
}

}  // namespace mixtura::app
