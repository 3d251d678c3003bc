// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/table_page.h"

#include <QAbstractTableModel>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "plots/flow_layout.h"
#include "plots/labelled_choice.h"
#include "results/result_table.h"

namespace mixtura::app {

TablePage::TablePage(const QString& name, const QString& title, const QString& fileName,
                     QAbstractTableModel* model, QWidget* parent)
    : QWidget(parent),
      choices_(new QWidget),
      headline_(new QLabel),
      remark_(new QLabel),
      hint_(new QLabel),
      result_(new QWidget),
      stack_(new QStackedWidget),
      table_(new ResultTable),
      copy_(new QPushButton(tr("Copy table"))),
      save_(new QPushButton(tr("Save as CSV..."))) {
    model->setParent(this);
    table_->setModel(model);
    table_->setObjectName(name);
    table_->setAccessibleName(title);
    table_->setFileName(fileName);
    auto* flow = new FlowLayout(choices_);
    flow->setContentsMargins(6, 4, 6, 2);
    copy_->setObjectName(name + QStringLiteral("Copy"));
    copy_->setToolTip(tr("Copy the selected rows, or all, with their header"));
    save_->setObjectName(name + QStringLiteral("Save"));
    for (QPushButton* button : {copy_, save_})
        button->setAccessibleName(tr("%1: %2").arg(title, button->text()));

    QFont bold = font();
    bold.setBold(true);
    headline_->setFont(bold);
    headline_->setObjectName(name + QStringLiteral("Headline"));
    remark_->setObjectName(name + QStringLiteral("Remark"));
    hint_->setObjectName(name + QStringLiteral("Hint"));
    for (QLabel* label : {headline_, remark_, hint_}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setMargin(16);
    auto* words = new QVBoxLayout;
    words->setContentsMargins(8, 6, 8, 6);
    words->setSpacing(2);
    words->addWidget(headline_);
    words->addWidget(remark_);
    auto* below = new QVBoxLayout(result_);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(0);
    below->addLayout(words);
    below->addWidget(table_, 1);
    stack_->addWidget(hint_);
    stack_->addWidget(result_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(choices_);
    layout->addWidget(stack_, 1);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    for (QPushButton* button : {copy_, save_}) flow->addWidget(button);
    connect(copy_, &QPushButton::clicked, table_, &ResultTable::copyWithHeader);
    connect(save_, &QPushButton::clicked, table_, &ResultTable::saveAs);
    connect(table_, &ResultTable::fileWritten, this, &TablePage::fileWritten);
}

void TablePage::addChoice(QWidget* choice) {
    // The buttons of the table stay last.
    for (QPushButton* button : {copy_, save_}) choices_->layout()->removeWidget(button);
    choices_->layout()->addWidget(choice);
    for (QPushButton* button : {copy_, save_}) choices_->layout()->addWidget(button);
}

void TablePage::addChoice(const QString& label, QWidget* choice) {
    addChoice(labelledChoice(label, choice));
}

void TablePage::showHint(const QString& hint) {
    hint_->setText(hint);
    stack_->setCurrentWidget(hint_);
    for (QPushButton* button : {copy_, save_}) button->setEnabled(false);
}

void TablePage::showTable(const QString& headline, const QString& remark) {
    headline_->setText(headline);
    headline_->setVisible(!headline.isEmpty());
    remark_->setText(remark);
    remark_->setVisible(!remark.isEmpty());
    stack_->setCurrentWidget(result_);
    for (QPushButton* button : {copy_, save_}) button->setEnabled(true);
}

}  // namespace mixtura::app
