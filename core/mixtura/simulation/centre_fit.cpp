// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/centre_fit.h"

#include <algorithm>

#include "mixtura/common/cancelled.h"

namespace mixtura {

namespace {

using Eigen::Index;

constexpr Index block_rows = 512;
/// A centre of less mass has no rows: vectorised exponentials end above 0, at about 1e-308.
constexpr double least_mass = 1e-290;

/// Fills `squares` (m x K) with |x_i - c_k|^2 of the rows from `first`.
void squared_distances(const MatrixRef& observations, Index first, const Eigen::MatrixXd& centres,
                       Eigen::Ref<Eigen::ArrayXXd> squares) {
    const Index m = squares.rows();
    for (Index k = 0; k < centres.rows(); ++k) {
        squares.col(k) = (observations.col(0).segment(first, m).array() - centres(k, 0)).square();
        for (Index j = 1; j < observations.cols(); ++j)
            squares.col(k) +=
                (observations.col(j).segment(first, m).array() - centres(k, j)).square();
    }
}

/// Turns squared distances into responsibilities, in place; for tau = 0 into memberships of the
/// nearest centre, the first of several.
class Expectation {
  public:
    Expectation(const VectorRef& mixing_weights, double deviation)
        : log_weights_(mixing_weights.array().log()), deviation_(deviation) {}

    void operator()(Eigen::Ref<Eigen::ArrayXXd>& squares) const {
        if (deviation_ > 0.0)
            soften(squares);
        else
            harden(squares);
    }

  private:
    void soften(Eigen::Ref<Eigen::ArrayXXd>& values) const {
        const double factor = -0.5 / (deviation_ * deviation_);
        for (Index k = 0; k < values.cols(); ++k)
            values.col(k) = factor * values.col(k) + log_weights_[k];
        const Eigen::ArrayXd greatest = values.rowwise().maxCoeff();
        for (Index k = 0; k < values.cols(); ++k) values.col(k) = (values.col(k) - greatest).exp();
        const Eigen::ArrayXd sums = values.rowwise().sum();
        for (Index k = 0; k < values.cols(); ++k) values.col(k) /= sums;
    }
    static void harden(Eigen::Ref<Eigen::ArrayXXd>& values) {
        for (Index i = 0; i < values.rows(); ++i) {
            Index nearest = 0;
            values.row(i).minCoeff(&nearest);
            values.row(i).setZero();
            values(i, nearest) = 1.0;
        }
    }

    Eigen::ArrayXd log_weights_;
    double deviation_;
};

/// Calls `use(first row, m x K responsibilities)` for the blocks in their order.
template <class Use>
void over_blocks(const MatrixRef& observations, const Eigen::MatrixXd& centres,
                 const Expectation& expectation, const std::stop_token& stop, const Use& use) {
    const Index n = observations.rows();
    Eigen::ArrayXXd block(std::min(n, block_rows), centres.rows());
    for (Index first = 0; first < n; first += block_rows) {
        if (stop.stop_requested())
            throw Cancelled{};
        const Index m = std::min(block_rows, n - first);
        Eigen::Ref<Eigen::ArrayXXd> values = block.topRows(m);
        squared_distances(observations, first, centres, values);
        expectation(values);
        use(first, values);
    }
}

/// One iteration; `centres` are those before and after it. @return the furthest move of a coordinate
double improve(const MatrixRef& observations, const Expectation& expectation,
               const std::stop_token& stop, Eigen::MatrixXd& centres) {
    Eigen::VectorXd masses = Eigen::VectorXd::Zero(centres.rows());
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(centres.rows(), centres.cols());
    over_blocks(observations, centres, expectation, stop,
                [&](Index first, const Eigen::Ref<Eigen::ArrayXXd>& responsibilities) {
                    const Index m = responsibilities.rows();
                    for (Index k = 0; k < centres.rows(); ++k) {
                        masses[k] += responsibilities.col(k).sum();
                        for (Index j = 0; j < centres.cols(); ++j)
                            sums(k, j) += responsibilities.col(k).matrix().dot(
                                observations.col(j).segment(first, m));
                    }
                });
    double furthest = 0.0;
    for (Index k = 0; k < centres.rows(); ++k) {
        if (!(masses[k] > least_mass))
            continue;
        const Eigen::RowVectorXd moved = sums.row(k) / masses[k];
        furthest = std::max(furthest, (moved - centres.row(k)).cwiseAbs().maxCoeff());
        centres.row(k) = moved;
    }
    return furthest;
}

}  // namespace

CentreFit fit_centres(const MatrixRef& observations, const VectorRef& mixing_weights,
                      const MatrixRef& start, double deviation, const CentreFitOptions& options,
                      const std::stop_token& stop) {
    const Expectation expectation(mixing_weights, deviation);
    CentreFit fit;
    fit.centres = start;
    fit.status = FitStatus::iteration_limit;
    while (fit.iterations < options.iteration_limit && fit.status != FitStatus::converged) {
        const double furthest = improve(observations, expectation, stop, fit.centres);
        ++fit.iterations;
        if (furthest <= options.tolerance)
            fit.status = FitStatus::converged;
    }
    fit.classification.resize(static_cast<std::size_t>(observations.rows()));
    over_blocks(observations, fit.centres, expectation, stop,
                [&](Index first, const Eigen::Ref<Eigen::ArrayXXd>& responsibilities) {
                    for (Index i = 0; i < responsibilities.rows(); ++i) {
                        Index best = 0;
                        responsibilities.row(i).maxCoeff(&best);
                        fit.classification[static_cast<std::size_t>(first + i)] =
                            static_cast<std::int32_t>(best);
                    }
                });
    return fit;
}

}  // namespace mixtura
