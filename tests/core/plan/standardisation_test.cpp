// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/standardisation.h"

#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

using testing::HasSubstr;

FeatureTable small_table() {
    FeatureTable table;
    table.names = {"a", "b"};
    table.observations.resize(5, 2);
    table.observations << 1, 100, 2, 500, 4, 300, 7, 200, 11, 900;
    table.rows = {0, 1, 2, 3, 4};
    return table;
}

TEST(WeightedMedian, AgreesWithReplication) {
    Eigen::VectorXd values(4);
    values << 3, 1, 2, 10;
    EXPECT_EQ(weighted_median(values, Eigen::VectorXd::Ones(4)), 2.5);
    Eigen::VectorXd weights(4);
    weights << 1, 3, 1, 2;  // 1 1 1 2 3 10 10
    EXPECT_EQ(weighted_median(values, weights), 2.0);
    weights << 0, 0, 0, 4;
    EXPECT_EQ(weighted_median(values, weights), 10.0);
}

TEST(Standardisation, ZscoreGivesMeanZeroAndVarianceOne) {
    FeatureTable table = small_table();
    const Standardisation z = standardisation(table, Standardise::zscore);
    const Eigen::MatrixXd x = z.apply(table.observations);
    EXPECT_NEAR(x.col(0).mean(), 0.0, 1e-15);
    EXPECT_NEAR(x.col(1).squaredNorm() / 5.0, 1.0, 1e-15);
    EXPECT_DOUBLE_EQ(z.centre[0], 5.0);
    EXPECT_DOUBLE_EQ(z.scale[0], std::sqrt((16.0 + 9.0 + 1.0 + 4.0 + 36.0) / 5.0));
    table.weights = Eigen::VectorXd::Zero(5);
    table.weights[0] = table.weights[2] = 1.0;  // values 1 and 4
    EXPECT_DOUBLE_EQ(standardisation(table, Standardise::zscore).scale[0], 1.5);
}

TEST(Standardisation, RobustUsesMedianAndMedianAbsoluteDeviation) {
    const Standardisation r = standardisation(small_table(), Standardise::robust);
    EXPECT_EQ(r.centre[0], 4.0);                        // median of 1 2 4 7 11
    EXPECT_NEAR(r.scale[0], 3.0 * 1.4826022185, 1e-9);  // median of 3 2 0 3 7
}

TEST(Standardisation, UndoingIsTheInverseForModels) {
    const FeatureTable table = small_table();
    const Standardisation z = standardisation(table, Standardise::zscore);
    Eigen::MatrixXd covariance(2, 2);
    covariance << 2.0, 10.0, 10.0, 900.0;
    Eigen::MatrixXd means(1, 2);
    means << 3.0, 250.0;
    const GaussianMixture model(Eigen::VectorXd::Ones(1), means, {covariance});
    const GaussianMixture back = z.undo(z.apply(model));
    EXPECT_TRUE(back.means().isApprox(means, 1e-14));
    EXPECT_TRUE(back.covariances()[0].isApprox(covariance, 1e-14));
    // The density of the data changes by the Jacobian, for every row.
    const Scores in_x = score(model, table.observations);
    const Scores in_z = score(z.apply(model), z.apply(table.observations));
    for (Eigen::Index i = 0; i < 5; ++i)
        EXPECT_NEAR(in_z.log_densities[i] - z.log_jacobian(), in_x.log_densities[i], 1e-10);
}

TEST(Standardisation, NamesAColumnItCannotScale) {
    FeatureTable table = small_table();
    table.observations.col(1).setConstant(7.0);
    try {
        standardisation(table, Standardise::zscore);
        FAIL();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("Column 'b' cannot be standardised"));
    }
    table.observations(0, 1) = 9.0;
    try {
        standardisation(table, Standardise::robust);
        FAIL();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("more than half of its values are equal"));
    }
}

TEST(Standardisation, NoneChangesNothing) {
    const Standardisation none = standardisation(small_table(), Standardise::none);
    EXPECT_EQ(none.apply(small_table().observations), small_table().observations);
    EXPECT_EQ(none.log_jacobian(), 0.0);
    EXPECT_TRUE(none.to_json().empty());
}

}  // namespace
}  // namespace mixtura
