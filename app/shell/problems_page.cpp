// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/problems_page.h"

#include <QHeaderView>
#include <QMessageBox>
#include <QStyle>
#include <algorithm>

namespace mixtura::app {

ProblemsPage::ProblemsPage(Session& session, QWidget* parent)
    : QTreeWidget(parent), session_(&session) {
    setObjectName(QStringLiteral("problemsView"));
    setAccessibleName(tr("Problems"));
    setRootIsDecorated(false);
    setColumnCount(2);
    setHeaderLabels({tr("Kind"), tr("What happened, where, and what to do")});
    header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    header()->setStretchLastSection(true);
    setWordWrap(true);
    setAlternatingRowColors(true);
    connect(&session, &Session::problemsChanged, this, &ProblemsPage::rebuild);
    connect(this, &QTreeWidget::itemActivated, this,
            [this](const QTreeWidgetItem* item) { activate(item); });
    rebuild();
}

void ProblemsPage::rebuild() {
    clear();
    const std::vector<Problem>& problems = session_->problems();
    for (std::size_t i = problems.size(); i-- > 0;) {
        const Problem& problem = problems[i];
        const bool isError = problem.severity == Problem::Severity::error;
        const bool isWarning = problem.severity == Problem::Severity::warning;
        auto* item = new QTreeWidgetItem(this);
        item->setText(0, isError ? tr("Error") : isWarning ? tr("Warning") : tr("Note"));
        item->setIcon(0, style()->standardIcon(isError     ? QStyle::SP_MessageBoxCritical
                                               : isWarning ? QStyle::SP_MessageBoxWarning
                                                           : QStyle::SP_MessageBoxInformation));
        item->setText(1, problem.text);
        item->setToolTip(1, problem.text);
        item->setData(0, Qt::UserRole, int(i));
    }
}

void ProblemsPage::step(int by) {
    const int count = topLevelItemCount();
    if (count == 0)
        return;
    const int current = indexOfTopLevelItem(currentItem());
    const int next = current < 0 ? (by > 0 ? 0 : count - 1) : (current + by + count) % count;
    setCurrentItem(topLevelItem(next));
    activate(topLevelItem(next));
}

void ProblemsPage::showNext() {
    step(1);
}

void ProblemsPage::showPrevious() {
    step(-1);
}

void ProblemsPage::activate(const QTreeWidgetItem* item) {
    const Problem problem =
        session_->problems().at(std::size_t(item->data(0, Qt::UserRole).toInt()));
    if (problem.row >= 0) {
        emit cellRequested(problem.dataId, problem.row, problem.column);
    } else if (!problem.details.isEmpty()) {
        QMessageBox box(QMessageBox::Information, tr("Problem"), problem.text, QMessageBox::Ok,
                        window());
        box.setDetailedText(problem.details);
        box.exec();
    }
}

}  // namespace mixtura::app
