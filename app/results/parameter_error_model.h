// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <string>
#include <vector>

#include "session/parameter_rows.h"

namespace mixtura::app {

/// A row for each parameter of a model: component, parameter, estimate, standard error and the ends
/// of the 95 % interval. Figures have three digits of the standard error.
class ParameterErrorModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { component, parameter, estimate, standardError, lower, upper, columnCountInAll };

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<ParameterRow> rows, std::vector<std::string> featureNames,
                 QStringList componentNames);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    [[nodiscard]] QString featureName(int feature) const;
    [[nodiscard]] QString parameterName(const ParameterRow& row) const;
    [[nodiscard]] static double number(const ParameterRow& row, int column);

    std::vector<ParameterRow> rows_;
    std::vector<std::string> featureNames_;
    QStringList componentNames_;
};

}  // namespace mixtura::app
