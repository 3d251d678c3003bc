// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "mixtura/io/csv.h"

namespace mixtura::app {

/// How a file is to be read, as fields: each shows what detection found until the analyst says
/// otherwise. The last field is the type of the column chosen in the preview.
class ImportOptionsForm : public QWidget {
    Q_OBJECT
  public:
    /// @param given  what is known already
    explicit ImportOptionsForm(const CsvOptions& given, QWidget* parent = nullptr);
    ~ImportOptionsForm() override;

    /// What the analyst, or `given`, has said; the rest is to be detected.
    [[nodiscard]] CsvOptions options() const;
    /// What detection found with these options.
    void showDialect(const CsvDialect& dialect);
    /// Types are told by name; names that other options have changed are forgotten.
    void setColumnTypes(std::vector<std::pair<std::string, ColumnType>> types);
    /// The column whose type the last field shows; none: -1.
    void chooseColumn(int column);
    /// The decimal sign was said, not detected.
    [[nodiscard]] bool isDecimalTold() const;
    /// Draws the eye to the decimal sign.
    void stressDecimal(bool isStressed);

  signals:
    void changed();

  private:
    struct Parts;
    void build(const CsvOptions& given);
    void connectFields();

    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
