// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/choice_delegate.h"

#include <QComboBox>

#include "data/column_table_model.h"

namespace mixtura::app {

QWidget* ChoiceDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& /*option*/,
                                      const QModelIndex& index) const {
    const auto* model = qobject_cast<const ColumnTableModel*>(index.model());
    if (model == nullptr)
        return nullptr;
    auto* combo = new QComboBox(parent);
    combo->setAccessibleName(tr("Choose"));
    for (const auto& [code, name] : model->choices(index)) combo->addItem(name, code);
    connect(combo, &QComboBox::activated, combo, [this, combo] {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): a delegate's signals are not const
        auto* self = const_cast<ChoiceDelegate*>(this);
        emit self->commitData(combo);
        emit self->closeEditor(combo);
    });
    QMetaObject::invokeMethod(combo, &QComboBox::showPopup, Qt::QueuedConnection);
    return combo;
}

void ChoiceDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    if (auto* combo = qobject_cast<QComboBox*>(editor))
        combo->setCurrentIndex(combo->findData(index.data(Qt::EditRole)));
}

void ChoiceDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                  const QModelIndex& index) const {
    if (const auto* combo = qobject_cast<QComboBox*>(editor))
        model->setData(index, combo->currentData(), Qt::EditRole);
}

}  // namespace mixtura::app
