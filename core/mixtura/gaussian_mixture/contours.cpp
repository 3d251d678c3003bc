// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/contours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace mixtura {

namespace {

/// The crossings of one level with the edges of a grid and which of them a line joins. An edge
/// belongs to at most two cells, so a crossing has at most two neighbours.
class Crossings {
  public:
    Crossings(const DensityGrid& grid, double level)
        : grid_(grid),
          level_(level),
          width_(grid.density.rows()),
          neighbours_(static_cast<std::size_t>(2 * grid.density.size()), {none, none}) {}

    /// Edge from node (i, j) to the right ...
    [[nodiscard]] std::int64_t across(Eigen::Index i, Eigen::Index j) const {
        return 2 * (j * width_ + i);
    }
    /// ... and upwards.
    [[nodiscard]] std::int64_t upwards(Eigen::Index i, Eigen::Index j) const {
        return 2 * (j * width_ + i) + 1;
    }

    void join(std::int64_t a, std::int64_t b) {
        add(a, b);
        add(b, a);
    }

    /// Open lines from their ends first; what is left is closed.
    std::vector<ContourLine> lines() {
        std::vector<ContourLine> result;
        for (const bool open : {true, false})
            for (std::size_t edge = 0; edge < neighbours_.size(); ++edge) {
                const auto& [first, second] = neighbours_[edge];
                if (first != none && (second == none) == open)
                    result.push_back(walk(static_cast<std::int64_t>(edge)));
            }
        return result;
    }

  private:
    static constexpr std::int64_t none = -1;
    using Neighbours = std::array<std::int64_t, 2>;

    Neighbours& of(std::int64_t edge) { return neighbours_[static_cast<std::size_t>(edge)]; }

    void add(std::int64_t edge, std::int64_t neighbour) {
        Neighbours& places = of(edge);
        (places[0] == none ? places[0] : places[1]) = neighbour;
    }

    void remove(std::int64_t at, std::int64_t neighbour) {
        Neighbours& places = of(at);
        if (places[0] == neighbour)
            places[0] = places[1];
        places[1] = none;
    }

    /// Follows the line from `edge`, taking it out on the way.
    ContourLine walk(std::int64_t edge) {
        ContourLine line{point(edge)};
        while (of(edge)[0] != none) {
            const std::int64_t next = of(edge)[0];
            remove(edge, next);
            remove(next, edge);
            line.push_back(point(next));
            edge = next;
        }
        return line;
    }

    [[nodiscard]] PlanePoint point(std::int64_t edge) const {
        const Eigen::Index i = (edge / 2) % width_;
        const Eigen::Index j = (edge / 2) / width_;
        const bool up = edge % 2 == 1;
        const double from = grid_.density(i, j);
        const double to = up ? grid_.density(i, j + 1) : grid_.density(i + 1, j);
        const double part = std::clamp((level_ - from) / (to - from), 0.0, 1.0);
        const double x = grid_.x_at(i);
        const double y = grid_.y_at(j);
        return up ? PlanePoint{x, y + part * (grid_.y_at(j + 1) - y)}
                  : PlanePoint{x + part * (grid_.x_at(i + 1) - x), y};
    }

    const DensityGrid& grid_;
    double level_;
    Eigen::Index width_;
    std::vector<Neighbours> neighbours_;
};

}  // namespace

std::vector<ContourLine> contour_lines(const DensityGrid& grid, double level) {
    Crossings crossings(grid, level);
    const Eigen::MatrixXd& f = grid.density;
    for (Eigen::Index j = 0; j + 1 < f.cols(); ++j) {
        for (Eigen::Index i = 0; i + 1 < f.rows(); ++i) {
            // Corners counter-clockwise from the lower left, one bit each.
            const bool a = f(i, j) >= level;
            const bool b = f(i + 1, j) >= level;
            const bool c = f(i + 1, j + 1) >= level;
            const bool d = f(i, j + 1) >= level;
            if (a == b && b == c && c == d)
                continue;
            const auto bottom = crossings.across(i, j);
            const auto top = crossings.across(i, j + 1);
            const auto left = crossings.upwards(i, j);
            const auto right = crossings.upwards(i + 1, j);
            if (a == c && b == d) {
                const bool centre =
                    (f(i, j) + f(i + 1, j) + f(i + 1, j + 1) + f(i, j + 1)) / 4.0 >= level;
                // The centre joins the two corners on its side; lines cut off the other two.
                if (centre == a) {
                    crossings.join(bottom, right);
                    crossings.join(left, top);
                } else {
                    crossings.join(bottom, left);
                    crossings.join(right, top);
                }
                continue;
            }
            std::array<std::int64_t, 2> ends{};
            std::size_t count = 0;
            for (const auto& [edge, crossed] :
                 {std::pair{bottom, a != b}, {right, b != c}, {top, c != d}, {left, d != a}})
                if (crossed)
                    ends.at(count++) = edge;
            crossings.join(ends[0], ends[1]);
        }
    }
    return crossings.lines();
}

}  // namespace mixtura
