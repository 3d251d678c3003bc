// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/data_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "data/data_table_model.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

/// Whether cells of a column match what was typed: text contained in any case, or the same number.
class Matcher {
  public:
    Matcher(const Column& column, const QString& needle, double number)
        : column_(&column), number_(number) {
        for (const std::string& level : column.levels)
            matches_.push_back(QString::fromStdString(level).contains(needle, Qt::CaseInsensitive));
    }
    [[nodiscard]] bool operator()(std::size_t row) const {
        if (column_->is_numeric())
            return column_->numbers[row] == number_;
        const std::int32_t code = column_->codes[row];
        return code >= 0 && matches_[std::size_t(code)];
    }

  private:
    const Column* column_;
    double number_;
    std::vector<bool> matches_;
};

/// First matching cell after `start` (row by row, around the end); {-1, -1} where there is none.
std::pair<std::int64_t, int> findCell(const DataSet& data, const QString& needle, double number,
                                      std::int64_t startRow, int startColumn,
                                      const std::stop_token& stop) {
    std::vector<Matcher> matchers;
    for (const Column& column : data.columns()) matchers.emplace_back(column, needle, number);
    const std::int64_t rows = data.row_count();
    for (std::int64_t step = 0; step <= rows && rows > 0; ++step) {
        if (stop.stop_requested())
            break;
        const std::int64_t row = (startRow + step) % rows;
        for (int column = step == 0 ? startColumn + 1 : 0; column < int(matchers.size()); ++column)
            if (matchers[std::size_t(column)](std::size_t(row)))
                return {row, column};
    }
    return {-1, -1};
}

}  // namespace

struct DataPage::Parts {
    Session* session = nullptr;
    DataTableModel* model = nullptr;
    QTableView* table = nullptr;
    QLineEdit* find = nullptr;
    QLabel* found = nullptr;
    QSpinBox* row = nullptr;
    QLabel* sorted = nullptr;
    QPushButton* unsort = nullptr;
};

DataPage::DataPage(Session& session, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.session = &session;
    p.model = new DataTableModel(this);
    p.table = new QTableView;
    p.table->setObjectName(QStringLiteral("dataTable"));
    p.table->setAccessibleName(tr("Data table"));
    p.table->setModel(p.model);
    p.table->setWordWrap(false);
    p.table->setAlternatingRowColors(true);
    p.table->setTabKeyNavigation(false);
    p.table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    p.table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    p.table->horizontalHeader()->setDefaultSectionSize(fontMetrics().averageCharWidth() * 14);
    p.table->horizontalHeader()->setMaximumSectionSize(fontMetrics().averageCharWidth() * 40);
    p.table->horizontalHeader()->setSectionsClickable(true);
    p.table->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    p.table->horizontalHeader()->setSortIndicatorShown(true);
    p.table->horizontalHeader()->setSortIndicatorClearable(true);
    p.table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    connect(p.table->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
            &DataPage::sortBy);

    p.find = new QLineEdit;
    p.find->setPlaceholderText(tr("Find a text or a number"));
    p.find->setAccessibleName(tr("Find in the table"));
    p.find->setClearButtonEnabled(true);
    p.find->setMaximumWidth(fontMetrics().averageCharWidth() * 34);
    auto* next = new QPushButton(tr("Find ne&xt"));
    p.found = new QLabel;
    auto* rowLabel = new QLabel(tr("&Go to row:"));
    p.row = new QSpinBox;
    p.row->setAccessibleName(tr("Go to row"));
    p.row->setKeyboardTracking(false);
    p.row->setGroupSeparatorShown(true);
    rowLabel->setBuddy(p.row);
    p.sorted = new QLabel;
    p.unsort = new QPushButton(tr("File o&rder"));
    p.unsort->setToolTip(tr("Show the rows in the order of the file"));
    auto* bar = new QHBoxLayout;
    bar->addWidget(p.find);
    bar->addWidget(next);
    bar->addWidget(p.found);
    bar->addStretch(1);
    bar->addWidget(p.sorted);
    bar->addWidget(p.unsort);
    bar->addSpacing(fontMetrics().averageCharWidth() * 2);
    bar->addWidget(rowLabel);
    bar->addWidget(p.row);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(bar);
    layout->addWidget(p.table, 1);

    connect(p.find, &QLineEdit::returnPressed, this, &DataPage::findNext);
    connect(next, &QPushButton::clicked, this, &DataPage::findNext);
    connect(p.row, &QSpinBox::valueChanged, this, [this](int row) { showCell(row - 1); });
    connect(p.unsort, &QPushButton::clicked, this, [this] {
        parts_->table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    });
    connect(p.table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                const QSignalBlocker quiet(parts_->row);
                if (current.isValid())
                    parts_->row->setValue(int(parts_->model->dataRow(current.row())) + 1);
            });
    connect(&session, &Session::currentDataChanged, this, &DataPage::refresh);
    connect(&session, &Session::columnsChanged, this, &DataPage::refreshColumns);
    connect(&session, &Session::selectionChanged, this, &DataPage::rowsSelected);
    auto* copy = new QAction(tr("&Copy with header"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &DataPage::copyWithHeader);
    p.table->addAction(copy);
    p.table->setContextMenuPolicy(Qt::ActionsContextMenu);
    refresh();
}

DataPage::~DataPage() = default;

void DataPage::refresh() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    {
        const QSignalBlocker quiet(p.table->horizontalHeader());
        p.table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    }
    p.model->setDataSet(entry != nullptr ? entry->data : nullptr,
                        entry != nullptr ? entry->roles : std::vector<ColumnRole>());
    const int rows = p.model->rowCount();
    const QSignalBlocker quiet(p.row);
    p.row->setRange(std::min(1, rows), rows);
    p.found->clear();
    p.sorted->clear();
    p.unsort->hide();
    // Names in full where they are short, up to the limit of the header.
    constexpr int columnsMeasured = 100;
    for (int column = 0; column < std::min(columnsMeasured, p.model->columnCount()); ++column)
        p.table->resizeColumnToContents(column);
}

void DataPage::refreshColumns() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    if (entry == nullptr)
        return;
    const QModelIndex current = p.table->currentIndex();
    p.model->setDataSet(entry->data, entry->roles);
    if (current.isValid())
        p.table->setCurrentIndex(p.model->index(current.row(), current.column()));
    const QHeaderView* header = p.table->horizontalHeader();
    if (header->sortIndicatorSection() >= 0)
        sortBy(header->sortIndicatorSection(), header->sortIndicatorOrder());
}

void DataPage::sortBy(int column, Qt::SortOrder order) {
    Parts& p = *parts_;
    const QString key = QStringLiteral("table/sort");
    const DataEntry* entry = p.session->currentData();
    if (column < 0 || entry == nullptr || column >= p.model->columnCount()) {
        p.session->background()->cancel(key);
        p.model->setOrder({});
        p.sorted->clear();
        p.unsort->hide();
        return;
    }
    p.sorted->setText(tr("Sorting ..."));
    p.session->background()->post(
        key, [this, data = entry->data, column, order](const std::stop_token& /*stop*/) {
            auto rows = std::make_shared<std::vector<std::int32_t>>(
                sortedOrder(data->column(std::size_t(column)), order));
            const QString name = QString::fromStdString(data->column(std::size_t(column)).name);
            return [this, rows, name] {
                parts_->model->setOrder(std::move(*rows));
                parts_->sorted->setText(tr("Sorted by %1").arg(name.left(24)));
                parts_->unsort->show();
            };
        });
}

void DataPage::rowsSelected() {
    parts_->model->setHighlighted(parts_->session->selectedRows());
}

void DataPage::showCell(std::int64_t row, int column) {
    Parts& p = *parts_;
    const int shown = p.model->viewRow(row);
    if (shown < 0 || shown >= p.model->rowCount())
        return;
    const QModelIndex current = p.table->currentIndex();
    const int shownColumn = column >= 0 ? column : std::max(0, current.column());
    const QModelIndex target = p.model->index(shown, shownColumn);
    p.table->setCurrentIndex(target);
    p.table->scrollTo(target, QAbstractItemView::PositionAtCenter);
}

void DataPage::startFind() {
    parts_->find->setFocus(Qt::ShortcutFocusReason);
    parts_->find->selectAll();
}

void DataPage::startGoToRow() {
    parts_->row->setFocus(Qt::ShortcutFocusReason);
    parts_->row->selectAll();
}

void DataPage::findNext() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    const QString needle = p.find->text().trimmed();
    if (entry == nullptr || needle.isEmpty())
        return;
    bool isNumber = false;
    double number = QLocale().toDouble(needle, &isNumber);
    if (!isNumber)
        number = QLocale::c().toDouble(needle, &isNumber);
    if (!isNumber)
        number = std::nan("");
    const QModelIndex current = p.table->currentIndex();
    const std::int64_t row = current.isValid() ? p.model->dataRow(current.row()) : 0;
    const int column = current.isValid() ? current.column() : -1;
    p.found->setText(tr("Searching ..."));
    p.session->background()->post(
        QStringLiteral("table/find"),
        [this, data = entry->data, needle, number, row, column](const std::stop_token& stop) {
            const auto cell = findCell(*data, needle, number, row, column, stop);
            return [this, cell] {
                parts_->found->setText(
                    cell.first < 0 ? tr("Not found")
                                   : tr("Row %1").arg(QLocale().toString(qint64(cell.first) + 1)));
                if (cell.first >= 0)
                    showCell(cell.first, cell.second);
            };
        });
}

void DataPage::copyWithHeader() {
    constexpr qsizetype cellLimit = 2000000;
    Parts& p = *parts_;
    const QItemSelection selection = p.table->selectionModel()->selection();
    if (selection.isEmpty())
        return;
    int top = p.model->rowCount();
    int bottom = -1;
    int left = p.model->columnCount();
    int right = -1;
    for (const QItemSelectionRange& range : selection) {
        top = std::min(top, range.top());
        bottom = std::max(bottom, range.bottom());
        left = std::min(left, range.left());
        right = std::max(right, range.right());
    }
    if (qsizetype(bottom - top + 1) * (right - left + 1) > cellLimit) {
        p.session->report({Problem::Severity::warning,
                           tr("The selection is too large for the clipboard (more than %1 cells). "
                              "Select fewer rows.")
                               .arg(QLocale().toString(qint64(cellLimit))),
                           {},
                           {},
                           -1,
                           -1});
        return;
    }
    QString text;
    for (int column = left; column <= right; ++column)
        text += (column > left ? QStringLiteral("\t") : QString()) +
                p.model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    for (int row = top; row <= bottom; ++row) {
        text += u'\n';
        for (int column = left; column <= right; ++column)
            text += (column > left ? QStringLiteral("\t") : QString()) +
                    p.model->data(p.model->index(row, column), Qt::DisplayRole).toString();
    }
    QApplication::clipboard()->setText(text);
}

}  // namespace mixtura::app
