// SPDX-License-Identifier: Apache-2.0
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

std::size_t cluster_count(const Partition& partition) {
    return std::set<std::int32_t>(partition.begin(), partition.end()).size();
}

/// Within-cluster sum of squares about the cluster means.
double inertia(const Eigen::MatrixXd& rows, const Partition& partition, int count) {
    double total = 0.0;
    for (int c = 0; c < count; ++c) {
        std::vector<Eigen::Index> members;
        for (std::size_t i = 0; i < partition.size(); ++i)
            if (partition[i] == c)
                members.push_back(static_cast<Eigen::Index>(i));
        const Eigen::MatrixXd cluster = rows(members, Eigen::indexing::all);
        total += (cluster.rowwise() - cluster.colwise().mean()).squaredNorm();
    }
    return total;
}

template <class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const InvalidArgument& error) {
        return error.what();
    }
    return "";
}

TEST(QuantilePartition, ClassesAreThoseOfMclust) {
    const Eigen::MatrixXd galaxies =
        read_table_file(test::data_file("galaxies.csv")).numeric_columns();
    const test::TableFile expected =
        read_table_file(test::reference_file("init/galaxies-quantile.csv"));
    for (int count = 2; count <= 9; ++count) {
        const Eigen::VectorXd classes =
            expected.columns({std::string("G").append(std::to_string(count))}).col(0);
        const Partition partition = quantile_partition(galaxies.col(0), count);
        for (std::size_t i = 0; i < partition.size(); ++i)
            EXPECT_EQ(partition[i] + 1, classes[static_cast<Eigen::Index>(i)]) << count;
    }
}

TEST(QuantilePartition, NoClassIsEmptyWhateverTheTies) {
    Eigen::VectorXd feature(12);
    feature << 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 4;
    for (const int count : {1, 2, 3, 4}) {
        const Partition partition = quantile_partition(feature, count);
        EXPECT_EQ(cluster_count(partition), static_cast<std::size_t>(count));
        EXPECT_TRUE(std::is_sorted(partition.begin(), partition.end()));
        EXPECT_EQ(partition[0], partition[7]);
    }
    EXPECT_EQ(message_of([&] { quantile_partition(feature, 5); }),
              "There are only 4 distinct observations for 5 clusters. Use fewer components.");
    EXPECT_THROW(quantile_partition(feature, 0), InvalidArgument);
    EXPECT_THROW(quantile_partition(Eigen::VectorXd(), 1), InvalidArgument);
}

TEST(KmeansPartition, FindsWellSeparatedClusters) {
    const test::MixtureCase data = make_mixture_case(
        {.rows = 9000, .dim = 4, .components = 5, .separation = 200.0, .seed = 7});
    RandomStream random(1);
    const Partition partition = kmeans_partition(data.observations, Eigen::VectorXd(), 5, random);
    EXPECT_EQ(cluster_count(partition), 5U);
    // About d for each row, as a cluster has unit variances of that order.
    EXPECT_LT(inertia(data.observations, partition, 5), 9000.0 * 4 * 8);
}

TEST(KmeansPartition, ReachesTheBestKnownInertiaOnIris) {
    // R 4.2.2: kmeans(scale(iris[, 1:4]), 3, nstart = 100)$tot.withinss is 138.88835972.
    Eigen::MatrixXd iris = read_table_file(test::data_file("iris.csv")).numeric_columns();
    iris = iris.rowwise() - iris.colwise().mean();
    for (Eigen::Index j = 0; j < iris.cols(); ++j)
        iris.col(j) /= std::sqrt(iris.col(j).squaredNorm() / 149.0);
    double least = 1e300;
    for (std::uint64_t start = 0; start < 20; ++start) {
        RandomStream random(3, start);
        least =
            std::min(least, inertia(iris, kmeans_partition(iris, Eigen::VectorXd(), 3, random), 3));
    }
    EXPECT_NEAR(least, 138.8884, 1e-3);
}

TEST(KmeansPartition, NoClusterIsEmpty) {
    const test::MixtureCase data = make_mixture_case({.rows = 60, .dim = 2, .components = 2});
    for (std::uint64_t start = 0; start < 30; ++start) {
        RandomStream random(2, start);
        EXPECT_EQ(cluster_count(kmeans_partition(data.observations, Eigen::VectorXd(), 40, random)),
                  40U);
    }
    Eigen::MatrixXd few(10, 1);
    few << 1, 1, 1, 1, 1, 1, 1, 2, 3, 3;
    RandomStream random(1);
    EXPECT_EQ(cluster_count(kmeans_partition(few, Eigen::VectorXd(), 3, random)), 3U);
}

TEST(KmeansPartition, RowsOfWeightZeroDrawNoCentre) {
    Eigen::MatrixXd data(6, 1);
    data << 0, 1, 10, 11, 1000, 2000;
    Eigen::VectorXd weights(6);
    weights << 1, 1, 1, 1, 0, 0;
    for (std::uint64_t start = 0; start < 10; ++start) {
        RandomStream random(1, start);
        const Partition partition = kmeans_partition(data, weights, 2, random);
        EXPECT_EQ(partition[0], partition[1]);
        EXPECT_EQ(partition[2], partition[3]);
        EXPECT_NE(partition[0], partition[2]);
    }
}

TEST(KmeansPartition, SameBitsForAnyNumberOfThreadsAndTheSameSeed) {
    const test::MixtureCase data = make_mixture_case({.rows = 20000, .dim = 3, .components = 4});
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    RandomStream first(5);
    RandomStream second(5);
    EXPECT_EQ(kmeans_partition(data.observations, Eigen::VectorXd(), 7, first, one),
              kmeans_partition(data.observations, Eigen::VectorXd(), 7, second, two));
}

TEST(RandomPartition, EveryClusterHoldsItsCentreAndStartsDiffer) {
    const test::MixtureCase data = make_mixture_case({.rows = 200, .dim = 3, .components = 3});
    std::set<Partition> partitions;
    for (std::uint64_t start = 0; start < 10; ++start) {
        RandomStream random(1, start);
        const Partition partition =
            random_partition(data.observations, Eigen::VectorXd(), 6, random);
        EXPECT_EQ(cluster_count(partition), 6U);
        partitions.insert(partition);
    }
    EXPECT_EQ(partitions.size(), 10U);
}

TEST(StartPartitions, RefuseMoreClustersThanDistinctRows) {
    Eigen::MatrixXd data(5, 2);
    data << 1, 1, 1, 1, 2, 2, 2, 2, 1, 1;
    RandomStream random(1);
    const std::string expected =
        "There are only 2 distinct observations of positive weight for 3 clusters. Use fewer "
        "components.";
    EXPECT_EQ(message_of([&] { kmeans_partition(data, Eigen::VectorXd(), 3, random); }), expected);
    EXPECT_EQ(message_of([&] { random_partition(data, Eigen::VectorXd(), 3, random); }), expected);
    EXPECT_EQ(message_of([&] { kmeans_partition(data, Eigen::VectorXd(), 0, random); }),
              "The number of components must be at least 1, not 0.");
    EXPECT_EQ(message_of([&] { kmeans_partition(data, Eigen::VectorXd::Ones(4), 1, random); }),
              "There are 4 observation weights for 5 observations.");
    EXPECT_EQ(message_of([&] { kmeans_partition(data, Eigen::VectorXd::Zero(5), 1, random); }),
              "The observation weights must be finite, not negative and not all zero.");
}

TEST(StartPartitions, ConstantColumnsAreLeftOut) {
    Eigen::MatrixXd data(6, 2);
    data << 5, 0, 5, 1, 5, 10, 5, 11, 5, 20, 5, 21;
    RandomStream random(1);
    EXPECT_EQ(cluster_count(kmeans_partition(data, Eigen::VectorXd(), 3, random)), 3U);
    const Eigen::MatrixXd equal = Eigen::MatrixXd::Constant(4, 2, 1.0);
    EXPECT_THAT(kmeans_partition(equal, Eigen::VectorXd(), 1, random), testing::Each(0));
    EXPECT_THROW(kmeans_partition(equal, Eigen::VectorXd(), 2, random), InvalidArgument);
    EXPECT_THROW(random_partition(equal, Eigen::VectorXd(), 2, random), InvalidArgument);
}

TEST(StartPartitions, StopWhenAsked) {
    const test::MixtureCase data = make_mixture_case({.rows = 500});
    std::stop_source stop;
    stop.request_stop();
    FitControl control;
    control.stop = stop.get_token();
    RandomStream random(1);
    EXPECT_THROW(kmeans_partition(data.observations, Eigen::VectorXd(), 2, random, control),
                 compute::Cancelled);
    EXPECT_THROW(random_partition(data.observations, Eigen::VectorXd(), 2, random, control),
                 compute::Cancelled);
}

}  // namespace
}  // namespace mixtura
