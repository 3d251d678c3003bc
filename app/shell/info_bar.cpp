// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/info_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace mixtura::app {

InfoBar::InfoBar(QWidget* parent)
    : QFrame(parent),
      icon_(new QLabel),
      text_(new QLabel),
      action_(new QPushButton(tr("Show it"))),
      details_(new QPushButton(tr("Details"))) {
    setObjectName(QStringLiteral("infoBar"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::ToolTipBase);
    text_->setForegroundRole(QPalette::ToolTipText);
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(tr("Close this message"));
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(icon_);
    layout->addWidget(text_, 1);
    layout->addWidget(action_);
    layout->addWidget(details_);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        emit actionChosen();
    });
    connect(details_, &QPushButton::clicked, this, &InfoBar::detailsRequested);
    hide();
}

void InfoBar::showProblem(const Problem& problem) {
    action_->hide();
    details_->show();
    showText(problem.text, problem.severity);
}

void InfoBar::showOffer(const QString& text, const QString& action) {
    action_->setText(action);
    action_->show();
    details_->hide();
    showText(text, Problem::Severity::note);
}

void InfoBar::showText(const QString& text, Problem::Severity severity) {
    const auto pixmap = severity == Problem::Severity::error     ? QStyle::SP_MessageBoxCritical
                        : severity == Problem::Severity::warning ? QStyle::SP_MessageBoxWarning
                                                                 : QStyle::SP_MessageBoxInformation;
    icon_->setPixmap(
        style()->standardIcon(pixmap).pixmap(style()->pixelMetric(QStyle::PM_SmallIconSize)));
    text_->setText(text);
    setAccessibleName(text);
    show();
}

QString InfoBar::text() const {
    return text_->text();
}

}  // namespace mixtura::app
