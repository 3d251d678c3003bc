// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/comparison_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "mixtura/io/csv.h"

#include "results/comparison_model.h"
#include "results/save_csv.h"

namespace mixtura::app {

namespace {

/// Numbers as numbers; absent ones last, whichever way the column is sorted.
class NumericOrder : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

  protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(ComparisonModel::sortRole);
        const QVariant b = right.data(ComparisonModel::sortRole);
        if (a.typeId() != QMetaType::Double || b.typeId() != QMetaType::Double)
            return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
        const double first = a.toDouble();
        const double second = b.toDouble();
        if (std::isnan(first) || std::isnan(second)) {
            const bool lastFirst = sortOrder() == Qt::DescendingOrder;
            return std::isnan(first) == std::isnan(second) ? false : std::isnan(first) == lastFirst;
        }
        return first < second;
    }
};

ComparisonModel::Column columnOf(Criterion criterion) {
    switch (criterion) {
        case Criterion::icl:
            return ComparisonModel::icl;
        case Criterion::aic:
            return ComparisonModel::aic;
        case Criterion::nec:
            return ComparisonModel::nec;
        case Criterion::cv:
            return ComparisonModel::cv;
        case Criterion::bic:
            break;
    }
    return ComparisonModel::bic;
}

}  // namespace

struct ComparisonTable::Parts {
    QLabel* verdict = nullptr;
    QTableView* view = nullptr;
    ComparisonModel* model = nullptr;
    NumericOrder* order = nullptr;
    bool quiet = false;

    [[nodiscard]] int recordOf(const QModelIndex& index) const {
        return index.isValid() ? order->mapToSource(index).row() : -1;
    }
    [[nodiscard]] QByteArray rows(const QList<int>& proxyRows, char separator) const;
};

ComparisonTable::ComparisonTable(QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.verdict = new QLabel;
    p.verdict->setWordWrap(true);
    p.verdict->setAccessibleName(tr("Verdict"));
    p.verdict->setTextFormat(Qt::PlainText);
    p.verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    p.verdict->setContentsMargins(8, 6, 8, 6);
    p.model = new ComparisonModel(this);
    p.order = new NumericOrder(this);
    p.order->setSourceModel(p.model);
    p.view = new QTableView;
    p.view->setObjectName(QStringLiteral("comparisonTable"));
    p.view->setAccessibleName(tr("Models tried"));
    p.view->setAccessibleDescription(
        tr("One row for each model; the best one says so beside its name"));
    p.view->setModel(p.order);
    p.view->setSortingEnabled(true);
    p.view->setSelectionBehavior(QAbstractItemView::SelectRows);
    p.view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    p.view->setAlternatingRowColors(true);
    p.view->setWordWrap(false);
    p.view->setShowGrid(false);
    p.view->setTabKeyNavigation(false);
    p.view->verticalHeader()->hide();
    p.view->verticalHeader()->setDefaultSectionSize(p.view->fontMetrics().height() + 8);
    p.view->horizontalHeader()->setHighlightSections(false);
    p.view->horizontalHeader()->setStretchLastSection(false);
    p.view->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(tr("&Copy with header"), p.view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &ComparisonTable::copyWithHeader);
    auto* save = new QAction(tr("&Save table as CSV..."), p.view);
    connect(save, &QAction::triggered, this, &ComparisonTable::saveCsvAs);
    p.view->addAction(copy);
    p.view->addAction(save);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(p.verdict);
    layout->addWidget(p.view, 1);
    connect(p.view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                const int record = parts_->recordOf(now);
                if (!parts_->quiet && record >= 0)
                    emit candidateSelected(record);
            });
    connect(p.view, &QTableView::activated, this,
            [this](const QModelIndex& index) { emit candidateActivated(parts_->recordOf(index)); });
    setRecords({}, std::nullopt, Criterion::bic);
}

ComparisonTable::~ComparisonTable() = default;

void ComparisonTable::setRecords(const std::vector<SelectionRecord>& records,
                                 std::optional<std::size_t> best, Criterion criterion,
                                 const QString& verdict, const std::vector<Candidate>& candidates) {
    Parts& p = *parts_;
    p.quiet = true;
    const bool sameShape = p.model->rowCount() > 0 && p.model->criterion() == criterion;
    const int chosen = static_cast<int>(records.size()) == p.model->rowCount() ? current() : -1;
    p.model->setRecords(records, best, criterion, candidates);
    // The criterion that was minimised, unless the analyst has sorted otherwise.
    if (!sameShape)
        p.view->sortByColumn(columnOf(criterion), Qt::AscendingOrder);
    p.order->sort(p.order->sortColumn(), p.order->sortOrder());
    p.verdict->setText(records.empty() && verdict.isEmpty()
                           ? tr("No models yet. Run a fit to compare models here.")
                           : verdict);
    p.verdict->setVisible(!p.verdict->text().isEmpty());
    p.view->setColumnHidden(ComparisonModel::entropy, candidates.empty());
    p.view->setColumnHidden(ComparisonModel::smallestWeight, candidates.empty());
    const auto isKnown = [&](double SelectionRecord::*figure) {
        return std::ranges::any_of(
            records, [&](const SelectionRecord& record) { return std::isfinite(record.*figure); });
    };
    p.view->setColumnHidden(ComparisonModel::nec, !isKnown(&SelectionRecord::nec));
    p.view->setColumnHidden(ComparisonModel::cv, !isKnown(&SelectionRecord::cv));
    p.view->resizeColumnsToContents();
    for (int column = 0; column < ComparisonModel::columnCountInAll; ++column)
        p.view->setColumnWidth(column, p.view->columnWidth(column) + 8);
    p.quiet = false;
    setCurrent(chosen);
}

void ComparisonTable::setCurrent(int record) {
    Parts& p = *parts_;
    p.quiet = true;
    if (record < 0 || record >= p.model->rowCount()) {
        p.view->selectionModel()->clear();
    } else {
        const QModelIndex index = p.order->mapFromSource(p.model->index(record, 0));
        p.view->setCurrentIndex(index);
        p.view->scrollTo(index);
    }
    p.quiet = false;
}

int ComparisonTable::current() const {
    return parts_->recordOf(parts_->view->currentIndex());
}

QByteArray ComparisonTable::Parts::rows(const QList<int>& proxyRows, char separator) const {
    QList<int> columns;
    for (int column = 0; column < ComparisonModel::columnCountInAll; ++column)
        if (!view->isColumnHidden(column))
            columns.append(column);
    const auto field = [separator](const QByteArray& text) {
        return separator == ',' ? QByteArray::fromStdString(csv_field(text.toStdString()))
                                : QByteArray(text).replace('\t', ' ').replace('\n', ' ');
    };
    QByteArray text;
    for (const int column : columns)
        text += (text.isEmpty() ? QByteArray() : QByteArray(1, separator)) +
                ComparisonModel::storedHeader(column);
    text += '\n';
    for (const int row : proxyRows) {
        const int record = order->mapToSource(order->index(row, 0)).row();
        for (qsizetype i = 0; i < columns.size(); ++i) {
            if (i > 0)
                text += separator;
            text += field(model->storedText(record, columns[i]));
        }
        text += '\n';
    }
    return text;
}

QByteArray ComparisonTable::toCsv(char separator) const {
    QList<int> all;
    for (int row = 0; row < parts_->order->rowCount(); ++row) all.append(row);
    return parts_->rows(all, separator);
}

void ComparisonTable::copyWithHeader() {
    QList<int> chosen;
    for (const QModelIndex& index : parts_->view->selectionModel()->selectedRows())
        chosen.append(index.row());
    std::sort(chosen.begin(), chosen.end());
    QApplication::clipboard()->setText(
        QString::fromUtf8(chosen.size() > 1 ? parts_->rows(chosen, '\t') : toCsv('\t')));
}

void ComparisonTable::saveCsvAs() {
    const QString path = app::saveCsvAs(this, QStringLiteral("models.csv"), toCsv());
    if (!path.isEmpty())
        emit fileWritten(path);
}

}  // namespace mixtura::app
