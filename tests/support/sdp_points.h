// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include <Eigen/Core>

namespace mixtura::test {

/// s <- (1103515245 s + 12345) mod 2^31; u = s / 2^31; g = 2 (u1 + u2 + u3 - 1.5).
class TripleSumStream {
  public:
    explicit TripleSumStream(std::uint64_t seed) : state_(seed) {}
    double uniform() {
        state_ = (1103515245U * state_ + 12345U) % 2147483648U;
        return static_cast<double>(state_) / 2147483648.0;
    }
    double draw() {
        double sum = uniform();
        sum += uniform();
        sum += uniform();
        return 2.0 * (sum - 1.5);
    }

  private:
    std::uint64_t state_;
};

/// 10, 16 and 22 points about (0, 0), (delta, 0) and (delta / 2, 3 delta / 4).
inline Eigen::MatrixXd three_groups(double delta) {
    TripleSumStream stream(12345);
    Eigen::MatrixXd points(48, 2);
    for (Eigen::Index i = 0; i < 48; ++i) {
        const int group = i < 10 ? 0 : i < 26 ? 1 : 2;
        points(i, 0) = (group == 0 ? 0.0 : group == 1 ? delta : 0.5 * delta) + stream.draw();
        points(i, 1) = (group == 2 ? 0.75 * delta : 0.0) + stream.draw();
    }
    return points;
}

/// Sum of squared deviations from the cluster means in long double, by the definition.
inline long double plain_sum_of_squares(const Eigen::MatrixXd& points,
                                        const std::vector<std::int32_t>& labels, int count) {
    long double sum = 0.0L;
    for (int k = 0; k < count; ++k) {
        for (Eigen::Index j = 0; j < points.cols(); ++j) {
            long double mean = 0.0L;
            long double size = 0.0L;
            for (Eigen::Index i = 0; i < points.rows(); ++i) {
                if (labels[static_cast<std::size_t>(i)] == k) {
                    mean += points(i, j);
                    size += 1.0L;
                }
            }
            mean /= size;
            for (Eigen::Index i = 0; i < points.rows(); ++i)
                if (labels[static_cast<std::size_t>(i)] == k)
                    sum += (points(i, j) - mean) * (points(i, j) - mean);
        }
    }
    return sum;
}

/// The least sum of squares over every partition into `count` clusters, all tried.
inline long double exhaustive_sum_of_squares(const Eigen::MatrixXd& points, int count) {
    std::vector<std::int32_t> labels(static_cast<std::size_t>(points.rows()), 0);
    long double least = std::numeric_limits<long double>::infinity();
    const std::function<void(std::size_t, int)> place = [&](std::size_t row, int used) {
        if (row == labels.size()) {
            if (used == count)
                least = std::min(least, plain_sum_of_squares(points, labels, count));
            return;
        }
        for (int k = 0; k < std::min(used + 1, count); ++k) {
            labels[row] = k;
            place(row + 1, std::max(used, k + 1));
        }
    };
    place(0, 0);
    return least;
}

}  // namespace mixtura::test
