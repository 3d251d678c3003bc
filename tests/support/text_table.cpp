// SPDX-License-Identifier: Apache-2.0
#include "support/text_table.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "support/data_file.h"

namespace mixtura::test {

namespace {

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> result;
    std::string cell;
    for (const char c : line) {
        if (c == ',') {
            result.push_back(cell);
            cell.clear();
        } else if (c != '"' && c != '\r') {
            cell += c;
        }
    }
    result.push_back(cell);
    return result;
}

}  // namespace

TextTable::TextTable(const std::string& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    std::string line;
    std::getline(file, line);
    names_ = cells(line);
    while (std::getline(file, line)) {
        if (!line.empty())
            rows_.push_back(cells(line));
    }
}

std::size_t TextTable::position(const std::string& column) const {
    const auto found = std::ranges::find(names_, column);
    if (found == names_.end())
        throw std::out_of_range("no column " + column);
    return static_cast<std::size_t>(found - names_.begin());
}

const std::string& TextTable::text(std::size_t row, const std::string& column) const {
    return rows_.at(row).at(position(column));
}

double TextTable::number(std::size_t row, const std::string& column) const {
    return std::stod(text(row, column));
}

Eigen::MatrixXd TextTable::numbers(const std::vector<std::string>& columns) const {
    Eigen::MatrixXd values(static_cast<Eigen::Index>(rows_.size()),
                           static_cast<Eigen::Index>(columns.size()));
    for (std::size_t j = 0; j < columns.size(); ++j) {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                number(i, columns[j]);
    }
    return values;
}

std::vector<std::int32_t> TextTable::classes(const std::string& column) const {
    std::map<std::string, std::int32_t> known;
    std::vector<std::int32_t> result;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        result.push_back(known.try_emplace(text(i, column), static_cast<std::int32_t>(known.size()))
                             .first->second);
    return result;
}

Eigen::MatrixXd measurements(const std::string& data_set) {
    static const std::map<std::string, std::vector<std::string>> columns = {
        {"iris", {"sepal_length", "sepal_width", "petal_length", "petal_width"}},
        {"faithful", {"eruptions", "waiting"}},
        {"diabetes", {"glucose", "insulin", "sspg"}},
        {"banknote", {"Length", "Left", "Right", "Bottom", "Top", "Diagonal"}},
        {"crabs", {"FL", "RW", "CL", "CW", "BD"}},
        {"baudry_ex41", {"X1", "X2"}},
        {"galaxies", {"velocity"}},
        {"wine",
         {"alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
          "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
          "od280_over_od315_of_diluted_wines", "proline"}}};
    return TextTable(data_file(data_set + ".csv")).numbers(columns.at(data_set));
}

std::vector<std::int32_t> reference_partition(const std::string& file, int component_count) {
    const TextTable table(reference_file("init/" + file + ".csv"));
    std::vector<std::int32_t> partition;
    std::string column = "G";
    column += std::to_string(component_count);
    for (std::size_t i = 0; i < table.row_count(); ++i)
        partition.push_back(std::stoi(table.text(i, column)) - 1);
    return partition;
}

}  // namespace mixtura::test
