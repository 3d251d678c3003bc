// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace mixtura::test {

/// A plain comma-separated file with a header and no commas in quotes, such as the sample data and
/// the reference values; not the program's own reader. Cells that are no numbers become NaN.
struct TableFile {
    std::vector<std::string> names;
    Eigen::MatrixXd values;

    /// The columns of the given names. @throw std::out_of_range  there is none of that name
    [[nodiscard]] Eigen::MatrixXd columns(const std::vector<std::string>& wanted) const;
    /// The columns in which every cell is a number.
    [[nodiscard]] Eigen::MatrixXd numeric_columns() const;
};

/// @throw std::runtime_error  the file cannot be read
TableFile read_table_file(const std::string& path);

}  // namespace mixtura::test
