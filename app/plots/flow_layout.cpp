// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/flow_layout.h"

#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace mixtura::app {

namespace {

constexpr int gap = 8;  // logical pixels between widgets
constexpr int rowGap = 2;

int heightOf(const QList<QLayoutItem*>& row) {
    int height = 0;
    for (const QLayoutItem* item : row) height = std::max(height, item->sizeHint().height());
    return height;
}

}  // namespace

FlowLayout::FlowLayout(QWidget* parent) : QLayout(parent) {}

FlowLayout::~FlowLayout() {
    qDeleteAll(items_);
}

void FlowLayout::addItem(QLayoutItem* item) {
    items_.append(item);
}

int FlowLayout::count() const {
    return int(items_.size());
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return items_.value(index);
}

QLayoutItem* FlowLayout::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

Qt::Orientations FlowLayout::expandingDirections() const {
    return {};
}

bool FlowLayout::hasHeightForWidth() const {
    return true;
}

QList<QList<QLayoutItem*>> FlowLayout::rowsWithin(int width) const {
    QList<QList<QLayoutItem*>> rows;
    int used = 0;
    for (QLayoutItem* item : items_) {
        if (item->isEmpty())
            continue;
        const int wanted = item->sizeHint().width();
        if (rows.isEmpty() || used + gap + wanted > width) {
            rows.append(QList<QLayoutItem*>());
            used = wanted;
        } else {
            used += gap + wanted;
        }
        rows.last().append(item);
    }
    return rows;
}

int FlowLayout::heightForWidth(int width) const {
    const QMargins margins = contentsMargins();
    int height = margins.top() + margins.bottom();
    const auto rows = rowsWithin(width - margins.left() - margins.right());
    for (const auto& row : rows) height += heightOf(row);
    return height + rowGap * std::max(0, int(rows.size()) - 1);
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        if (!item->isEmpty())
            size = size.expandedTo(item->minimumSize());
    return size.grownBy(contentsMargins());
}

QSize FlowLayout::sizeHint() const {
    int width = 0;
    for (const QLayoutItem* item : items_)
        if (!item->isEmpty())
            width += item->sizeHint().width() + gap;
    return QSize(std::max(width - gap, 0), heightOf(items_)).grownBy(contentsMargins());
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    const QRect inner = rect.marginsRemoved(contentsMargins());
    const QWidget* parent = parentWidget();
    const auto direction = parent != nullptr ? parent->layoutDirection() : Qt::LeftToRight;
    int y = inner.top();
    for (const auto& row : rowsWithin(inner.width())) {
        const int height = heightOf(row);
        int x = inner.left();
        for (QLayoutItem* item : row) {
            const int width = std::min(item->sizeHint().width(), inner.width());
            const QRect place(x, y + (height - item->sizeHint().height()) / 2, width,
                              item->sizeHint().height());
            item->setGeometry(QStyle::visualRect(direction, inner, place));
            x += width + gap;
        }
        y += height + rowGap;
    }
}

}  // namespace mixtura::app
