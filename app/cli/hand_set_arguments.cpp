// SPDX-License-Identifier: Apache-2.0
#include "hand_set_arguments.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "mixtura/common/error.h"

#include "arguments.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

std::vector<std::string> parts_of(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == std::string::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

/// Rows between semicolons, numbers between commas.
Eigen::MatrixXd matrix_from(const std::string& option, const std::string& text) {
    std::vector<std::vector<double>> rows;
    for (const std::string& row : parts_of(text, ';')) {
        rows.push_back(numbers_from(option, row));
        if (rows.back().size() != rows.front().size())
            throw InvalidArgument(option + ": row " + std::to_string(rows.size()) + " has " +
                                  std::to_string(rows.back().size()) + " numbers, the first has " +
                                  std::to_string(rows.front().size()) +
                                  "; separate numbers by commas and rows by semicolons.");
    }
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(rows.size()),
                           static_cast<Eigen::Index>(rows.front().size()));
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
        for (Eigen::Index j = 0; j < matrix.cols(); ++j)
            matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
    return matrix;
}

}  // namespace

std::vector<double> numbers_from(const std::string& option, const std::string& text) {
    std::vector<double> numbers;
    for (const std::string& part : parts_of(text, ',')) {
        const std::string word = trimmed(part);
        double value = 0.0;
        const char* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data(), end, value);
        if (error != std::errc() || stop != end || !std::isfinite(value))
            throw InvalidArgument(option + ": '" + display_text(word) +
                                  "' is not a number; write numbers with commas between them.");
        numbers.push_back(value);
    }
    return numbers;
}

void add_hand_set_options(CLI::App& command, HandSetArguments& arguments,
                          const std::string& group) {
    HandSetMixture& described = arguments.description;
    constexpr double greatest = std::numeric_limits<double>::max();
    arguments.options = {
        add_number(command, "--components", described.component_count, 1, hand_set_limit,
                   "Number of components [2]"),
        add_number(command, "--features", described.feature_count, 1, hand_set_limit,
                   "Number of features [2]"),
        command
            .add_option("--layout", arguments.layout,
                        "How the centres lie: line (along the first feature), circle (in the first "
                        "two) or simplex (every pair equally far apart) [line]")
            ->type_name("NAME"),
        add_number(command, "--separation", described.separation, 0.0, greatest,
                   "Distance of neighbouring centres [4]"),
        add_number(command, "--standard-deviation", described.standard_deviation,
                   std::numeric_limits<double>::min(), greatest,
                   "Of every feature within every component [1]"),
        command
            .add_option("--weights", arguments.weights,
                        "A number for each component, to which its share of the rows is "
                        "proportional: 2,1,1 [equal]")
            ->type_name("LIST"),
        command
            .add_option("--means", arguments.means,
                        "The centres themselves: '0,0; 4,1; -2,3', in place of components, "
                        "features, layout and separation")
            ->type_name("TABLE"),
        command
            .add_option(
                "--covariances", arguments.covariances,
                "In place of the standard deviation: one matrix for all components, '2,0.5; "
                "0.5,1', or one for each with / between them")
            ->type_name("TABLES")};
    for (CLI::Option* option : arguments.options) option->group(group);
    // The means say all of these.
    for (const std::size_t other : {0U, 1U, 2U, 3U})
        arguments.options[6]->excludes(arguments.options[other]);
    arguments.options[7]->excludes(arguments.options[4]);
}

GaussianMixture mixture_of(const HandSetArguments& arguments) {
    HandSetMixture described = arguments.description;
    described.layout = centre_layout_from(arguments.layout);
    if (!arguments.weights.empty()) {
        const std::vector<double> weights = numbers_from("--weights", arguments.weights);
        described.mixing_weights = Eigen::Map<const Eigen::VectorXd>(
            weights.data(), static_cast<Eigen::Index>(weights.size()));
    }
    if (!arguments.means.empty())
        described.means = matrix_from("--means", arguments.means);
    if (!arguments.covariances.empty()) {
        for (const std::string& matrix : parts_of(arguments.covariances, '/'))
            described.covariances.push_back(matrix_from("--covariances", matrix));
    }
    return hand_set_mixture(described);
}

}  // namespace mixtura::cli
