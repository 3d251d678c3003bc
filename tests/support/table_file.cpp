// SPDX-License-Identifier: Apache-2.0
#include "support/table_file.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace mixtura::test {

namespace {

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> result;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) {
        std::erase_if(cell, [](char c) { return c == '"' || c == '\r'; });
        result.push_back(cell);
    }
    return result;
}

double number(const std::string& cell) {
    double value = 0.0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return code == std::errc() && end == cell.data() + cell.size()
               ? value
               : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

TableFile read_table_file(const std::string& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    TableFile table;
    std::string line;
    std::getline(file, line);
    table.names = cells(line);
    std::vector<double> values;
    while (std::getline(file, line)) {
        const std::vector<std::string> row = cells(line);
        if (row.size() != table.names.size())
            continue;
        std::transform(row.begin(), row.end(), std::back_inserter(values), number);
    }
    const auto columns = static_cast<Eigen::Index>(table.names.size());
    table.values =
        Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            values.data(), static_cast<Eigen::Index>(values.size()) / columns, columns);
    return table;
}

Eigen::MatrixXd TableFile::columns(const std::vector<std::string>& wanted) const {
    Eigen::MatrixXd result(values.rows(), static_cast<Eigen::Index>(wanted.size()));
    for (std::size_t j = 0; j < wanted.size(); ++j) {
        const auto found = std::find(names.begin(), names.end(), wanted[j]);
        if (found == names.end())
            throw std::out_of_range("no column " + wanted[j]);
        result.col(static_cast<Eigen::Index>(j)) = values.col(found - names.begin());
    }
    return result;
}

Eigen::MatrixXd TableFile::numeric_columns() const {
    std::vector<Eigen::Index> numeric;
    for (Eigen::Index j = 0; j < values.cols(); ++j)
        if (values.col(j).allFinite())
            numeric.push_back(j);
    return values(Eigen::indexing::all, numeric);
}

}  // namespace mixtura::test
