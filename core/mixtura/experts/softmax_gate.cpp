// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/softmax_gate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Cholesky>

#include "mixtura/experts/experts_model.h"
#include "mixtura/experts/row_blocks.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The coordinates of gate_curvature as (K - 1) x q coefficients.
MatrixXd as_rows(const VectorXd& coordinates, Index q) {
    return coordinates.reshaped(q, coordinates.size() / q).transpose();
}

VectorXd newton_direction(const GateCurvature& at) {
    const Index size = at.gradient.size();
    double guard = 0.0;
    const double scale = at.information.trace() / static_cast<double>(size);
    for (int attempt = 0; attempt < 12; ++attempt) {
        MatrixXd guarded = at.information;
        guarded.diagonal().array() += guard;
        const Eigen::LLT<MatrixXd> factored(guarded);
        if (factored.info() == Eigen::Success) {
            VectorXd direction = factored.solve(at.gradient);
            if (direction.allFinite())
                return direction;
        }
        guard = guard > 0.0 ? 10.0 * guard : 1e-10 * scale;
    }
    return VectorXd::Zero(size);
}

/// A + (S + (S1)1') 2 with S = (W'W)^-1 [g_1 ... g_{K-1}]; with a ridge the bound is solved whole.
MatrixXd bound_step(const MatrixRef& gate_design, const VectorRef& weights,
                    const MatrixRef& coefficients, const VectorXd& gradient, double ridge) {
    const Index q = gate_design.cols();
    const Index blocks = coefficients.rows();
    const MatrixXd gram =
        gate_design.transpose() * (gate_design.array().colwise() * weights.array()).matrix();
    if (ridge == 0.0) {
        const MatrixXd s = gram.llt().solve(gradient.reshaped(q, blocks));
        const VectorXd row_sums = s.rowwise().sum();
        return coefficients + 2.0 * (s.colwise() + row_sums).transpose();
    }
    MatrixXd bound(q * blocks, q * blocks);
    const double share = 1.0 / static_cast<double>(blocks + 1);
    for (Index k = 0; k < blocks; ++k)
        for (Index l = 0; l < blocks; ++l)
            bound.block(k * q, l * q, q, q) = 0.5 * ((k == l ? 1.0 : 0.0) - share) * gram;
    bound.diagonal().array() += ridge;
    return coefficients + as_rows(bound.llt().solve(gradient), q);
}

}  // namespace

GateCurvature gate_curvature(const MatrixRef& gate_design, const MatrixRef& responsibilities,
                             const VectorRef& weights, const MatrixRef& coefficients, double ridge,
                             bool with_information, const std::stop_token& stop) {
    const Index n = gate_design.rows();
    const Index q = gate_design.cols();
    const Index blocks = coefficients.rows();
    std::vector<GateCurvature> parts(static_cast<std::size_t>(row_block_count(n)));
    for_each_row_block(n, stop, [&](Index block, Index first, Index count) {
        const auto w = gate_design.middleRows(first, count);
        const auto r = responsibilities.middleRows(first, count).array();
        const auto case_weights = weights.segment(first, count).array();
        const MatrixXd log_pi = log_gate_probabilities(w, coefficients);
        const MatrixXd pi = log_pi.array().exp();
        GateCurvature& part = parts[static_cast<std::size_t>(block)];
        part.value = ((r * log_pi.array()).rowwise().sum() * case_weights).sum();
        const MatrixXd excess = ((r - pi.array()).colwise() * case_weights).leftCols(blocks);
        part.gradient = (w.transpose() * excess).reshaped();
        if (!with_information)
            return;
        part.information.resize(q * blocks, q * blocks);
        for (Index k = 0; k < blocks; ++k) {
            for (Index l = 0; l <= k; ++l) {
                const Eigen::ArrayXd d =
                    case_weights * pi.col(k).array() * ((k == l ? 1.0 : 0.0) - pi.col(l).array());
                const MatrixXd scaled = w.array().colwise() * d;
                part.information.block(k * q, l * q, q, q).noalias() = w.transpose() * scaled;
            }
        }
    });
    GateCurvature sum = std::move(parts.front());
    for (std::size_t b = 1; b < parts.size(); ++b) {
        sum.value += parts[b].value;
        sum.gradient += parts[b].gradient;
        if (with_information)
            sum.information += parts[b].information;
    }
    sum.value -= 0.5 * ridge * coefficients.squaredNorm();
    sum.gradient -= ridge * coefficients.transpose().reshaped();
    if (with_information) {
        sum.information.triangularView<Eigen::StrictlyUpper>() = sum.information.transpose();
        sum.information.diagonal().array() += ridge;
    }
    return sum;
}

MatrixXd fitted_gate(const MatrixRef& gate_design, const MatrixRef& responsibilities,
                     const VectorRef& weights, const MatrixRef& coefficients, GateSolver solver,
                     double ridge, int step_limit, const std::stop_token& stop) {
    const Index q = gate_design.cols();
    MatrixXd current = coefficients;
    if (current.rows() == 0)
        return current;
    if (q == 1 && ridge == 0.0 && solver == GateSolver::newton) {
        const VectorXd masses = responsibilities.transpose() * weights;
        current.col(0) = (masses.head(current.rows()) / masses[current.rows()]).array().log();
        return current;
    }
    const auto curvature = [&](const MatrixXd& at, bool with_information) {
        return gate_curvature(gate_design, responsibilities, weights, at, ridge, with_information,
                              stop);
    };
    if (solver == GateSolver::bound)
        return bound_step(gate_design, weights, current, curvature(current, false).gradient, ridge);
    for (int step = 0; step < step_limit; ++step) {
        const GateCurvature at = curvature(current, true);
        const VectorXd direction = newton_direction(at);
        const double gain = at.gradient.dot(direction);
        const MatrixXd change = as_rows(direction, q);
        // So near the maximum the whole step squares the distance to it, and is the last.
        if (!(gain > 1e-12 * std::max(1.0, std::abs(at.value))))
            return gain > 0.0 ? MatrixXd(current + change) : current;
        double length = 1.0;
        while (length >= 1e-10 && !(curvature(current + length * change, false).value >=
                                    at.value + 1e-4 * length * gain))
            length *= 0.5;
        if (length < 1e-10) {
            const MatrixXd bounded = bound_step(gate_design, weights, current, at.gradient, ridge);
            return curvature(bounded, false).value > at.value ? bounded : current;
        }
        current += length * change;
    }
    return current;
}

}  // namespace mixtura::experts
