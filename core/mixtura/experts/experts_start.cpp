// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_start.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "mixtura/common/error.h"
#include "mixtura/experts/weighted_least_squares.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Share of the mass that a hard partition leaves to the other components.
constexpr double smoothing = 1e-2;

MatrixXd softened(const Partition& partition, int component_count) {
    const double other = smoothing / component_count;
    MatrixXd result =
        MatrixXd::Constant(static_cast<Index>(partition.size()), component_count, other);
    for (std::size_t i = 0; i < partition.size(); ++i)
        result(static_cast<Index>(i), partition[i]) += 1.0 - smoothing;
    return result;
}

/// K regressions, each through p + 1 random rows, one in each column.
MatrixXd random_lines(const ExpertsProblem& problem, int component_count, const VectorXd& response,
                      RandomStream& random) {
    const Index p = problem.experts.columns.cols();
    MatrixXd lines = MatrixXd::Zero(p, component_count);
    for (int k = 0; k < component_count; ++k) {
        for (int attempt = 0; attempt < 20; ++attempt) {
            MatrixXd rows(p + 1, p);
            VectorXd values(p + 1);
            for (Index r = 0; r <= p; ++r) {
                const auto row = static_cast<Index>(
                    random.below(static_cast<std::uint64_t>(problem.row_count())));
                rows.row(r) = problem.experts.columns.row(row);
                values[r] = response[row];
            }
            if (const auto line = weighted_least_squares(rows, values, VectorXd::Ones(p + 1))) {
                lines.col(k) = *line;
                break;
            }
        }
    }
    return lines;
}

Partition line_partition(const ExpertsProblem& problem, int component_count,
                         const VectorXd& response, RandomStream& random) {
    constexpr int candidate_count = 20;
    constexpr Index judged_rows = 5000;
    const Index stride = std::max<Index>(1, problem.row_count() / judged_rows);
    const Index judged = (problem.row_count() + stride - 1) / stride;
    MatrixXd best;
    double least = std::numeric_limits<double>::infinity();
    for (int candidate = 0; candidate < candidate_count; ++candidate) {
        MatrixXd lines = random_lines(problem, component_count, response, random);
        std::vector<double> squares;
        squares.reserve(static_cast<std::size_t>(judged));
        for (Index i = 0; i < problem.row_count(); i += stride)
            squares.push_back((problem.experts.columns.row(i) * lines)
                                  .array()
                                  .
                                  operator-(response[i])
                                  .square()
                                  .minCoeff());
        std::ranges::sort(squares);
        const double loss = std::accumulate(
            squares.begin(), squares.begin() + static_cast<std::ptrdiff_t>(squares.size() * 9 / 10),
            0.0);
        if (loss < least) {
            least = loss;
            best = std::move(lines);
        }
    }
    Partition partition(static_cast<std::size_t>(problem.row_count()), 0);
    if (best.size() == 0)
        return partition;
    for (Index i = 0; i < problem.row_count(); ++i) {
        Index nearest = 0;
        ((problem.experts.columns.row(i) * best).array() - response[i]).abs().minCoeff(&nearest);
        partition[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(nearest);
    }
    return partition;
}

MatrixXd soft_random(Index row_count, int component_count, RandomStream& random) {
    MatrixXd result(row_count, component_count);
    for (Index i = 0; i < row_count; ++i) {
        for (int k = 0; k < component_count; ++k) result(i, k) = random.gamma(0.3) + 1e-12;
        result.row(i) /= result.row(i).sum();
    }
    return result;
}

MatrixXd hard_random(Index row_count, int component_count, RandomStream& random) {
    Partition partition(static_cast<std::size_t>(row_count));
    for (auto& label : partition)
        label =
            static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(component_count)));
    return softened(partition, component_count);
}

}  // namespace

std::string_view to_string(StartRule rule) noexcept {
    switch (rule) {
        case StartRule::lines:
            return "lines";
        case StartRule::kmeans:
            return "kmeans";
        case StartRule::soft_random:
            return "soft random";
        case StartRule::segments:
            return "segments";
        case StartRule::hard_random:
            break;
    }
    return "hard random";
}

StartRule start_rule(int start) noexcept {
    return static_cast<StartRule>(start % start_rule_count);
}

MatrixXd start_responsibilities(const ExpertsProblem& problem, int component_count, StartRule rule,
                                RandomStream& random, const FitControl& control) {
    const Index n = problem.row_count();
    if (component_count == 1)
        return MatrixXd::Ones(n, 1);
    if (rule == StartRule::soft_random)
        return soft_random(n, component_count, random);
    if (rule == StartRule::hard_random)
        return hard_random(n, component_count, random);
    try {
        if (rule == StartRule::lines)
            return softened(line_partition(problem, component_count, problem.response, random),
                            component_count);
        if (rule == StartRule::segments && problem.gate.columns.cols() > 1)
            return softened(quantile_partition(problem.gate.columns.col(1), component_count),
                            component_count);
        // A repeated column weighs as a longer one: the partition standardises its columns.
        const Index p = problem.experts.columns.cols() - 1;
        const Index copies = random.uniform() < 0.5 ? 1 : 3;
        MatrixXd columns(n, p + copies);
        columns << problem.experts.columns.rightCols(p), problem.response.replicate(1, copies);
        return softened(
            kmeans_partition(columns, problem.weights, component_count, random, control),
            component_count);
    } catch (const InvalidArgument&) {
        return soft_random(n, component_count, random);  // too few distinct rows for the rule
    }
}

}  // namespace mixtura::experts
