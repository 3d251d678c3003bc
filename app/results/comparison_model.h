// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <limits>
#include <optional>
#include <vector>

#include "mixtura/io/model_file.h"
#include "mixtura/selection/criteria.h"
#include "mixtura/selection/search.h"

namespace mixtura::app {

/// The records of a search as a table of numbers; sorts by `sortRole`, where an absent number comes
/// last in either order.
class ComparisonModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        name,
        status,
        componentCount,
        structure,
        bic,
        icl,
        aic,
        nec,
        cv,
        logLikelihood,
        parameterCount,
        entropy,
        smallestWeight,
        iterations,
        seconds,
        columnCountInAll
    };
    static constexpr int sortRole = Qt::UserRole;

    explicit ComparisonModel(QObject* parent = nullptr);

    void setRecords(const std::vector<SelectionRecord>& records, std::optional<std::size_t> best,
                    Criterion criterion, const std::vector<Candidate>& candidates);
    [[nodiscard]] Criterion criterion() const { return criterion_; }
    /// The cell for a file: C locale, full precision, empty where there is no number.
    [[nodiscard]] QByteArray storedText(int row, int column) const;
    /// The header for a file: "log_likelihood".
    [[nodiscard]] static QByteArray storedHeader(int column);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();
    struct Extra {
        double entropy = none;
        double smallestWeight = none;
    };
    [[nodiscard]] double number(std::size_t row, int column) const;
    [[nodiscard]] QString text(std::size_t row, int column) const;
    [[nodiscard]] QString statusText(std::size_t row) const;

    std::vector<SelectionRecord> records_;
    std::vector<Extra> extras_;
    std::optional<std::size_t> best_;
    Criterion criterion_ = Criterion::bic;
};

}  // namespace mixtura::app
