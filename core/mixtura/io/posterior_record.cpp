// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/posterior_record.h"

#include <string>
#include <string_view>
#include <utility>

#include <Eigen/Cholesky>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using Eigen::Index;
using nlohmann::json;

constexpr double symmetry_tolerance = 1e-9;  ///< relative to the largest entry

std::vector<double> numbers_of(const Eigen::VectorXd& values) {
    return {values.begin(), values.end()};
}

json rows_of(const Eigen::MatrixXd& matrix) {
    json rows = json::array();
    for (Index i = 0; i < matrix.rows(); ++i) rows.push_back(numbers_of(matrix.row(i).transpose()));
    return rows;
}

WeightPrior read_weight_prior(const JsonReader& reader) {
    try {
        return weight_prior_from(reader.text());
    } catch (const InvalidArgument&) {
        reader.fail("must be dirichlet or process");
    }
}

double number_above(const JsonReader& reader, double bound) {
    const double value = reader.number();
    if (!(value > bound))
        reader.fail("must be greater than " + brief_text(bound));
    return value;
}

/// Numbers, one for each component, each greater than `bound`.
Eigen::VectorXd read_numbers(const JsonReader& reader, std::size_t count, double bound) {
    reader.expect_size(count, "numbers, one for each component");
    Eigen::VectorXd values(static_cast<Index>(count));
    for (std::size_t k = 0; k < count; ++k)
        values[static_cast<Index>(k)] = number_above(reader.at(k), bound);
    return values;
}

Eigen::VectorXd read_masses(const JsonReader& reader, std::size_t count) {
    Eigen::VectorXd masses(static_cast<Index>(count));
    for (std::size_t k = 0; k < count; ++k) {
        masses[static_cast<Index>(k)] = reader.at(k).number();
        if (masses[static_cast<Index>(k)] < 0.0)
            reader.at(k).fail("must not be negative");
    }
    return masses;
}

Eigen::MatrixXd read_rows(const JsonReader& reader, std::size_t rows, std::size_t columns,
                          const std::string& what) {
    reader.expect_size(rows, what);
    Eigen::MatrixXd matrix(static_cast<Index>(rows), static_cast<Index>(columns));
    for (std::size_t i = 0; i < rows; ++i) {
        const JsonReader row = reader.at(i).expect_size(columns, "numbers");
        for (std::size_t j = 0; j < columns; ++j)
            matrix(static_cast<Index>(i), static_cast<Index>(j)) = row.at(j).number();
    }
    return matrix;
}

Eigen::MatrixXd read_scale_matrix(const JsonReader& reader, std::size_t feature_count) {
    Eigen::MatrixXd matrix = read_rows(reader, feature_count, feature_count, "rows");
    const double largest = matrix.cwiseAbs().maxCoeff();
    if (!((matrix - matrix.transpose()).cwiseAbs().maxCoeff() <= symmetry_tolerance * largest))
        reader.fail("is not symmetric");
    if (Eigen::LLT<Eigen::MatrixXd>(matrix).info() != Eigen::Success)
        reader.fail("is not positive definite");
    return matrix;
}

}  // namespace

json to_json(const VariationalPosterior& posterior) {
    const WeightPosterior& weights = posterior.weights;
    json matrices = json::array();
    for (const Eigen::MatrixXd& matrix : posterior.scale_matrices)
        matrices.push_back(rows_of(matrix));
    json document = {{"weight_prior", std::string(to_string(weights.prior))},
                     {"concentration", weights.prior_concentration},
                     {"concentrations", numbers_of(weights.concentrations)},
                     {"expected_rows", numbers_of(posterior.masses)},
                     {"mean_precisions", numbers_of(posterior.mean_precisions)},
                     {"means", rows_of(posterior.means)},
                     {"degrees_of_freedom", numbers_of(posterior.degrees_of_freedom)},
                     {"scale_matrices", std::move(matrices)},
                     {"lower_bound", posterior.lower_bound}};
    if (weights.prior == WeightPrior::process)
        document["stick_remainders"] = numbers_of(weights.stick_remainders);
    return document;
}

VariationalPosterior read_posterior(const JsonReader& reader, std::size_t supported_count,
                                    std::size_t feature_count) {
    reader.expect_keys({"weight_prior", "concentration", "concentrations", "stick_remainders",
                        "expected_rows", "mean_precisions", "means", "degrees_of_freedom",
                        "scale_matrices", "lower_bound"});
    const std::size_t count = reader.at("expected_rows").array_size();
    if (count < supported_count)
        reader.at("expected_rows")
            .fail("has " + std::to_string(count) + " numbers; the mixture has " +
                  std::to_string(supported_count) + " components");
    VariationalPosterior posterior;
    posterior.weights.prior = read_weight_prior(reader.at("weight_prior"));
    posterior.weights.prior_concentration = number_above(reader.at("concentration"), 0.0);
    posterior.weights.concentrations = read_numbers(reader.at("concentrations"), count, 0.0);
    if (posterior.weights.prior == WeightPrior::process)
        posterior.weights.stick_remainders =
            read_numbers(reader.at("stick_remainders"), count, 0.0);
    else if (reader.has("stick_remainders"))
        reader.at("stick_remainders").fail("belongs to the weight_prior process alone");
    posterior.masses = read_masses(reader.at("expected_rows"), count);
    posterior.mean_precisions = read_numbers(reader.at("mean_precisions"), count, 0.0);
    posterior.means =
        read_rows(reader.at("means"), count, feature_count, "rows, one for each component");
    posterior.degrees_of_freedom = read_numbers(reader.at("degrees_of_freedom"), count,
                                                static_cast<double>(feature_count) - 1.0);
    const JsonReader matrices = reader.at("scale_matrices");
    matrices.expect_size(count, "matrices, one for each component");
    for (std::size_t k = 0; k < count; ++k)
        posterior.scale_matrices.push_back(read_scale_matrix(matrices.at(k), feature_count));
    posterior.lower_bound = reader.at("lower_bound").number();
    return posterior;
}

}  // namespace mixtura
