// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "mixtura/io/model_file.h"
#include "mixtura/selection/criteria.h"
#include "mixtura/selection/search.h"

namespace mixtura::app {

/// Every model tried as a sortable table: the best one advised by a word and bold type, models that
/// may not be chosen in muted type with the reason. The table inside has objectName
/// comparisonTable.
class ComparisonTable : public QWidget {
    Q_OBJECT
  public:
    explicit ComparisonTable(QWidget* parent = nullptr);
    ~ComparisonTable() override;

    /// @param best        index of the advised record, or none
    /// @param verdict     the sentence above the table; may be empty
    /// @param candidates  the search's candidates in the order of the records, for the columns
    ///                    that only they know (entropy, smallest weight); may be empty
    void setRecords(const std::vector<SelectionRecord>& records, std::optional<std::size_t> best,
                    Criterion criterion, const QString& verdict = {},
                    const std::vector<Candidate>& candidates = {});
    /// Selects the record's row without a signal; -1 for none.
    void setCurrent(int record);
    [[nodiscard]] int current() const;
    /// The table as shown, C locale. @param separator  between fields
    [[nodiscard]] QByteArray toCsv(char separator = ',') const;

  public slots:
    /// Copies the selected rows (all if none) with the header, tab-separated.
    void copyWithHeader();
    void saveCsvAs();

  signals:
    /// The analyst chose the record of this index.
    void candidateSelected(int record);
    /// Enter or double-click: show the fit of this record.
    void candidateActivated(int record);
    void fileWritten(const QString& path);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
