// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/result_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <algorithm>

#include "mixtura/io/csv.h"

#include "results/save_csv.h"

namespace mixtura::app {

namespace {

constexpr int widestText = 52;    // average characters
constexpr int widestNumber = 24;  // for the heading: the numbers are shorter
constexpr int columnPadding = 10;

}  // namespace

ResultTable::ResultTable(QWidget* parent) : QTableView(parent) {
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);  // long names differ at their ends
    setShowGrid(false);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    horizontalHeader()->setHighlightSections(false);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(tr("&Copy with header"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &ResultTable::copyWithHeader);
    auto* save = new QAction(tr("&Save table as CSV..."), this);
    connect(save, &QAction::triggered, this, &ResultTable::saveAs);
    addAction(copy);
    addAction(save);
}

void ResultTable::fitColumns() {
    resizeColumnsToContents();
    const int unit = fontMetrics().averageCharWidth();
    for (int column = 0; column < model()->columnCount(); ++column) {
        const int alignment =
            model()->headerData(column, Qt::Horizontal, Qt::TextAlignmentRole).toInt();
        const int widest = unit * ((alignment & Qt::AlignRight) != 0 ? widestNumber : widestText);
        setColumnWidth(column, std::min(columnWidth(column) + columnPadding, widest));
    }
}

QByteArray ResultTable::rows(const QList<int>& which, char separator) const {
    const auto field = [separator](const QByteArray& text) {
        return separator == ',' ? QByteArray::fromStdString(csv_field(text.toStdString()))
                                : QByteArray(text).replace('\t', ' ').replace('\n', ' ');
    };
    QList<int> columns;
    QByteArray text;
    for (int column = 0; column < model()->columnCount(); ++column) {
        const QVariant name = model()->headerData(column, Qt::Horizontal, storedRole);
        if (!name.isValid())
            continue;
        if (!columns.isEmpty())
            text += separator;
        text += field(name.toByteArray());
        columns.append(column);
    }
    text += '\n';
    for (const int row : which) {
        const QVariant isStored = model()->headerData(row, Qt::Vertical, storedRole);
        if (isStored.isValid() && !isStored.toBool())
            continue;
        for (qsizetype i = 0; i < columns.size(); ++i) {
            if (i > 0)
                text += separator;
            text += field(model()->index(row, columns[i]).data(storedRole).toByteArray());
        }
        text += '\n';
    }
    return text;
}

QByteArray ResultTable::toCsv(char separator) const {
    QList<int> all;
    for (int row = 0; row < model()->rowCount(); ++row) all.append(row);
    return rows(all, separator);
}

void ResultTable::copyWithHeader() {
    QList<int> chosen;
    for (const QModelIndex& index : selectionModel()->selectedRows()) chosen.append(index.row());
    std::sort(chosen.begin(), chosen.end());
    QApplication::clipboard()->setText(
        QString::fromUtf8(chosen.size() > 1 ? rows(chosen, '\t') : toCsv('\t')));
}

void ResultTable::saveAs() {
    const QString path = saveCsvAs(this, fileName_, toCsv());
    if (!path.isEmpty())
        emit fileWritten(path);
}

}  // namespace mixtura::app
