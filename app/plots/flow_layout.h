// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLayout>
#include <QList>

namespace mixtura::app {

/// Widgets like the words of a text: in as many rows as the width asks for, so that none is cut.
class FlowLayout : public QLayout {
    Q_OBJECT
  public:
    explicit FlowLayout(QWidget* parent);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override;
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override;
    [[nodiscard]] bool hasHeightForWidth() const override;
    [[nodiscard]] int heightForWidth(int width) const override;
    /// The widest widget: anything wider needs fewer rows.
    [[nodiscard]] QSize minimumSize() const override;
    /// One row.
    [[nodiscard]] QSize sizeHint() const override;
    void setGeometry(const QRect& rect) override;

  private:
    /// Rows of items that fit side by side into the width.
    [[nodiscard]] QList<QList<QLayoutItem*>> rowsWithin(int width) const;

    QList<QLayoutItem*> items_;
};

}  // namespace mixtura::app
