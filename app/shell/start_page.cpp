// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/start_page.h"

#include <QCommandLinkButton>
#include <QFileInfo>
#include <QFrame>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

namespace mixtura::app {

namespace {

void clear(QLayout* layout) {
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (item->widget() != nullptr)
            item->widget()->deleteLater();
        if (item->layout() != nullptr)
            clear(item->layout());
        delete item;
    }
}

QFont scaled(QFont font, double factor, bool isBold = false) {
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setBold(isBold);
    return font;
}

/// A flat button that reads as a link: a title and a line of words below.
QCommandLinkButton* linkButton(const QString& title, const QString& words) {
    auto* button =
        new QCommandLinkButton(QString(title).replace(u'&', QStringLiteral("&&")), words);
    button->setAccessibleName(title);
    button->setAccessibleDescription(words);
    button->setFont(scaled(button->font(), 0.9));
    return button;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
    auto* content = new QWidget;
    content->setMaximumWidth(fontMetrics().averageCharWidth() * 130);
    auto* layout = new QVBoxLayout(content);
    layout->setSpacing(fontMetrics().height());

    auto* title = new QLabel(tr("Which groups are in your data?"));
    title->setFont(scaled(title->font(), 1.8, true));
    title->setWordWrap(true);
    auto* words = new QLabel(
        tr("Open a table, press F5, and Mixtura fits Gaussian mixtures, compares them and shows "
           "the one that explains the data best."));
    words->setWordWrap(true);
    auto* open =
        new QPushButton(tr("  &Open a data file, project or model ...\n  or drop it here"));
    open->setObjectName(QStringLiteral("openTarget"));
    open->setIcon(style()->standardIcon(QStyle::SP_DialogOpenButton));
    open->setIconSize({fontMetrics().height() * 2, fontMetrics().height() * 2});
    open->setFont(scaled(open->font(), 1.2));
    open->setMinimumHeight(fontMetrics().height() * 6);
    open->setAccessibleName(tr("Open a data file, project or model"));
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    layout->addWidget(title);
    layout->addWidget(words);
    layout->addWidget(open);
    offersLayout_ = addSection(tr("Continue unsaved work"), &offers_);
    layout->addWidget(offers_);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(fontMetrics().height() * 2);
    recentLayout_ = addSection(tr("Recent files"), &recent_);
    samplesLayout_ = addSection(tr("Or begin with sample data"), &samples_);
    columns->addWidget(recent_, 2, Qt::AlignTop);
    columns->addWidget(samples_, 3, Qt::AlignTop);
    layout->addLayout(columns);
    layout->addStretch(1);

    auto* centre = new QWidget;
    auto* centreLayout = new QHBoxLayout(centre);
    centreLayout->addStretch(1);
    centreLayout->addWidget(content, 100);
    centreLayout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(centre);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    setOffers({});
    setRecentFiles({});
}

QVBoxLayout* StartPage::addSection(const QString& title, QWidget** section) {
    *section = new QWidget;
    auto* layout = new QVBoxLayout(*section);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* heading = new QLabel(title);
    heading->setFont(scaled(heading->font(), 1.15, true));
    layout->addWidget(heading);
    auto* inner = new QVBoxLayout;
    inner->setSpacing(2);
    layout->addLayout(inner);
    return inner;
}

void StartPage::setRecentFiles(const QStringList& paths) {
    clear(recentLayout_);
    for (const QString& path : paths) {
        const QFileInfo file(path);
        auto* button = linkButton(file.fileName(),
                                  fontMetrics().elidedText(file.absolutePath(), Qt::ElideMiddle,
                                                           fontMetrics().averageCharWidth() * 40));
        button->setToolTip(path);
        connect(button, &QCommandLinkButton::clicked, this,
                [this, path] { emit fileChosen(path); });
        recentLayout_->addWidget(button);
    }
    recent_->setVisible(!paths.isEmpty());
}

void StartPage::setOffers(const std::vector<RecoveryOffer>& offers) {
    clear(offersLayout_);
    const QLocale locale;
    for (const RecoveryOffer& offer : offers) {
        const QString title =
            offer.originalPath.isEmpty()
                ? tr("Work never saved, %1").arg(locale.toString(offer.time, QLocale::ShortFormat))
                : tr("%1, changed %2")
                      .arg(QFileInfo(offer.originalPath).fileName(),
                           locale.toString(offer.time, QLocale::ShortFormat));
        const QString words =
            offer.contents +
            (offer.isCrash ? tr(". The program had ended by a fault.") : QString());
        auto* row = new QWidget;
        auto* rowLayout = new QHBoxLayout(row);
        rowLayout->setContentsMargins(0, 0, 0, 0);
        auto* button = linkButton(title, words);
        auto* decline = new QPushButton(tr("Delete"));
        decline->setToolTip(tr("Give this work up for good"));
        decline->setAccessibleName(tr("Delete the unsaved work of %1").arg(title));
        rowLayout->addWidget(button, 1);
        rowLayout->addWidget(decline, 0, Qt::AlignVCenter);
        connect(button, &QCommandLinkButton::clicked, this,
                [this, offer] { emit offerChosen(offer); });
        connect(decline, &QPushButton::clicked, this, [this, offer] { emit offerDeclined(offer); });
        offersLayout_->addWidget(row);
    }
    offers_->setVisible(!offers.empty());
}

void StartPage::setSamples(const std::vector<SampleData>& samples) {
    clear(samplesLayout_);
    for (const SampleData& sample : samples) {
        auto* button = linkButton(sample.title, sample.story);
        button->installEventFilter(this);
        connect(button, &QCommandLinkButton::clicked, this,
                [this, path = sample.path] { emit sampleChosen(path); });
        samplesLayout_->addWidget(button);
    }
    samples_->setVisible(!samples.empty());
}

bool StartPage::eventFilter(QObject* watched, QEvent* event) {
    // Up and down walk through the samples, as in a list.
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            focusNextPrevChild(key == Qt::Key_Down);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace mixtura::app
