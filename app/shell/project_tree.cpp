// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/project_tree.h"

#include <QLocale>
#include <QMenu>
#include <QStyle>

#include "session/session.h"

namespace mixtura::app {

namespace {

enum ItemData { dataIndexData = Qt::UserRole, fitIndexData };

QString fitTitle(const FitEntry& fit) {
    if (fit.best < 0)
        return fit.name;
    if (const auto& posterior = fit.result->search.candidates[std::size_t(fit.best)].posterior)
        return ProjectTree::tr("%1\nlower bound %2")
            .arg(fit.name, QLocale().toString(posterior->lower_bound, 'f', 1));
    const Criterion criterion = fit.plan.search.criterion;
    const auto& criteria = fit.result->search.candidates[std::size_t(fit.best)].criteria;
    return criteria ? ProjectTree::tr("%1\n%2 %3")
                          .arg(fit.name, QString::fromLatin1(to_string(criterion).data()).toUpper(),
                               QLocale().toString(criteria->value(criterion), 'f', 1))
                    : fit.name;
}

}  // namespace

ProjectTree::ProjectTree(Session& session, QWidget* parent)
    : QTreeWidget(parent), session_(&session) {
    setObjectName(QStringLiteral("projectTree"));
    setAccessibleName(tr("Project"));
    setHeaderHidden(true);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setTextElideMode(Qt::ElideMiddle);
    setWordWrap(false);
    setIndentation(fontMetrics().averageCharWidth() * 2);
    setMinimumWidth(fontMetrics().averageCharWidth() * 22);
    connect(this, &QTreeWidget::customContextMenuRequested, this, &ProjectTree::showContextMenu);
    connect(this, &QTreeWidget::currentItemChanged, this,
            [this](QTreeWidgetItem* item) { choose(item); });
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        choose(item);
        if (item->data(0, fitIndexData).isValid())
            emit fitActivated();
    });
    for (const auto signal : {&Session::dataListChanged, &Session::currentDataChanged,
                              &Session::fitListChanged, &Session::currentModelChanged})
        connect(&session, signal, this, &ProjectTree::rebuild);
    rebuild();
}

void ProjectTree::rebuild() {
    if (isUpdating_)
        return;
    isUpdating_ = true;
    clear();
    const ProjectContent& content = session_->content();
    const QLocale locale;
    const FitEntry* shown = session_->currentFit();
    for (std::size_t d = 0; d < content.data.size(); ++d) {
        const DataEntry& entry = content.data[d];
        auto* item = new QTreeWidgetItem(this);
        item->setText(0, tr("%1\n%2 \u00d7 %3")
                             .arg(entry.name, locale.toString(qint64(entry.data->row_count())),
                                  locale.toString(qint64(entry.data->columns().size()))));
        item->setIcon(0, style()->standardIcon(QStyle::SP_FileIcon));
        item->setToolTip(0, tr("%1: %2 rows, %3 columns")
                                .arg(entry.path, locale.toString(qint64(entry.data->row_count())),
                                     locale.toString(qint64(entry.data->columns().size()))));
        item->setData(0, dataIndexData, int(d));
        const bool isCurrent = int(d) == content.currentData;
        for (std::size_t f = 0; f < entry.fits.size(); ++f) {
            const FitEntry& fit = entry.fits[f];
            auto* child = new QTreeWidgetItem(item);
            child->setText(0, fitTitle(fit));
            child->setToolTip(
                0, tr("Fitted %1").arg(locale.toString(fit.finishedAt, QLocale::ShortFormat)));
            child->setData(0, dataIndexData, int(d));
            child->setData(0, fitIndexData, int(f));
            if (isCurrent && shown != nullptr && shown->id == fit.id)
                setCurrentItem(child);
        }
        item->setExpanded(true);
        QFont font = this->font();
        font.setBold(isCurrent && content.data.size() > 1);
        item->setFont(0, font);
        if (isCurrent && shown == nullptr)
            setCurrentItem(item);
    }
    isUpdating_ = false;
}

void ProjectTree::choose(QTreeWidgetItem* item) {
    if (isUpdating_ || item == nullptr)
        return;
    isUpdating_ = true;  // the tree stays as it is while it is the one that chooses
    session_->setCurrentData(item->data(0, dataIndexData).toInt());
    if (item->data(0, fitIndexData).isValid())
        session_->setCurrentFit(item->data(0, fitIndexData).toInt());
    isUpdating_ = false;
}

void ProjectTree::showContextMenu(const QPoint& position) {
    QTreeWidgetItem* item = itemAt(position);
    if (item == nullptr)
        return;
    choose(item);
    QMenu menu;
    const int dataIndex = item->data(0, dataIndexData).toInt();
    const QVariant fitIndex = item->data(0, fitIndexData);
    QAction* remove =
        menu.addAction(fitIndex.isValid() ? tr("Remove this fit") : tr("Remove from the project"));
    remove->setEnabled(session_->fitJob() == nullptr);
    if (menu.exec(viewport()->mapToGlobal(position)) != remove)
        return;
    if (fitIndex.isValid())
        session_->removeFit(fitIndex.toInt());
    else
        session_->removeData(dataIndex);
}

}  // namespace mixtura::app
