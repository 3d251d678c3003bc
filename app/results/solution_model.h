// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "session/solutions.h"

namespace mixtura::app {

/// The solutions that the starts of a fit ended in, the preferred first; the one shown is bold,
/// spurious ones are muted, with the reason.
class SolutionModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        solution,
        status,
        firstStart,
        logLikelihood,
        difference,
        starts,
        share,
        columnCountInAll
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// @param startCount  of all starts, those that ended nowhere with them
    /// @param areBounds   the solutions have lower bounds in place of log-likelihoods
    void setRows(std::vector<SolutionRow> rows, int startCount, bool areBounds = false);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QByteArray storedText(int row, int column) const;

    std::vector<SolutionRow> rows_;
    int startCount_ = 0;
    bool areBounds_ = false;
};

}  // namespace mixtura::app
