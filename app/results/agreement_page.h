// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "results/table_page.h"
#include "session/agreement.h"

class QComboBox;

namespace mixtura::app {

class AgreementModel;

/// The classification by the model shown held against a column of the data: adjusted Rand index,
/// and a table of rows by label and component. The table has objectName agreementTable.
class AgreementPage final : public TablePage {
    Q_OBJECT
  public:
    explicit AgreementPage(QWidget* parent = nullptr);

    /// There is no classification, for this reason.
    void clear(const QString& reason);
    /// There is another classification: asks for what it agrees with as soon as the page is seen.
    void expectAgreement();
    /// @param labelNames  of the first components, or of the classes that rows are classified into
    void setAgreement(const Agreement& agreement, const QStringList& labelNames);

  signals:
    /// @param column  the wanted one; empty: whichever suggests itself
    void agreementRequested(const QString& column);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void request();
    void showComparison();
    /// Error and Brier score of the rows fitted, or of those left out of the fit.
    [[nodiscard]] QString accuracyWords(bool isLeftOut) const;

    QComboBox* column_;
    QComboBox* rows_;  ///< as the model classifies them, or as fits that have not seen them do
    Agreement agreement_;
    QStringList labelNames_;
    AgreementModel* model_;
    QString wanted_;  ///< by the analyst, of this or of an earlier model
    bool isExpected_ = false;
};

}  // namespace mixtura::app
