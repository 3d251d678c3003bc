// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mixtura/selection/search.h"

#include "support/data_file.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

/// The sets of the reference table with the names of their features; of airquality the rows
/// without a missing value.
const std::map<std::string, std::vector<std::string>>& further_sets() {
    static const std::map<std::string, std::vector<std::string>> sets = {
        {"airquality", {"Ozone", "Solar.R", "Wind", "Temp"}},
        {"chevron", {"x", "y"}},
        {"gvhd_pos", {"CD4", "CD8b", "CD3", "CD8"}},
        {"ruspini", {"x", "y"}}};
    return sets;
}

Eigen::MatrixXd complete_rows(const test::TextTable& table, const std::vector<std::string>& names) {
    std::vector<std::vector<double>> rows;
    for (std::size_t i = 0; i < table.row_count(); ++i) {
        std::vector<double> row;
        for (const std::string& name : names) {
            if (!table.text(i, name).empty())
                row.push_back(table.number(i, name));
        }
        if (row.size() == names.size())
            rows.push_back(row);
    }
    Eigen::MatrixXd observations(static_cast<Eigen::Index>(rows.size()),
                                 static_cast<Eigen::Index>(names.size()));
    for (Eigen::Index i = 0; i < observations.rows(); ++i) {
        for (Eigen::Index j = 0; j < observations.cols(); ++j)
            observations(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
    return observations;
}

Eigen::MatrixXd observations_of(const std::string& set) {
    const auto found = further_sets().find(set);
    if (found == further_sets().end())
        return test::measurements(set);
    const bool is_sample = set == "airquality" || set == "gvhd_pos";
    const test::TextTable table(is_sample ? test::data_file(set + ".csv")
                                          : test::reference_file("data/" + set + ".csv"));
    return complete_rows(table, found->second);
}

/// mclust's log-likelihood of each model that it fits to a set.
std::map<std::pair<std::string, int>, double> reference_of(const std::string& set) {
    const test::TextTable table(test::reference_file("expected/mclust600-loglik.csv"));
    std::map<std::pair<std::string, int>, double> values;
    for (std::size_t i = 0; i < table.row_count(); ++i) {
        if (table.text(i, "set") == set)
            values[{table.text(i, "model"), static_cast<int>(table.number(i, "G"))}] =
                table.number(i, "loglik");
    }
    return values;
}

/// mclust's names where d = 1, and ours.
std::string our_name(const std::string& model) {
    if (model == "E")
        return "EII";
    return model == "V" ? "VII" : model;
}

/// The highest that any run reached, whether its solution is spurious or not: mclust does not ask.
double highest(const std::vector<EmRun>& runs) {
    double value = -std::numeric_limits<double>::infinity();
    for (const EmRun& run : runs) {
        if (!run.log_likelihood.empty())
            value = std::max(value, run.log_likelihood.back());
    }
    return value;
}

class AgainstMclust : public testing::TestWithParam<const char*> {};

TEST_P(AgainstMclust, DefaultSettingsFindAtLeastItsLogLikelihoods) {
    const auto reference = reference_of(GetParam());
    ASSERT_FALSE(reference.empty());
    SearchOptions options;
    options.em.run_count = 10;  // the window's default
    const SearchResult result = search_gaussian_mixtures(observations_of(GetParam()), options);
    std::map<std::pair<std::string, int>, const Candidate*> ours;
    for (const Candidate& candidate : result.candidates)
        ours[{std::string(to_string(candidate.covariance_form)), candidate.component_count}] =
            &candidate;
    for (const auto& [model, expected] : reference) {
        const auto found = ours.find({our_name(model.first), model.second});
        ASSERT_NE(found, ours.end());
        const Candidate& candidate = *found->second;
        const std::string name = model.first + "," + std::to_string(model.second);
        if (!candidate.fit) {
            ADD_FAILURE() << name << ": " << candidate.failure;
            continue;
        }
        EXPECT_GE(highest(candidate.fit->runs), expected - 1e-6 * std::abs(expected))
            << name << ", chosen " << candidate.fit->log_likelihood << candidate.fit->spurious;
    }
}

INSTANTIATE_TEST_SUITE_P(Sets, AgainstMclust,
                         testing::Values("airquality", "banknote", "baudry_ex41", "chevron",
                                         "crabs", "diabetes", "faithful", "galaxies", "gvhd_pos",
                                         "iris", "ruspini", "wine"),
                         [](const auto& set) { return std::string(set.param); });

}  // namespace
}  // namespace mixtura
