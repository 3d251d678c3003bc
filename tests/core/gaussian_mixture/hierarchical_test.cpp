// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/gaussian_mixture/initialisation.h"

#include "support/data_file.h"
#include "support/mixture_cases.h"
#include "support/table_file.h"

namespace mixtura {
namespace {

using test::make_mixture_case;
using test::read_table_file;

/// The same partition, numbered by first appearance.
Partition renumbered(const Eigen::VectorXd& labels) {
    std::vector<double> seen;
    Partition partition;
    for (Eigen::Index i = 0; i < labels.size(); ++i) {
        auto found = std::find(seen.begin(), seen.end(), labels[i]);
        if (found == seen.end())
            found = seen.insert(seen.end(), labels[i]);
        partition.push_back(static_cast<std::int32_t>(found - seen.begin()));
    }
    return partition;
}

struct ReferenceTree {
    std::string data;
    std::vector<std::string> columns;  ///< empty: all numeric ones
};

class HierarchicalTreeReference : public testing::TestWithParam<ReferenceTree> {};

TEST_P(HierarchicalTreeReference, PartitionsAreThoseOfMclust) {
    const auto& [name, columns] = GetParam();
    const test::TableFile table = read_table_file(test::data_file(name + ".csv"));
    const test::TableFile expected =
        read_table_file(test::reference_file("init/" + name + "-hc.csv"));
    const HierarchicalTree tree(columns.empty() ? table.numeric_columns() : table.columns(columns));
    for (int count = 2; count <= 9; ++count)
        EXPECT_EQ(
            tree.partition(count),
            renumbered(expected.columns({std::string("G").append(std::to_string(count))}).col(0)))
            << count << " clusters";
}

INSTANTIATE_TEST_SUITE_P(Mclust, HierarchicalTreeReference,
                         testing::Values(ReferenceTree{"iris", {}}, ReferenceTree{"diabetes", {}},
                                         ReferenceTree{"banknote", {}},
                                         ReferenceTree{"crabs", {"FL", "RW", "CL", "CW", "BD"}}),
                         [](const auto& test) { return test.param.data; });

TEST(HierarchicalTree, PartitionsAreNested) {
    const test::MixtureCase data =
        make_mixture_case({.rows = 120, .dim = 3, .components = 4, .separation = 3.0});
    const HierarchicalTree tree(data.observations);
    for (int count = 1; count < 20; ++count) {
        const Partition coarse = tree.partition(count);
        const Partition fine = tree.partition(count + 1);
        std::set<std::pair<std::int32_t, std::int32_t>> pairs;
        for (std::size_t i = 0; i < fine.size(); ++i) pairs.emplace(fine[i], coarse[i]);
        EXPECT_EQ(pairs.size(), static_cast<std::size_t>(count) + 1);
    }
}

TEST(HierarchicalTree, FindsWellSeparatedClustersOfAnyRowCount) {
    for (const Eigen::Index rows : {60, 2000, 5000}) {
        const test::MixtureCase data = make_mixture_case(
            {.rows = rows, .dim = 3, .components = 3, .separation = 100.0, .seed = 5});
        const Partition partition = HierarchicalTree(data.observations).partition(3);
        ASSERT_EQ(partition.size(), static_cast<std::size_t>(rows));
        Eigen::VectorXd nearest(rows);
        for (Eigen::Index i = 0; i < rows; ++i) {
            Eigen::Index best = 0;
            (data.parameters.means.rowwise() - data.observations.row(i))
                .rowwise()
                .squaredNorm()
                .minCoeff(&best);
            nearest[i] = static_cast<double>(best);
        }
        EXPECT_EQ(partition, renumbered(nearest)) << rows << " rows";
    }
}

// A tree over all 40 directions would leave one large cluster and two single rows.
TEST(HierarchicalTree, ManyFeaturesDoNotLeaveSingleRows) {
    RandomStream random(6);
    Eigen::MatrixXd data(300, 40);
    for (Eigen::Index i = 0; i < data.rows(); ++i)
        for (Eigen::Index j = 0; j < data.cols(); ++j)
            data(i, j) = random.normal() + (j < 3 ? 6.0 * static_cast<double>(i % 3) : 0.0);
    const Partition partition = HierarchicalTree(data).partition(3);
    for (const std::int32_t cluster : {0, 1, 2})
        EXPECT_GE(std::ranges::count(partition, cluster), 30) << cluster;
}

TEST(HierarchicalTree, EqualRowsStayTogether) {
    Eigen::MatrixXd data(8, 2);
    data << 0, 0, 1, 5, 0, 0, 9, 2, 1, 5, 0, 0, 9, 2, 1, 5;
    const HierarchicalTree tree(data);
    EXPECT_THAT(tree.partition(3), testing::ElementsAre(0, 1, 0, 2, 1, 0, 2, 1));
    EXPECT_THAT(tree.partition(1), testing::Each(0));
}

TEST(HierarchicalTree, ConstantAndRepeatedColumnsChangeNothing) {
    const test::MixtureCase data = make_mixture_case({.rows = 80, .dim = 2, .components = 3});
    Eigen::MatrixXd with_constant(80, 3);
    with_constant << data.observations.col(0), Eigen::VectorXd::Constant(80, 7.0),
        data.observations.col(1);
    EXPECT_EQ(HierarchicalTree(with_constant).partition(4),
              HierarchicalTree(data.observations).partition(4));
    // Collinear columns leave fewer directions than columns: no crash, no NaN.
    Eigen::MatrixXd collinear(80, 3);
    collinear << data.observations, 2.0 * data.observations.col(0);
    const Partition partition = HierarchicalTree(collinear).partition(4);
    EXPECT_EQ(std::set<std::int32_t>(partition.begin(), partition.end()).size(), 4U);
}

TEST(HierarchicalTree, MoreFeaturesThanRowsStillGivesATree) {
    const test::MixtureCase data =
        make_mixture_case({.rows = 12, .dim = 30, .components = 2, .separation = 50.0, .seed = 3});
    const Partition partition = HierarchicalTree(data.observations).partition(2);
    EXPECT_EQ(std::set<std::int32_t>(partition.begin(), partition.end()).size(), 2U);
}

TEST(HierarchicalTree, ScalingAndShiftingColumnsChangesNothing) {
    const test::MixtureCase data = make_mixture_case({.rows = 150, .dim = 3, .components = 3});
    Eigen::MatrixXd moved = data.observations;
    moved.col(0) = 1e8 * moved.col(0).array() + 3e8;
    moved.col(2) *= 1e-8;
    EXPECT_EQ(HierarchicalTree(moved).partition(5),
              HierarchicalTree(data.observations).partition(5));
}

TEST(HierarchicalTree, SameBitsForAnyNumberOfThreads) {
    const test::MixtureCase data = make_mixture_case({.rows = 700, .dim = 5, .components = 3});
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const HierarchicalTree first(data.observations, one);
    const HierarchicalTree second(data.observations, two);
    for (const int count : {2, 5, 50}) EXPECT_EQ(first.partition(count), second.partition(count));
}

TEST(HierarchicalTree, RefusesMoreClustersThanDistinctRows) {
    Eigen::MatrixXd data(4, 1);
    data << 1, 1, 2, 2;
    const HierarchicalTree tree(data);
    try {
        static_cast<void>(tree.partition(3));
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_STREQ(
            error.what(),
            "There are only 2 distinct observations for 3 clusters. Use fewer components.");
    }
    EXPECT_THROW(tree.partition(0), InvalidArgument);
    const HierarchicalTree equal(Eigen::MatrixXd::Constant(5, 2, 3.0));
    EXPECT_THAT(equal.partition(1), testing::Each(0));
    EXPECT_THROW(equal.partition(2), InvalidArgument);
}

TEST(HierarchicalTree, RefusesValuesThatAreNotFinite) {
    Eigen::MatrixXd data = Eigen::MatrixXd::Random(6, 2);
    data(3, 1) = std::nan("");
    EXPECT_THROW(HierarchicalTree{data}, InvalidArgument);
    EXPECT_THROW(HierarchicalTree{Eigen::MatrixXd(0, 2)}, InvalidArgument);
}

TEST(HierarchicalTree, StopsWhenAsked) {
    const test::MixtureCase data = make_mixture_case({.rows = 500});
    std::stop_source stop;
    stop.request_stop();
    FitControl control;
    control.stop = stop.get_token();
    EXPECT_THROW(HierarchicalTree(data.observations, control), compute::Cancelled);
}

}  // namespace
}  // namespace mixtura
