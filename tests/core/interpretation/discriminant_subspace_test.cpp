// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/discriminant_subspace.h"

#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// The 44 iterations after which mclust 6.0.0 stops on iris, VEV, 3 from the same partition.
GaussianMixture iris_vev3() {
    return test::reference_fit("iris", "hc", "VEV", 3, 44).model;
}

/// Reference: MclustDR of mclust 6.0.0; signs are fixed by the same rule there.
TEST(DiscriminantSubspace, EqualsMclustOnIris) {
    const test::TextTable table(test::reference_file("expected/mclust600-subspace-iris.csv"));
    ASSERT_EQ(table.row_count(), 6U);
    const Eigen::MatrixXd iris = test::measurements("iris");
    const Eigen::MatrixXd directions =
        table.numbers({"sepal_length", "sepal_width", "petal_length", "petal_width"});
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const DiscriminantSubspace subspace =
            discriminant_subspace(iris_vev3(), iris, table.number(row, "lambda"));
        const auto j = static_cast<Eigen::Index>(table.number(row, "direction")) - 1;
        EXPECT_EQ(subspace.eigenvalues.size(), table.number(row, "lambda") == 1.0 ? 2 : 4);
        EXPECT_TRUE(near(table.number(row, "eigenvalue"), subspace.eigenvalues[j], 1e-8));
        EXPECT_TRUE(all_near(directions.row(static_cast<Eigen::Index>(row)).transpose(),
                             subspace.directions.col(j), 1e-7));
    }
}

TEST(DiscriminantSubspace, GivesTheDataVarianceOneAndNoCorrelation) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const DiscriminantSubspace subspace = discriminant_subspace(iris_vev3(), iris, 0.5);
    const Eigen::MatrixXd rows = projected_rows(subspace, iris);
    const Eigen::MatrixXd centred = rows.rowwise() - rows.colwise().mean();
    EXPECT_TRUE(
        all_near(Eigen::MatrixXd::Identity(4, 4), centred.transpose() * centred / 150.0, 1e-10));
}

/// In all d directions the projection is a change of coordinates: responsibilities stay.
TEST(DiscriminantSubspace, KeepsResponsibilitiesWhereNoDirectionIsLost) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const GaussianMixture model = iris_vev3();
    const DiscriminantSubspace subspace = discriminant_subspace(model, iris, 0.5);
    ASSERT_EQ(subspace.directions.cols(), 4);
    EXPECT_TRUE(all_near(score(model, iris).responsibilities,
                         score(subspace.projected, projected_rows(subspace, iris)).responsibilities,
                         1e-9));
}

TEST(DiscriminantSubspace, DoesNotDependOnTheUnits) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const GaussianMixture model = iris_vev3();
    Eigen::Matrix4d transform;
    transform << 2.0, 0.0, 0.3, 0.0, 0.0, 1e4, 0.0, 0.0, 0.1, 0.0, 1e-4, 0.0, 0.0, 0.0, 0.0, 1.0;
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.emplace_back(transform.transpose() * covariance * transform);
    const GaussianMixture moved(model.mixing_weights(), model.means() * transform, covariances);
    for (const double lambda : {0.0, 0.4, 1.0})
        EXPECT_TRUE(all_near(discriminant_subspace(model, iris, lambda).eigenvalues,
                             discriminant_subspace(moved, iris * transform, lambda).eigenvalues,
                             1e-8));
}

TEST(DiscriminantSubspace, TakesARowOfWeightTwoAsTwoRows) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    Eigen::MatrixXd repeated(151, 4);
    repeated << iris, iris.row(20);
    Eigen::VectorXd weights = Eigen::VectorXd::Ones(150);
    weights[20] = 2.0;
    EXPECT_TRUE(all_near(discriminant_subspace(iris_vev3(), repeated, 0.5).directions,
                         discriminant_subspace(iris_vev3(), iris, 0.5, weights).directions, 1e-9));
}

TEST(DiscriminantSubspace, RefusesWhereThereIsNone) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const GaussianMixture model = iris_vev3();
    EXPECT_THAT([&] { discriminant_subspace(model, iris, 1.5); },
                ThrowsMessage<InvalidArgument>(HasSubstr("lambda is 1.5")));
    EXPECT_THAT([&] { discriminant_subspace(model, iris.leftCols(2), 1.0); },
                ThrowsMessage<InvalidArgument>(HasSubstr("4 features, the observations 2")));
    EXPECT_THAT([&] { discriminant_subspace(model, iris, 1.0, Eigen::Vector2d(1.0, 1.0)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 observation_weights for 150 rows")));
    EXPECT_THAT([&] { discriminant_subspace(model, Eigen::MatrixXd::Ones(9, 4)); },
                ThrowsMessage<NumericalError>(HasSubstr("singular")));
    const GaussianMixture single =
        marginal(test::reference_fit("iris", "hc", "VEV", 3, 2).model, {0});
    const GaussianMixture same(single.mixing_weights(), Eigen::MatrixXd::Zero(3, 1),
                               single.covariances());
    EXPECT_THAT([&] { discriminant_subspace(same, iris.leftCols(1), 1.0); },
                ThrowsMessage<NumericalError>(HasSubstr("do not differ in their means")));
    EXPECT_EQ(discriminant_subspace(same, iris.leftCols(1), 0.5).directions.cols(), 1);
}

}  // namespace
}  // namespace mixtura
