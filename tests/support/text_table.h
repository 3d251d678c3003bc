// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace mixtura::test {

/// A plain comma-separated file with a header, kept as text; not the program's own reader.
class TextTable {
  public:
    /// @throw std::runtime_error  the file cannot be read
    explicit TextTable(const std::string& path);

    [[nodiscard]] std::size_t row_count() const { return rows_.size(); }
    /// @throw std::out_of_range  no such column
    [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const;
    /// @throw std::invalid_argument  the cell is not a number
    [[nodiscard]] double number(std::size_t row, const std::string& column) const;
    /// The given columns as numbers.
    [[nodiscard]] Eigen::MatrixXd numbers(const std::vector<std::string>& columns) const;
    /// 0-based classes of a column in the order of first appearance.
    [[nodiscard]] std::vector<std::int32_t> classes(const std::string& column) const;

  private:
    [[nodiscard]] std::size_t position(const std::string& column) const;
    std::vector<std::string> names_;
    std::vector<std::vector<std::string>> rows_;
};

/// The measurements of a sample data set ("iris", "faithful", ...), without labels.
Eigen::MatrixXd measurements(const std::string& data_set);

/// 0-based start partition of tests/reference/init, for example ("iris-hc", 3).
std::vector<std::int32_t> reference_partition(const std::string& file, int component_count);

}  // namespace mixtura::test
