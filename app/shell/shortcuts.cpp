// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/shortcuts.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <utility>

namespace mixtura::app {

QDialog* shortcutDialog(const QWidget& window, QWidget* parent) {
    auto* dialog = new QDialog(parent);
    dialog->setWindowTitle(QDialog::tr("Keyboard shortcuts"));
    auto* list = new QTreeWidget;
    list->setAccessibleName(QDialog::tr("Keyboard shortcuts"));
    list->setRootIsDecorated(false);
    list->setAlternatingRowColors(true);
    list->setHeaderLabels({QDialog::tr("Keys"), QDialog::tr("What they do")});
    for (const QAction* action : window.findChildren<QAction*>()) {
        if (action->shortcuts().isEmpty() || action->text().isEmpty())
            continue;
        const QString tip = action->statusTip().isEmpty() ? action->text() : action->statusTip();
        new QTreeWidgetItem(
            list, {QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText),
                   QString(tip).remove(u'&')});
    }
    for (const auto& [keys, words] :
         {std::pair{QDialog::tr("Arrows"), QDialog::tr("in a plot: move what is shown")},
          {QDialog::tr("+ and -"), QDialog::tr("in a plot: closer and farther")},
          {QDialog::tr("Home"), QDialog::tr("in a plot: all of the data")}})
        new QTreeWidgetItem(list, {keys, words});
    list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(list);
    layout->addWidget(buttons);
    const QFontMetrics metrics(dialog->font());
    dialog->resize(metrics.averageCharWidth() * 95, metrics.height() * 28);
    return dialog;
}

}  // namespace mixtura::app
