// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/log_page.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace mixtura::app {

LogPage::LogPage(Session& session, QWidget* parent)
    : QWidget(parent), session_(&session), text_(new QPlainTextEdit) {
    text_->setObjectName(QStringLiteral("logView"));
    text_->setAccessibleName(tr("Log of actions and commands"));
    text_->setReadOnly(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    text_->setTabChangesFocus(true);
    auto* last = new QPushButton(tr("Copy last command"));
    auto* all = new QPushButton(tr("Copy all commands"));
    connect(last, &QPushButton::clicked, this, &LogPage::copyLastCommand);
    connect(all, &QPushButton::clicked, this, &LogPage::copyCommands);
    auto* buttons = new QVBoxLayout;
    buttons->addWidget(last);
    buttons->addWidget(all);
    buttons->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(text_, 1);
    layout->addLayout(buttons);
    connect(&session, &Session::actionLogged, this, &LogPage::append);
    connect(&session, &Session::contentReplaced, this, [this] {
        text_->clear();
        for (const ActionRecord& action : session_->content().actions) append(action);
    });
}

void LogPage::append(const ActionRecord& action) {
    text_->appendPlainText(
        QStringLiteral("# %1  %2")
            .arg(action.time.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")), action.words));
    if (!action.command.isEmpty())
        text_->appendPlainText(action.command);
}

void LogPage::copyCommands() {
    QStringList commands;
    for (const ActionRecord& action : session_->content().actions)
        if (!action.command.isEmpty())
            commands << action.command;
    QApplication::clipboard()->setText(commands.join(u'\n'));
}

void LogPage::copyLastCommand() {
    const auto& actions = session_->content().actions;
    const auto last = std::find_if(actions.rbegin(), actions.rend(),
                                   [](const auto& action) { return !action.command.isEmpty(); });
    if (last != actions.rend())
        QApplication::clipboard()->setText(last->command);
}

}  // namespace mixtura::app
