// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/row_passes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/backend.h"
#include "mixtura/compute/reduction_tree.h"
#include "mixtura/linalg/student_t.h"

namespace mixtura::compute {

namespace {

constexpr double log_two_pi = 1.8378770664093454835606594728112;
/// Values up to here have squares that can be summed.
constexpr double value_limit = 1e150;

std::int32_t stop_requested(void* stop) {
    return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

/// The power of two nearest to the standard deviation in the logarithm; 1 where it is zero.
double power_of_two_near(double standard_deviation) {
    if (!(standard_deviation > 0.0))
        return 1.0;
    return std::ldexp(
        1.0, std::clamp(static_cast<int>(std::lround(std::log2(standard_deviation))), -500, 500));
}

/// Numbers of a packed lower triangle.
std::size_t triangle(std::size_t dim) {
    return dim * (dim + 1) / 2;
}

/// L^-1 diag(scale), packed lower by rows, by forward substitution row by row.
void whiten_full(const Eigen::MatrixXd& factor, const Eigen::VectorXd& scale, double* packed) {
    const Eigen::Index dim = factor.rows();
    for (Eigen::Index i = 0; i < dim; ++i) {
        double* row = packed + triangle(static_cast<std::size_t>(i));
        std::fill(row, row + i + 1, 0.0);
        for (Eigen::Index m = 0; m < i; ++m) {
            const double* other = packed + triangle(static_cast<std::size_t>(m));
            const double multiplier = factor(i, m);
            for (Eigen::Index j = 0; j <= m; ++j) row[j] -= multiplier * other[j];
        }
        row[i] = 1.0;
        const double inverse = 1.0 / factor(i, i);
        for (Eigen::Index j = 0; j <= i; ++j) row[j] *= inverse;
    }
    for (Eigen::Index i = 0; i < dim; ++i) {
        double* row = packed + triangle(static_cast<std::size_t>(i));
        for (Eigen::Index j = 0; j <= i; ++j) row[j] *= scale[j];
    }
}

/// A component of weight 0 keeps a finite log density that no other falls below.
double log_weight(double weight) {
    return weight == 0.0 ? -1e290 : std::log(weight);
}

/// Parameters in the scaled coordinates of the blocks, laid out for the C table.
struct ScaledModel {
    std::vector<double> numbers;  ///< log_const, mean, whiten; of Student-t dof, dof_score
    mxt_model model{};

    ScaledModel(const GaussianParameters& parameters, const Eigen::VectorXd& centre,
                const Eigen::VectorXd& scale, std::uint32_t op) {
        const auto components = static_cast<std::size_t>(parameters.mixing_weights.size());
        const auto dim = static_cast<std::size_t>(parameters.means.cols());
        const bool full = parameters.shape == GaussianParameters::Shape::full;
        const std::size_t step = full ? triangle(dim) : dim;
        const bool student = parameters.degrees_of_freedom.size() > 0;
        const auto groups = static_cast<std::size_t>(parameters.group_count());
        numbers.resize(groups * (1 + dim + step + (student ? 2 : 0)));
        double* log_const = numbers.data();
        double* mean = log_const + groups;
        double* whiten = mean + groups * dim;
        double* dof = whiten + groups * step;
        double* dof_score = dof + groups;
        for (std::size_t k = 0; k < components; ++k) {
            const auto row = static_cast<Eigen::Index>(k);
            const Eigen::MatrixXd& factor = parameters.covariance_factors[k];
            double log_determinant = 0.0;
            for (std::size_t j = 0; j < dim; ++j) {
                const auto column = static_cast<Eigen::Index>(j);
                mean[k * dim + j] =
                    (parameters.means(row, column) - centre[column]) / scale[column];
                log_determinant += std::log(full ? factor(column, column) : factor(column, 0));
            }
            if (full)
                whiten_full(factor, scale, whiten + k * step);
            else
                for (std::size_t j = 0; j < dim; ++j) {
                    const auto column = static_cast<Eigen::Index>(j);
                    whiten[k * step + j] = scale[column] / factor(column, 0);
                }
            const auto size = static_cast<double>(dim);
            double log_centre = -0.5 * size * log_two_pi;
            if (student) {
                dof[k] = parameters.degrees_of_freedom[row];
                dof_score[k] = student_log_centre_slope(dof[k], size);
                log_centre = student_log_centre(dof[k], size);
            }
            log_const[k] =
                log_weight(parameters.mixing_weights[row]) + log_centre - log_determinant;
        }
        if (parameters.noise) {  // its mean, whitening and degrees of freedom stay 0, 0 and 1
            log_const[components] =
                log_weight(parameters.noise->weight) + parameters.noise->log_density;
            if (student)
                dof[components] = 1.0;
        }
        model.struct_size = sizeof model;
        model.op = op;
        model.cov = full ? MXT_COV_FULL : MXT_COV_DIAG;
        model.precision = MXT_PREC_F64;
        model.dim = static_cast<std::uint32_t>(dim);
        model.components = static_cast<std::uint32_t>(groups);
        model.log_const = log_const;
        model.mean = mean;
        model.whiten = whiten;
        if (student) {
            model.flags = MXT_MODEL_STUDENT;
            model.dof = dof;
            model.dof_score = dof_score;
        }
    }
};

/// S2 - s0 delta delta' in the data's units; `packed` holds the lower triangle of S2 by rows.
Eigen::MatrixXd full_scatter(const double* packed, double mass, const Eigen::VectorXd& delta,
                             const Eigen::VectorXd& scale) {
    const Eigen::Index dim = delta.size();
    Eigen::MatrixXd scatter(dim, dim);
    for (Eigen::Index i = 0; i < dim; ++i) {
        for (Eigen::Index j = 0; j <= i; ++j)
            scatter(i, j) = scatter(j, i) =
                (*packed++ - mass * delta[i] * delta[j]) * scale[i] * scale[j];
        scatter(i, i) = std::max(scatter(i, i), 0.0);
    }
    return scatter;
}

/// Its diagonal alone, from the diagonal of S2.
Eigen::MatrixXd diagonal_scatter(const double* squares, double mass, const Eigen::VectorXd& delta,
                                 const Eigen::VectorXd& scale) {
    Eigen::MatrixXd scatter(delta.size(), 1);
    for (Eigen::Index j = 0; j < delta.size(); ++j)
        scatter(j, 0) =
            std::max((squares[j] - mass * delta[j] * delta[j]) * scale[j] * scale[j], 0.0);
    return scatter;
}

/// Adds what the four numbers behind a component's moments say of its tails (backend_abi.h).
/// @param weight_sum  sum of r u
void add_tails(const double* sums, double weight_sum, double nu, double dim, TailStatistics& tails,
               Eigen::Index k) {
    const double mass = sums[0];
    const double shares = weight_sum * nu / (nu + dim);  // sum of r v
    const double ratio = (nu + dim) / nu;
    tails.weight_sums[k] = weight_sum;
    tails.scores[k] =
        student_log_centre_slope(nu, dim) * mass - 0.5 * sums[1] + 0.5 * ratio * (mass - shares);
    tails.curvatures[k] = student_log_centre_curvature(nu, dim) * mass + (mass - shares) / nu -
                          0.5 * ratio / nu * (mass - sums[2]) + sums[3];
}

/// Moments about the means of the pass, in scaled coordinates, turned into moments about the new
/// means in the data's units: mu' = mu + delta, W = S2 - s0 delta delta', delta = s1 / s0.
GaussianStatistics unscaled(const std::vector<double>& statistics,
                            const GaussianParameters& parameters, const Eigen::VectorXd& scale) {
    const Eigen::Index components = parameters.mixing_weights.size();
    const Eigen::Index dim = parameters.means.cols();
    const bool full = parameters.shape == GaussianParameters::Shape::full;
    const auto scatter_of = full ? full_scatter : diagonal_scatter;
    const auto size = static_cast<std::size_t>(dim);
    const std::size_t moments = 1 + size + (full ? triangle(size) : size);
    const bool student = parameters.degrees_of_freedom.size() > 0;
    const std::size_t step = moments + (student ? 4 : 0);
    GaussianStatistics result;
    result.log_likelihood = statistics.back();
    result.masses.resize(components);
    result.means = parameters.means;
    result.scatters.reserve(static_cast<std::size_t>(components));
    if (student) {
        result.tails.weight_sums.resize(components);
        result.tails.scores.resize(components);
        result.tails.curvatures.resize(components);
    }
    Eigen::VectorXd delta(dim);
    for (Eigen::Index k = 0; k < components; ++k) {
        const double* part = statistics.data() + static_cast<std::size_t>(k) * step;
        const double mass = part[0];
        result.masses[k] = mass;
        if (student) {
            result.masses[k] = part[moments];
            add_tails(part + moments, mass, parameters.degrees_of_freedom[k],
                      static_cast<double>(dim), result.tails, k);
        }
        for (Eigen::Index j = 0; j < dim; ++j) {
            delta[j] = mass > 0.0 ? part[1 + j] / mass : 0.0;
            result.means(k, j) += scale[j] * delta[j];
        }
        result.scatters.push_back(scatter_of(part + 1 + dim, mass, delta, scale));
    }
    if (parameters.noise)
        result.noise_mass =
            statistics[static_cast<std::size_t>(components) * step + (student ? moments : 0)];
    return result;
}

[[noreturn]] void refuse_value(const MatrixRef& observations, Eigen::Index column) {
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
        const double value = observations(row, column);
        if (std::abs(value) <= value_limit)
            continue;
        const std::string place =
            "row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1);
        if (!std::isfinite(value))
            throw InvalidArgument("The observation in " + place +
                                  " is not a finite number. Leave such rows out.");
        throw InvalidArgument("The observation in " + place +
                              " is larger than 1e150, so that its square overflows. Use a smaller "
                              "unit of measurement.");
    }
    throw InvalidArgument("A column of the observations cannot be summed.");
}

void check_arguments(const MatrixRef& observations, const VectorRef& weights) {
    if (observations.rows() == 0 || observations.cols() == 0)
        throw InvalidArgument("There are no observations: " + std::to_string(observations.rows()) +
                              " rows, " + std::to_string(observations.cols()) + " columns.");
    if (weights.size() != 0 && weights.size() != observations.rows())
        throw InvalidArgument("There are " + std::to_string(weights.size()) +
                              " observation weights for " + std::to_string(observations.rows()) +
                              " observations.");
    for (Eigen::Index i = 0; i < weights.size(); ++i)
        if (!(weights[i] >= 0.0) || !std::isfinite(weights[i]))
            throw InvalidArgument("The weight of observation " + std::to_string(i + 1) +
                                  " is negative or not finite.");
}

void check_parameters(const GaussianParameters& parameters, Eigen::Index dim) {
    const Eigen::Index components = parameters.mixing_weights.size();
    const bool full = parameters.shape == GaussianParameters::Shape::full;
    bool fits = components > 0 && parameters.means.rows() == components &&
                parameters.means.cols() == dim &&
                parameters.covariance_factors.size() == static_cast<std::size_t>(components);
    for (std::size_t k = 0; fits && k < parameters.covariance_factors.size(); ++k) {
        const Eigen::MatrixXd& factor = parameters.covariance_factors[k];
        fits = factor.rows() == dim && factor.cols() == (full ? dim : 1);
    }
    const Eigen::VectorXd& nu = parameters.degrees_of_freedom;
    fits = fits && (nu.size() == 0 || (nu.size() == components && nu.minCoeff() > 0.0));
    if (parameters.noise)
        fits = fits && parameters.noise->weight >= 0.0;
    if (!fits)
        throw InvalidArgument("The parameters of the mixture do not fit each other or the " +
                              std::to_string(dim) + " columns of the observations.");
}

}  // namespace

struct RowPasses::State {
    Eigen::Index row_count = 0;
    Eigen::Index feature_count = 0;
    Eigen::VectorXd centre;
    Eigen::VectorXd scale;
    std::stop_token stop;
    int thread_count = 1;
    std::optional<Backend> backend;
    Context context;
    std::vector<Block> blocks;
    std::mutex exclusive;  ///< held by a pass on a device that takes one at a time

    State(const MatrixRef& observations, const FitControl& control)
        : row_count(observations.rows()),
          feature_count(observations.cols()),
          centre(observations.cols()),
          scale(observations.cols()),
          stop(control.stop),
          thread_count(control.thread_count > 0 ? control.thread_count
                                                : oneapi::tbb::info::default_concurrency()),
          backend(control.backend != nullptr ? *control.backend : cpu_backend()) {
        mxt_host host{};
        host.struct_size = sizeof host;
        host.self = &stop;
        host.cancelled = stop_requested;
        context = open_context(*backend, host);
    }

    /// Runs `work(0)` ... `work(count - 1)` on up to `thread_count` threads.
    void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) const {
        if (count <= 1 || thread_count == 1) {
            for (std::size_t i = 0; i < count; ++i) work(i);
            return;
        }
        // More threads than cores would gain nothing, and TBB would print a warning.
        oneapi::tbb::task_arena arena(
            std::min(thread_count, oneapi::tbb::info::default_concurrency()));
        arena.execute([&] {
            oneapi::tbb::parallel_for(std::size_t{0}, count, work,
                                      oneapi::tbb::simple_partitioner());
        });
    }

    /// @throw BackendError  the backend has no passes for such components
    void require_offered(const GaussianParameters& parameters) const {
        if (parameters.degrees_of_freedom.size() > 0 &&
            (backend->info().ops_f64 & MXT_OP_STUDENT) == 0)
            throw BackendError("The backend " + backend->name() +
                               " has no passes for Student-t components; use the backend cpu.");
    }

    /// One pass at a time where the device demands it.
    std::unique_lock<std::mutex> lock_device() {
        return backend->is_concurrent() ? std::unique_lock<std::mutex>()
                                        : std::unique_lock<std::mutex>(exclusive);
    }

    void standardise_column(const MatrixRef& observations, Eigen::Index column);
    void load_rows(const MatrixRef& observations, const VectorRef& weights);
    std::vector<double> run(const ScaledModel& scaled, const GaussianRowOutputs& outputs) const;
    std::vector<double> run_blocks(const ScaledModel& scaled, const GaussianRowOutputs& outputs,
                                   std::size_t first, std::size_t last, ReductionTree* tree) const;
};

/// Two passes: the mean, then the deviations from it.
void RowPasses::State::standardise_column(const MatrixRef& observations, Eigen::Index column) {
    const double* values = observations.col(column).data();
    double sum = 0.0;
    double largest = 0.0;
    for (Eigen::Index i = 0; i < row_count; ++i) {
        sum += values[i];
        largest = std::max(largest, std::abs(values[i]));
    }
    if (!std::isfinite(sum) || largest > value_limit)
        refuse_value(observations, column);
    const double mean = sum / static_cast<double>(row_count);
    double squares = 0.0;
    for (Eigen::Index i = 0; i < row_count; ++i) {
        const double deviation = values[i] - mean;
        squares += deviation * deviation;
    }
    centre[column] = mean;
    scale[column] = power_of_two_near(std::sqrt(squares / static_cast<double>(row_count)));
}

void RowPasses::State::load_rows(const MatrixRef& observations, const VectorRef& weights) {
    const auto dim = static_cast<std::size_t>(feature_count);
    const auto rows = static_cast<std::size_t>(row_count);
    const std::size_t block_count = (rows + block_rows - 1) / block_rows;
    blocks.resize(block_count);
    const auto load = [&](std::size_t b) {
        if (stop.stop_requested())
            throw Cancelled{};
        const std::size_t first = b * block_rows;
        const std::size_t size = std::min(block_rows, rows - first);
        std::vector<double> scaled(size * dim);
        for (std::size_t j = 0; j < dim; ++j) {
            const auto column = static_cast<Eigen::Index>(j);
            const double* values = observations.col(column).data() + first;
            const double shift = centre[column];
            const double factor = 1.0 / scale[column];  // a power of two: exact
            double* out = scaled.data() + j * size;
            for (std::size_t i = 0; i < size; ++i) out[i] = (values[i] - shift) * factor;
        }
        mxt_block_desc desc{};
        desc.struct_size = sizeof desc;
        desc.rows = size;
        desc.ldx = size;
        desc.dim = static_cast<std::uint32_t>(dim);
        desc.precision = MXT_PREC_F64;
        desc.x = scaled.data();
        desc.weight = weights.size() == 0 ? nullptr : weights.data() + first;
        blocks[b] = load_block(*backend, *context, desc);
    };
    if (backend->is_concurrent())
        in_parallel(block_count, load);
    else
        for (std::size_t b = 0; b < block_count; ++b) load(b);
}

/// Blocks `first` .. `last` with one pass object. Returns the statistics of a single block;
/// those of several go to `tree`.
std::vector<double> RowPasses::State::run_blocks(const ScaledModel& scaled,
                                                 const GaussianRowOutputs& outputs,
                                                 std::size_t first, std::size_t last,
                                                 ReductionTree* tree) const {
    const Pass pass = begin_pass(*backend, *context, scaled.model);
    const std::size_t size = statistics_size(*backend, scaled.model);
    const bool by_row = outputs.log_densities != nullptr || outputs.responsibilities != nullptr;
    for (std::size_t b = first; b < last; ++b) {
        if (stop.stop_requested())
            throw Cancelled{};
        mxt_row_out rows{};
        rows.struct_size = sizeof rows;
        if (outputs.log_densities != nullptr)
            rows.log_density = outputs.log_densities->data() + b * block_rows;
        if (outputs.responsibilities != nullptr) {
            rows.resp = outputs.responsibilities->data() + b * block_rows;
            rows.ld_resp = static_cast<std::uint64_t>(row_count);
        }
        std::vector<double> statistics(size);
        run_block(*backend, *pass, *blocks[b], by_row ? &rows : nullptr, statistics.data());
        if (tree == nullptr)
            return statistics;
        tree->add_block(b, std::move(statistics));
    }
    return {};
}

std::vector<double> RowPasses::State::run(const ScaledModel& scaled,
                                          const GaussianRowOutputs& outputs) const {
    if (blocks.size() == 1 && backend->is_concurrent())
        return run_blocks(scaled, outputs, 0, 1, nullptr);
    const std::size_t workers =
        backend->is_concurrent() ? std::min(blocks.size(), static_cast<std::size_t>(thread_count))
                                 : 1;
    std::vector<ReductionTree> trees(workers);
    in_parallel(workers, [&](std::size_t worker) {
        run_blocks(scaled, outputs, worker * blocks.size() / workers,
                   (worker + 1) * blocks.size() / workers, &trees[worker]);
    });
    for (std::size_t worker = 1; worker < workers; ++worker)
        trees.front().append(std::move(trees[worker]));
    return std::move(trees.front()).total();
}

RowPasses::RowPasses(const MatrixRef& observations, const VectorRef& weights,
                     const FitControl& control) {
    check_arguments(observations, weights);
    state_ = std::make_unique<State>(observations, control);
    const auto dim = static_cast<std::size_t>(observations.cols());
    const auto standardise = [&](std::size_t column) {
        if (state_->stop.stop_requested())
            throw Cancelled{};
        state_->standardise_column(observations, static_cast<Eigen::Index>(column));
    };
    if (static_cast<std::size_t>(observations.rows()) <= block_rows)
        for (std::size_t column = 0; column < dim; ++column) standardise(column);
    else
        state_->in_parallel(dim, standardise);
    state_->load_rows(observations, weights);
}

RowPasses::~RowPasses() = default;
RowPasses::RowPasses(RowPasses&&) noexcept = default;
RowPasses& RowPasses::operator=(RowPasses&&) noexcept = default;

Eigen::Index RowPasses::row_count() const noexcept {
    return state_->row_count;
}

Eigen::Index RowPasses::feature_count() const noexcept {
    return state_->feature_count;
}

GaussianStatistics RowPasses::gaussian_statistics(const GaussianParameters& parameters) const {
    check_parameters(parameters, state_->feature_count);
    state_->require_offered(parameters);
    const ScaledModel scaled(parameters, state_->centre, state_->scale, MXT_OP_GMM);
    const auto lock = state_->lock_device();
    return unscaled(state_->run(scaled, {}), parameters, state_->scale);
}

double RowPasses::gaussian_rows(const GaussianParameters& parameters,
                                const GaussianRowOutputs& outputs) const {
    check_parameters(parameters, state_->feature_count);
    state_->require_offered(parameters);
    if (outputs.log_densities != nullptr)
        outputs.log_densities->resize(state_->row_count);
    if (outputs.responsibilities != nullptr)
        outputs.responsibilities->resize(state_->row_count, parameters.group_count());
    const ScaledModel scaled(parameters, state_->centre, state_->scale, MXT_OP_SCORE);
    const auto lock = state_->lock_device();
    return state_->run(scaled, outputs).back();
}

}  // namespace mixtura::compute
