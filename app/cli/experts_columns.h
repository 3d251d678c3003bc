// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/experts/experts_problem.h"

namespace mixtura::cli {

/// The columns of a mixture of experts as they are asked for.
struct ExpertsColumnChoice {
    std::string response;
    std::optional<std::string> experts;  ///< a list of names; none: every other numeric column
    std::optional<std::string> gate;
    std::vector<std::string> excluded;
    std::string weights;
};

/// The same by their names in the data.
struct ExpertsColumns {
    std::string response;
    std::vector<std::string> experts;
    std::vector<std::string> gate;
    std::string weights;  ///< empty: none
    int degree = 1;       ///< powers of each expert covariate
    /// Expert covariates, then those of the gate that are not among them.
    [[nodiscard]] std::vector<std::string> covariate_names() const;
};
/// @throw InvalidArgument  no such column; the response among the covariates
ExpertsColumns experts_columns(const DataSet& data, const ExpertsColumnChoice& choice);

/// The rows that a model can be fitted to or say something of.
struct ExpertsTable {
    experts::ExpertsRows rows;              ///< without response: an empty one
    std::vector<std::int64_t> row_of_data;  ///< 0-based, of each row
    std::int64_t rows_dropped = 0;
};
/// @throw DataError  a column that is not numeric, a missing value where `missing` is `error`
ExpertsTable experts_table(const DataSet& data, const ExpertsColumns& columns, MissingRows missing);

/// CSV of each row: number, predicted mean, variance and 95 % interval, gate probabilities; where
/// the response is known also classification, log density and responsibilities.
std::string experts_csv(const experts::ExpertsModel& model, const ExpertsTable& table);

}  // namespace mixtura::cli
