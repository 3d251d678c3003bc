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
      rows_(new QComboBox),
      model_(qobject_cast<AgreementModel*>(table()->model())) {
    column_->setObjectName(QStringLiteral("agreementColumn"));
    column_->setAccessibleName(tr("Column to hold the classification against"));
    column_->setToolTip(
        tr("A column of categories, or of whole numbers with at most %1 different values")
            .arg(labelLimit));
    column_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    column_->setMinimumContentsLength(18);
    addChoice(tr("Compare with:"), column_);
    rows_->setObjectName(QStringLiteral("agreementRows"));
    rows_->setAccessibleName(tr("Rows as the model or as cross-validation classifies them"));
    rows_->addItem(tr("as fitted"));
    rows_->addItem(tr("left out of the fit"));
    rows_->setToolTip(tr(
        "How the model classifies the rows that it was fitted to, or how fits classify rows that "
        "they have not seen (with Label folds)."));
    rows_->setEnabled(false);
    addChoice(tr("Rows:"), rows_);
    connect(rows_, &QComboBox::activated, this, &AgreementPage::showComparison);
    connect(column_, &QComboBox::activated, this, [this] {
        wanted_ = column_->currentData().toString();
        request();
    });
    clear(tr("Run a fit to hold its groups against a column of the data."));
}

void AgreementPage::clear(const QString& reason) {
    isExpected_ = false;
    column_->setEnabled(false);
    rows_->setEnabled(false);
    model_->setComparison({}, {});
    showHint(reason);
}

void AgreementPage::expectAgreement() {
    isExpected_ = true;
    column_->setEnabled(false);
    rows_->setEnabled(false);
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

void AgreementPage::setAgreement(const Agreement& agreement, const QStringList& labelNames) {
    const QSignalBlocker quiet(column_);
    column_->clear();
    for (const std::string& name : agreement.columns)
        column_->addItem(QString::fromStdString(name), QString::fromStdString(name));
    column_->setEnabled(column_->count() > 0);
    column_->setPlaceholderText(tr("Choose a column"));
    column_->setCurrentIndex(column_->findData(QString::fromStdString(agreement.column)));
    agreement_ = agreement;
    labelNames_ = labelNames;
    rows_->setEnabled(agreement.labels && !agreement.labels->cross_validated.counts.empty());
    if (!rows_->isEnabled())
        rows_->setCurrentIndex(0);
    if (!agreement.comparison) {
        showHint(!agreement.failure.empty() ? QString::fromStdString(agreement.failure)
                 : column_->count() > 0
                     ? tr("Choose a column to hold the classification against.")
                     : tr("No column of these data can hold labels: that takes categories, or "
                          "whole numbers with at most %1 different values.")
                           .arg(labelLimit));
        return;
    }
    showComparison();
}

QString AgreementPage::accuracyWords(bool isLeftOut) const {
    const LabelRecord& labels = *agreement_.labels;
    const LabelAccuracyRecord& accuracy = isLeftOut ? labels.cross_validated : labels.training;
    const QLocale locale;
    const QString error = locale.toString(100.0 * accuracy.error_rate, 'f', 1);
    const QString brier = locale.toString(accuracy.brier, 'f', 4);
    return isLeftOut
               ? tr("Left out of the fit in %1 parts: error %2 % (standard error %3 %), Brier "
                    "score %4.")
                     .arg(locale.toString(labels.fold_count), error,
                          locale.toString(100.0 * labels.standard_error, 'f', 1), brier)
               : tr("Rows fitted: error %1 %, Brier score %2.").arg(error, brier);
}

void AgreementPage::showComparison() {
    LabelComparison comparison = *agreement_.comparison;
    const QLocale locale;
    const bool isLeftOut = rows_->currentIndex() == 1;
    if (isLeftOut) {
        const auto& counts = agreement_.labels->cross_validated.counts;
        comparison.labels = agreement_.labels->names;
        comparison.counts.resize(std::ssize(counts), std::ssize(counts.front()));
        for (std::size_t row = 0; row < counts.size(); ++row)
            comparison.counts.row(Eigen::Index(row)) =
                Eigen::Map<const Eigen::RowVectorXd>(counts[row].data(), std::ssize(counts[row]));
    }
    model_->setComparison(comparison, labelNames_);
    table()->fitColumns();
    QString remark =
        isLeftOut ? QString()
                  : tr("1: the groups are equal; about 0: no more alike than by chance. "
                       "Rows compared: %1.")
                        .arg(locale.toString(static_cast<qlonglong>(comparison.counts.sum())));
    if (comparison.unlabelled_rows > 0)
        remark += u' ' + tr("Rows without a label, left out: %1.")
                             .arg(locale.toString(qlonglong{comparison.unlabelled_rows}));
    const QString accuracy = agreement_.labels ? accuracyWords(isLeftOut) : QString();
    const QString index =
        tr("Adjusted Rand index: %1").arg(locale.toString(comparison.adjusted_rand_index, 'f', 4));
    if (isLeftOut)
        showTable(accuracy, remark.trimmed());
    else
        showTable(index, accuracy.isEmpty() ? remark : accuracy + u' ' + remark);
}

}  // namespace mixtura::app
