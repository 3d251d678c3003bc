// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/entropy_merging.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include <gmock/gmock.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using test::near;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Eigen::MatrixXd random_responsibilities(Eigen::Index rows, Eigen::Index components) {
    RandomStream random(5);
    Eigen::MatrixXd responsibilities(rows, components);
    for (Eigen::Index i = 0; i < rows; ++i) {
        for (Eigen::Index k = 0; k < components; ++k)
            responsibilities(i, k) = std::exp(3.0 * random.normal());
        responsibilities.row(i) /= responsibilities.row(i).sum();
    }
    return responsibilities;
}

double naive_entropy(const Eigen::MatrixXd& responsibilities) {
    double entropy = 0.0;
    for (const double r : responsibilities.reshaped()) entropy -= r > 0.0 ? r * std::log(r) : 0.0;
    return entropy;
}

/// Reference: an independent prototype, on the fit as it stopped there.
TEST(EntropyMerging, EqualsTheReferenceOfBaudrysExample) {
    const GaussianMixture model = test::reference_fit("baudry_ex41", "hc", "EEV", 6, 29).model;
    const Scores scores = score(model, test::measurements("baudry_ex41"));
    const EntropyMergeTree tree = entropy_merging(scores.responsibilities);
    const std::vector<double> expected{130.01342483, 46.38072487, 4.67691299,
                                       .87805120,    .00000935,   0.0};
    ASSERT_EQ(tree.entropies.size(), expected.size());
    for (std::size_t m = 0; m < expected.size(); ++m)
        EXPECT_NEAR(expected[m], tree.entropies[m], 1e-8) << m;
}

/// Reference: clustCombi and clustCombiOptim (reg = 2) of mclust 6.0.0, which stops after 13
/// iterations (one row changes sides between the 14th and the limit).
TEST(EntropyMerging, HasTheSizesThatMclustHas) {
    const test::TextTable table(test::reference_file("expected/mclust600-merging-baudry_ex41.csv"));
    ASSERT_EQ(table.row_count(), 6U);
    const GaussianMixture model = test::reference_fit("baudry_ex41", "hc", "EEV", 6, 13).model;
    const EntropyMergeTree tree =
        entropy_merging(score(model, test::measurements("baudry_ex41")).responsibilities);
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto count = static_cast<int>(table.number(row, "clusters"));
        std::vector<double> sizes = tree.sizes[static_cast<std::size_t>(6 - count)];
        std::ranges::sort(sizes, std::greater{});
        std::string text;
        for (const double size : sizes)
            text += (text.empty() ? "" : " ") + std::to_string(std::lround(size));
        EXPECT_EQ(table.text(row, "sizes"), text);
        EXPECT_EQ(table.number(row, "suggested") == 1.0, suggested_cluster_count(tree) == count);
    }
}

TEST(EntropyMerging, IsGreedyOverAllPairs) {
    const Eigen::MatrixXd responsibilities = random_responsibilities(60, 5);
    const EntropyMergeTree tree = entropy_merging(responsibilities);
    ASSERT_EQ(tree.merges.size(), 4U);
    for (int count = 5; count > 1; --count) {
        const Eigen::MatrixXd before =
            combined_responsibilities(responsibilities, cluster_of_component(tree, count));
        double least = naive_entropy(before);
        for (int a = 0; a < count; ++a) {
            for (int b = a + 1; b < count; ++b) {
                Eigen::MatrixXd merged = before;
                merged.col(a) += merged.col(b);
                merged.col(b).setZero();
                least = std::min(least, naive_entropy(merged));
            }
        }
        const auto m = static_cast<std::size_t>(5 - count);
        EXPECT_TRUE(near(least, tree.entropies[m + 1], 1e-12));
        EXPECT_TRUE(
            near(tree.entropies[m] - tree.entropies[m + 1], tree.merges[m].entropy_drop, 1e-10));
    }
}

TEST(EntropyMerging, SizesAreThoseOfTheCombinedClassification) {
    const Eigen::MatrixXd responsibilities = random_responsibilities(80, 6);
    const EntropyMergeTree tree = entropy_merging(responsibilities);
    for (int count = 6; count >= 1; --count) {
        const auto clusters = cluster_of_component(tree, count);
        const Eigen::MatrixXd combined = combined_responsibilities(responsibilities, clusters);
        EXPECT_EQ(combined.cols(), count);
        EXPECT_TRUE((combined.rowwise().sum().array() - 1.0).abs().maxCoeff() < 1e-14);
        std::vector<double> sizes(static_cast<std::size_t>(count), 0.0);
        for (const std::int32_t cluster : most_probable(combined))
            ++sizes[static_cast<std::size_t>(cluster)];
        EXPECT_EQ(tree.sizes[static_cast<std::size_t>(6 - count)], sizes);
        EXPECT_EQ(clusters.front(), 0);
    }
}

TEST(EntropyMerging, NamesClustersAsADendrogramDoes) {
    // Components 0 and 2 are told apart by no row, 1 and 3 by some.
    Eigen::MatrixXd responsibilities(4, 4);
    responsibilities << 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 0.9, 0.0, 0.1, 0.02, 0.0, 0.0,
        0.98;
    const EntropyMergeTree tree = entropy_merging(responsibilities);
    EXPECT_EQ(tree.merges[0].first, 0);
    EXPECT_EQ(tree.merges[0].second, 2);
    EXPECT_EQ(tree.merges[1].first, 1);
    EXPECT_EQ(tree.merges[1].second, 3);
    EXPECT_EQ(tree.merges[2].first, 4);
    EXPECT_EQ(tree.merges[2].second, 5);
    EXPECT_THAT(cluster_of_component(tree, 4), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(cluster_of_component(tree, 3), ElementsAre(0, 1, 0, 2));
    EXPECT_THAT(cluster_of_component(tree, 2), ElementsAre(0, 1, 0, 1));
    EXPECT_THAT(cluster_of_component(tree, 1), ElementsAre(0, 0, 0, 0));
}

TEST(EntropyMerging, TakesARowOfWeightTwoAsTwoRows) {
    const Eigen::MatrixXd once = random_responsibilities(30, 4);
    Eigen::MatrixXd repeated(31, 4);
    repeated << once, once.row(7);
    Eigen::VectorXd weights = Eigen::VectorXd::Ones(30);
    weights[7] = 2.0;
    const EntropyMergeTree a = entropy_merging(once, weights);
    const EntropyMergeTree b = entropy_merging(repeated);
    for (std::size_t m = 0; m < a.entropies.size(); ++m) {
        EXPECT_TRUE(near(b.entropies[m], a.entropies[m], 1e-12));
        EXPECT_EQ(b.sizes[m], a.sizes[m]);
    }
}

TEST(EntropyMerging, OfOneComponentIsATreeWithoutMerges) {
    const EntropyMergeTree tree = entropy_merging(Eigen::MatrixXd::Ones(3, 1));
    EXPECT_THAT(tree.merges, testing::IsEmpty());
    EXPECT_THAT(tree.entropies, ElementsAre(0.0));
    EXPECT_EQ(suggested_cluster_count(tree), std::nullopt);
}

TEST(EntropyMerging, SuggestsTheBendOfTheCurve) {
    EntropyMergeTree tree;
    tree.component_count = 6;
    tree.entropies = {90.0, 60.0, 30.0, 3.0, 2.0, 0.0};  // 6 to 1 clusters
    EXPECT_EQ(suggested_cluster_count(tree), 3);
    tree.component_count = 3;
    tree.entropies = {9.0, 1.0, 0.0};
    EXPECT_EQ(suggested_cluster_count(tree), std::nullopt);
}

TEST(EntropyMerging, RefusesWhatItCannotMerge) {
    EXPECT_THAT([] { entropy_merging(Eigen::MatrixXd(0, 2)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least one row")));
    EXPECT_THAT([] { entropy_merging(Eigen::MatrixXd::Ones(3, 1), Eigen::Vector2d(1.0, 1.0)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 observation_weights for 3 rows")));
    const EntropyMergeTree tree = entropy_merging(random_responsibilities(5, 3));
    EXPECT_THAT([&] { cluster_of_component(tree, 4); },
                ThrowsMessage<InvalidArgument>(HasSubstr("from 1 to 3")));
    EXPECT_THAT(
        [&] {
            combined_responsibilities(Eigen::MatrixXd::Ones(1, 3), {0, 1});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("2 components, not 3")));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(
        entropy_merging(random_responsibilities(5, 3), Eigen::VectorXd(), stop.get_token()),
        Cancelled);
}

}  // namespace
}  // namespace mixtura
