// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/agreement_page.h"

#include <QComboBox>
#include <QLocale>
#include <QSignalBlocker>

#include "results/agreement_model.h"
#include "results/result_table.h"

namespace mixtura::app {

AgreementPage::AgreementPage(QWidget* parent)
    : TablePage(QStringLiteral("agreementTable"), tr("Rows by label and component"),
                QStringLiteral("agreement.csv"), new AgreementModel, parent),
      column_(new QComboBox),
      model_(qobject_cast<AgreementModel*>(table()->model())) {
    column_->setObjectName(QStringLiteral("agreementColumn"));
    column_->setAccessibleName(tr("Column to hold the classification against"));
    column_->setToolTip(
        tr("A column of categories, or of whole numbers with at most %1 different values")
            .arg(labelLimit));
    column_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    column_->setMinimumContentsLength(18);
    addChoice(tr("Compare with:"), column_);
    connect(column_, &QComboBox::activated, this, [this] {
        wanted_ = column_->currentData().toString();
        request();
    });
    clear(tr("Run a fit to hold its groups against a column of the data."));
}

void AgreementPage::clear(const QString& reason) {
    isExpected_ = false;
    column_->setEnabled(false);
    model_->setComparison({}, {});
    showHint(reason);
}

void AgreementPage::expectAgreement() {
    isExpected_ = true;
    column_->setEnabled(false);
    model_->setComparison({}, {});
    showHint(tr("The classification is being compared."));
    if (isVisible())
        request();
}

void AgreementPage::showEvent(QShowEvent* event) {
    TablePage::showEvent(event);
    if (isExpected_)
        request();
}

void AgreementPage::request() {
    isExpected_ = false;
    emit agreementRequested(wanted_);
}

void AgreementPage::setAgreement(const Agreement& agreement, const QStringList& componentNames) {
    const QSignalBlocker quiet(column_);
    column_->clear();
    for (const std::string& name : agreement.columns)
        column_->addItem(QString::fromStdString(name), QString::fromStdString(name));
    column_->setEnabled(column_->count() > 0);
    column_->setPlaceholderText(tr("Choose a column"));
    column_->setCurrentIndex(column_->findData(QString::fromStdString(agreement.column)));
    if (!agreement.comparison) {
        showHint(!agreement.failure.empty() ? QString::fromStdString(agreement.failure)
                 : column_->count() > 0
                     ? tr("Choose a column to hold the classification against.")
                     : tr("No column of these data can hold labels: that takes categories, or "
                          "whole numbers with at most %1 different values.")
                           .arg(labelLimit));
        return;
    }
    const LabelComparison& comparison = *agreement.comparison;
    const QLocale locale;
    model_->setComparison(comparison, componentNames);
    table()->fitColumns();
    QString remark = tr("1: the groups are equal; about 0: no more alike than by chance. "
                        "Rows compared: %1.")
                         .arg(locale.toString(static_cast<qlonglong>(comparison.counts.sum())));
    if (comparison.unlabelled_rows > 0)
        remark += u' ' + tr("Rows without a label, left out: %1.")
                             .arg(locale.toString(qlonglong{comparison.unlabelled_rows}));
    showTable(
        tr("Adjusted Rand index: %1").arg(locale.toString(comparison.adjusted_rand_index, 'f', 4)),
        remark);
}

}  // namespace mixtura::app
