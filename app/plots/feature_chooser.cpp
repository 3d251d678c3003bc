// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/feature_chooser.h"

#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <QWidgetAction>

namespace mixtura::app {

FeatureChooser::FeatureChooser(int limit, QWidget* parent)
    : QToolButton(parent), limit_(limit), list_(new QListWidget) {
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setToolTip(tr("Choose up to %1 features to show").arg(limit));
    auto* panel = new QWidget;
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(6, 6, 6, 6);
    auto* search = new QLineEdit;
    search->setPlaceholderText(tr("Find a feature"));
    search->setClearButtonEnabled(true);
    search->setAccessibleName(tr("Find a feature"));
    list_->setAccessibleName(tr("Features shown"));
    layout->addWidget(search);
    layout->addWidget(list_);
    auto* menu = new QMenu(this);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(panel);
    menu->addAction(action);
    setMenu(menu);
    connect(search, &QLineEdit::textChanged, list_, [this](const QString& text) {
        for (int i = 0; i < list_->count(); ++i)
            list_->item(i)->setHidden(!list_->item(i)->text().contains(text, Qt::CaseInsensitive));
    });
    connect(list_, &QListWidget::itemChanged, this, [this] {
        settle();
        emit chosenChanged();
    });
    setNames({});
}

void FeatureChooser::setNames(const QStringList& names) {
    const QSignalBlocker quiet(list_);
    list_->clear();
    for (const QString& name : names) {
        auto* item = new QListWidgetItem(name, list_);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
        item->setToolTip(name);
    }
    settle();
}

void FeatureChooser::setChosen(const std::vector<int>& features) {
    const QSignalBlocker quiet(list_);
    for (int i = 0; i < list_->count(); ++i) list_->item(i)->setCheckState(Qt::Unchecked);
    for (const int feature : features)
        if (feature >= 0 && feature < list_->count())
            list_->item(feature)->setCheckState(Qt::Checked);
    settle();
}

std::vector<int> FeatureChooser::chosen() const {
    std::vector<int> features;
    for (int i = 0; i < list_->count(); ++i)
        if (list_->item(i)->checkState() == Qt::Checked)
            features.push_back(i);
    return features;
}

void FeatureChooser::settle() {
    const QSignalBlocker quiet(list_);
    const auto count = static_cast<int>(chosen().size());
    // The last ticked one cannot be unticked, nor another one ticked beyond the limit.
    for (int i = 0; i < list_->count(); ++i) {
        const bool ticked = list_->item(i)->checkState() == Qt::Checked;
        const bool changeable = ticked ? count > 1 : count < limit_;
        list_->item(i)->setFlags(changeable ? Qt::ItemIsEnabled | Qt::ItemIsUserCheckable
                                            : Qt::ItemIsUserCheckable);
    }
    setText(tr("Features: %1 of %2").arg(count).arg(list_->count()));
    setAccessibleName(text());
    setEnabled(list_->count() > 1);
}

}  // namespace mixtura::app
