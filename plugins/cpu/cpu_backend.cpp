// SPDX-License-Identifier: Apache-2.0
#include "cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#include "gaussian_kernels.h"
#include "instruction_set.h"

using mixtura_cpu::GaussianKernels;
using mixtura_cpu::row_multiple;
using mixtura_cpu::tile_rows;
using mixtura_cpu::tile_stride;

namespace {

constexpr std::size_t cache_line = 64;

struct AlignedDelete {
    void operator()(double* memory) const {
        ::operator delete[](memory, std::align_val_t{cache_line});
    }
};
using AlignedArray = std::unique_ptr<double[], AlignedDelete>;

/// Uninitialised.
AlignedArray aligned_array(std::size_t size) {
    return AlignedArray(static_cast<double*>(::operator new[](
        std::max<std::size_t>(size, 1) * sizeof(double), std::align_val_t{cache_line})));
}

std::size_t rounded_up(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

/// Numbers of `whiten` and of the statistics of one component.
std::size_t whiten_size(std::size_t dim, uint32_t cov) {
    return cov == MXT_COV_FULL ? dim * (dim + 1) / 2 : dim;
}
std::size_t moments_size(std::size_t dim, uint32_t cov) {
    return 1 + dim + (cov == MXT_COV_FULL ? dim * (dim + 1) / 2 : dim);
}
std::size_t component_statistics_size(std::size_t dim, uint32_t cov, bool is_student) {
    constexpr std::size_t tail_size = 4;
    return moments_size(dim, cov) + (is_student ? tail_size : 0);
}

/// Flushes subnormal numbers to zero while it lives: responsibilities of far components would
/// otherwise slow the products by an order of magnitude.
class FlushSubnormals {
  public:
#if defined(__x86_64__)
    FlushSubnormals() : saved_(_mm_getcsr()) {
        _mm_setcsr(saved_ | 0x8040U);
    }
    ~FlushSubnormals() {
        _mm_setcsr(saved_);
    }
#else
    FlushSubnormals() = default;
    ~FlushSubnormals() = default;
#endif
    FlushSubnormals(const FlushSubnormals&) = delete;
    FlushSubnormals& operator=(const FlushSubnormals&) = delete;
    FlushSubnormals(FlushSubnormals&&) = delete;
    FlushSubnormals& operator=(FlushSubnormals&&) = delete;

#if defined(__x86_64__)
  private:
    unsigned saved_;
#endif
};

int32_t fail(mxt_error* error, int32_t code, const char* text) {
    if (error != nullptr) {
        error->code = code;
        error->native = 0;
        std::snprintf(error->text, sizeof error->text, "%s", text);
    }
    return code;
}

/// Runs `work` (which returns a code) behind the wall that no exception crosses.
template <class Work>
int32_t guarded(mxt_error* error, Work&& work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(error, MXT_E_OOM, "The computer's memory is full. Use fewer rows or columns.");
    } catch (...) {
        return fail(error, MXT_E_INTERNAL, "The CPU backend failed unexpectedly.");
    }
}

}  // namespace

struct mxt_context {
    mxt_host host{};
    const GaussianKernels* kernels = nullptr;
};

/// Rows padded with zeros of weight 0 to a multiple of `row_multiple`.
struct mxt_block {
    std::size_t capacity = 0;  ///< padded rows
    std::size_t rows = 0;
    std::size_t padded = 0;
    std::size_t stride = 0;
    std::size_t dim = 0;
    AlignedArray x;
    AlignedArray weight;
};

struct mxt_pass {
    mxt_context* context = nullptr;
    std::size_t dim = 0;
    std::size_t components = 0;
    uint32_t op = 0;
    uint32_t cov = 0;
    bool is_student = false;
    std::size_t statistics_size = 0;
    AlignedArray memory;  ///< all arrays below
    double* log_const = nullptr;
    double* mean = nullptr;
    double* whiten = nullptr;
    double* responsibility = nullptr;  ///< components x tile_stride
    double* log_density = nullptr;     ///< tile_rows
    double* scratch = nullptr;
    // Of Student-t components alone:
    double* dof = nullptr;
    double* dof_score = nullptr;
    double* log_term = nullptr;  ///< components x tile_stride
    double* share = nullptr;     ///< components x tile_stride
    AlignedArray slots[MXT_SLOT_COUNT];
};

namespace {

bool is_finite(const double* values, std::size_t count) {
    return std::all_of(values, values + count, [](double value) { return std::isfinite(value); });
}

bool is_student(const mxt_model& model) {
    return (model.flags & MXT_MODEL_STUDENT) != 0;
}

int32_t check_model(const mxt_model* model, mxt_error* error) {
    if (model == nullptr || model->struct_size < offsetof(mxt_model, dof) || model->dim == 0 ||
        model->components == 0 || model->log_const == nullptr || model->mean == nullptr ||
        model->whiten == nullptr ||
        (is_student(*model) && (model->struct_size < sizeof(mxt_model) || model->dof == nullptr ||
                                model->dof_score == nullptr)))
        return fail(error, MXT_E_ARG, "The model handed to the CPU backend is incomplete.");
    if ((model->flags & ~static_cast<uint32_t>(MXT_MODEL_STUDENT)) != 0 ||
        (model->op != MXT_OP_GMM && model->op != MXT_OP_SCORE) ||
        (model->cov != MXT_COV_FULL && model->cov != MXT_COV_DIAG) ||
        model->precision != MXT_PREC_F64)
        return fail(error, MXT_E_UNSUPPORTED,
                    "The CPU backend does Gaussian and Student-t passes with full or diagonal "
                    "covariances in double precision.");
    return MXT_OK;
}

int32_t device_count(uint32_t* count, mxt_error*) {
    *count = 1;
    return MXT_OK;
}

int32_t describe_device(uint32_t device, const GaussianKernels& kernels, mxt_device_info* info,
                        mxt_error* error) {
    if (device != 0)
        return fail(error, MXT_E_NO_DEVICE, "The CPU backend has one device, number 0.");
    if (info->struct_size < sizeof(mxt_device_info))
        return fail(error, MXT_E_ARG, "The host's mxt_device_info is too short.");
    const uint32_t size = info->struct_size;
    *info = mxt_device_info{};
    info->struct_size = size;
    info->flags = MXT_DEV_F64 | MXT_DEV_IS_CPU | MXT_DEV_SHARED_MEM | MXT_DEV_DETERMINISTIC |
                  MXT_DEV_CONCURRENT;
    info->ops_f64 = MXT_OP_GMM | MXT_OP_SCORE | MXT_OP_STUDENT;
    info->cov_f64 = (1U << MXT_COV_FULL) | (1U << MXT_COV_DIAG);
    std::snprintf(info->name, sizeof info->name, "CPU");
    std::snprintf(info->driver, sizeof info->driver, "x86-64-%s", kernels.level);
#if defined(__x86_64__)
    if (std::strcmp(kernels.level, "base") == 0)
        std::snprintf(info->driver, sizeof info->driver, "x86-64");
    unsigned brand[13] = {};
    bool named = static_cast<unsigned>(__get_cpuid_max(0x80000000U, nullptr)) >= 0x80000004U;
    unsigned* part = brand;
    for (unsigned leaf = 0x80000002U; named && leaf <= 0x80000004U; ++leaf, part += 4)
        named = __get_cpuid(leaf, part, part + 1, part + 2, part + 3) != 0;
    if (named) {
        std::memcpy(info->name, brand, sizeof brand - 4);
        // The processor pads its name with blanks.
        for (std::size_t end = std::strlen(info->name); end > 0 && info->name[end - 1] == ' ';)
            info->name[--end] = '\0';
    }
#else
    std::snprintf(info->driver, sizeof info->driver, "portable");
#endif
    return MXT_OK;
}

int32_t create_context(uint32_t device, const GaussianKernels& kernels, const mxt_host* host,
                       mxt_context** context, mxt_error* error) {
    return guarded(error, [&] {
        if (device != 0)
            return fail(error, MXT_E_NO_DEVICE, "The CPU backend has one device, number 0.");
        auto created = std::make_unique<mxt_context>();
        if (host != nullptr)
            std::memcpy(&created->host, host,
                        std::min<std::size_t>(host->struct_size, sizeof(mxt_host)));
        created->kernels = &kernels;
        *context = created.release();
        return static_cast<int32_t>(MXT_OK);
    });
}

void context_destroy(mxt_context* context) {
    delete context;
}

void fill(mxt_block& block, const mxt_block_desc& desc) {
    block.rows = desc.rows;
    block.padded = rounded_up(block.rows, row_multiple);
    for (std::size_t j = 0; j < block.dim; ++j) {
        double* column = block.x.get() + j * block.stride;
        std::copy_n(desc.x + j * desc.ldx, block.rows, column);
        std::fill(column + block.rows, column + block.padded, 0.0);
    }
    if (desc.weight != nullptr)
        std::copy_n(desc.weight, block.rows, block.weight.get());
    else
        std::fill_n(block.weight.get(), block.rows, 1.0);
    std::fill(block.weight.get() + block.rows, block.weight.get() + block.padded, 0.0);
}

int32_t block_create(mxt_context* context, const mxt_block_desc* desc, mxt_block** block,
                     mxt_error* error) {
    return guarded(error, [&] {
        if (context == nullptr || desc == nullptr || desc->struct_size < sizeof(mxt_block_desc) ||
            desc->rows == 0 || desc->dim == 0 || desc->x == nullptr || desc->ldx < desc->rows)
            return fail(error, MXT_E_ARG, "The block handed to the CPU backend is incomplete.");
        if (desc->precision != MXT_PREC_F64)
            return fail(error, MXT_E_UNSUPPORTED, "The CPU backend works in double precision.");
        auto created = std::make_unique<mxt_block>();
        created->dim = desc->dim;
        created->capacity = rounded_up(desc->rows, row_multiple);
        // The same rows of different columns must not compete for the same cache sets.
        created->stride = created->capacity + (created->capacity >= 4096 ? tile_stride : 0);
        created->x = aligned_array(created->stride * created->dim);
        created->weight = aligned_array(created->capacity);
        fill(*created, *desc);
        *block = created.release();
        return static_cast<int32_t>(MXT_OK);
    });
}

int32_t block_refill(mxt_block* block, const mxt_block_desc* desc, mxt_error* error) {
    if (block == nullptr || desc == nullptr || desc->struct_size < sizeof(mxt_block_desc) ||
        desc->rows == 0 || desc->dim != block->dim || desc->x == nullptr ||
        desc->ldx < desc->rows || rounded_up(desc->rows, row_multiple) > block->capacity ||
        desc->precision != MXT_PREC_F64)
        return fail(error, MXT_E_ARG, "The rows do not fit the block they are to refill.");
    fill(*block, *desc);
    return MXT_OK;
}

void block_destroy(mxt_block* block) {
    delete block;
}

int32_t stats_size(const mxt_model* model, uint64_t* count, mxt_error* error) {
    if (const int32_t code = check_model(model, error); code != MXT_OK)
        return code;
    *count = 1;
    if (model->op == MXT_OP_GMM)
        *count += model->components *
                  component_statistics_size(model->dim, model->cov, is_student(*model));
    return MXT_OK;
}

int32_t pass_begin(mxt_context* context, const mxt_model* model, mxt_pass** pass,
                   mxt_error* error) {
    return guarded(error, [&] {
        uint64_t count = 0;
        if (const int32_t code = stats_size(model, &count, error); code != MXT_OK)
            return code;
        const std::size_t dim = model->dim;
        const std::size_t components = model->components;
        const std::size_t whiten = components * whiten_size(dim, model->cov);
        if (!is_finite(model->log_const, components) || !is_finite(model->mean, components * dim) ||
            !is_finite(model->whiten, whiten) ||
            (is_student(*model) &&
             (!is_finite(model->dof, components) || !is_finite(model->dof_score, components))))
            return fail(error, MXT_E_NUMERIC, "The parameters of the pass are not all finite.");
        auto created = std::make_unique<mxt_pass>();
        created->context = context;
        created->dim = dim;
        created->components = components;
        created->op = model->op;
        created->cov = model->cov;
        created->is_student = is_student(*model);
        created->statistics_size = count;
        const std::size_t by_component = created->is_student ? components : 0;
        const std::size_t sizes[] = {components,
                                     components * dim,
                                     whiten,
                                     components * tile_stride,
                                     tile_rows,
                                     (dim + 1) * tile_stride,
                                     by_component,
                                     by_component,
                                     by_component * tile_stride,
                                     by_component * tile_stride};
        std::size_t total = 0;
        for (const std::size_t size : sizes) total += rounded_up(size, 8);
        created->memory = aligned_array(total);
        double* next = created->memory.get();
        double** parts[] = {
            &created->log_const,   &created->mean,    &created->whiten, &created->responsibility,
            &created->log_density, &created->scratch, &created->dof,    &created->dof_score,
            &created->log_term,    &created->share};
        for (std::size_t part = 0; part < std::size(sizes); ++part) {
            *parts[part] = next;
            next += rounded_up(sizes[part], 8);
        }
        std::copy_n(model->log_const, components, created->log_const);
        std::copy_n(model->mean, components * dim, created->mean);
        std::copy_n(model->whiten, whiten, created->whiten);
        if (created->is_student) {
            std::copy_n(model->dof, components, created->dof);
            std::copy_n(model->dof_score, components, created->dof_score);
        }
        *pass = created.release();
        return static_cast<int32_t>(MXT_OK);
    });
}

/// Asks the host whether to stop; called often enough to answer within a few milliseconds.
class Cancellation {
  public:
    Cancellation(const mxt_host& host, std::size_t work_per_call)
        : host_(host), step_(work_per_call) {}
    bool requested() {
        constexpr std::size_t work_between = 1U << 20U;  // multiply-adds
        done_ += step_;
        if (done_ < work_between || host_.cancelled == nullptr)
            return false;
        done_ = 0;
        return host_.cancelled(host_.self) != 0;
    }

  private:
    const mxt_host& host_;
    std::size_t step_;
    std::size_t done_ = 0;
};

/// The most responsible component of each row of a tile.
void label_rows(const mxt_pass& pass, std::size_t rows, int32_t* labels) {
    for (std::size_t i = 0; i < rows; ++i) {
        std::size_t best = 0;
        for (std::size_t k = 1; k < pass.components; ++k)
            if (pass.responsibility[k * tile_stride + i] >
                pass.responsibility[best * tile_stride + i])
                best = k;
        labels[i] = static_cast<int32_t>(best);
    }
}

/// Copies what the host wants of each row of the tile that begins at row `first`.
void write_rows(const mxt_pass& pass, std::size_t first, std::size_t rows, const mxt_row_out& out) {
    if (out.log_density != nullptr)
        std::copy_n(pass.log_density, rows, out.log_density + first);
    if (out.label != nullptr)
        label_rows(pass, rows, out.label + first);
    if (out.resp != nullptr)
        for (std::size_t k = 0; k < pass.components; ++k)
            std::copy_n(pass.responsibility + k * tile_stride, rows,
                        out.resp + k * out.ld_resp + first);
}

/// One tile: log densities, responsibilities, and the moments where the pass asks for them.
/// @return false where the host asked to stop
bool run_tile(mxt_pass& pass, const mxt_block& block, std::size_t first, double* statistics,
              const mxt_row_out* out, Cancellation& cancellation) {
    const GaussianKernels& kernels = *pass.context->kernels;
    const std::size_t dim = pass.dim;
    const std::size_t rows = std::min(tile_rows, block.padded - first);
    const double* x = block.x.get() + first;
    const double* weight = block.weight.get() + first;
    const bool full = pass.cov == MXT_COV_FULL;
    const std::size_t whiten_step = whiten_size(dim, pass.cov);
    for (std::size_t k = 0; k < pass.components; ++k) {
        const double* mean = pass.mean + k * dim;
        const double* whiten = pass.whiten + k * whiten_step;
        double* log_p = pass.responsibility + k * tile_stride;
        const double log_const = pass.is_student ? 0.0 : pass.log_const[k];
        if (full)
            kernels.log_density_full(x, block.stride, rows, dim, mean, whiten, log_const,
                                     pass.scratch, log_p);
        else
            kernels.log_density_diagonal(x, block.stride, rows, dim, mean, whiten, log_const,
                                         log_p);
        if (pass.is_student)
            kernels.student_log_density(rows, dim, pass.log_const[k], pass.dof[k], log_p,
                                        pass.log_term + k * tile_stride,
                                        pass.share + k * tile_stride);
        if (cancellation.requested())
            return false;
    }
    const double log_likelihood =
        kernels.normalise(pass.responsibility, rows, pass.components, weight, pass.log_density);
    statistics[pass.statistics_size - 1] += log_likelihood;
    if (out != nullptr)
        write_rows(pass, first, std::min(rows, block.rows - first), *out);
    if (pass.op != MXT_OP_GMM)
        return true;
    const std::size_t step = component_statistics_size(dim, pass.cov, pass.is_student);
    const auto moments = full ? kernels.moments_full : kernels.moments_diagonal;
    for (std::size_t k = 0; k < pass.components; ++k) {
        double* responsibility = pass.responsibility + k * tile_stride;
        double* own = statistics + k * step;
        if (pass.is_student)
            kernels.student_tails(rows, dim, pass.dof[k], pass.dof_score[k],
                                  pass.log_term + k * tile_stride, pass.share + k * tile_stride,
                                  weight, responsibility, own + moments_size(dim, pass.cov));
        moments(x, block.stride, rows, dim, pass.mean + k * dim, responsibility, weight,
                pass.scratch, own);
        if (cancellation.requested())
            return false;
    }
    return true;
}

int32_t pass_block(mxt_pass* pass, mxt_block* block, uint64_t slot, const mxt_row_out* out,
                   mxt_error* error) {
    return guarded(error, [&] {
        if (pass == nullptr || block == nullptr || slot >= MXT_SLOT_COUNT ||
            block->dim != pass->dim)
            return fail(error, MXT_E_ARG, "The block does not fit the pass it is handed to.");
        if (!pass->slots[slot])
            pass->slots[slot] = aligned_array(pass->statistics_size);
        double* statistics = pass->slots[slot].get();
        std::fill_n(statistics, pass->statistics_size, 0.0);
        const std::size_t work = tile_rows * whiten_size(pass->dim, pass->cov) + 4 * tile_rows;
        Cancellation cancellation(pass->context->host, work);
        const FlushSubnormals flush;
        for (std::size_t first = 0; first < block->padded; first += tile_rows)
            if (!run_tile(*pass, *block, first, statistics, out, cancellation))
                return fail(error, MXT_E_CANCELLED, "The pass was cancelled.");
        return static_cast<int32_t>(MXT_OK);
    });
}

int32_t pass_fetch(mxt_pass* pass, uint64_t slot, double* statistics, mxt_error* error) {
    if (pass == nullptr || slot >= MXT_SLOT_COUNT || !pass->slots[slot])
        return fail(error, MXT_E_ARG, "Nothing was computed in this slot of the pass.");
    std::copy_n(pass->slots[slot].get(), pass->statistics_size, statistics);
    return MXT_OK;
}

void pass_end(mxt_pass* pass) {
    delete pass;
}

// A C table has no place for a captured level: one pair of functions for each.
template <const GaussianKernels* (*Kernels)()>
struct Table {
    static int32_t device_info(uint32_t device, mxt_device_info* info, mxt_error* error) {
        return describe_device(device, *Kernels(), info, error);
    }
    static int32_t context_create(uint32_t device, const mxt_host* host, mxt_context** context,
                                  mxt_error* error) {
        return create_context(device, *Kernels(), host, context, error);
    }
    static constexpr mxt_api api = {
        sizeof(mxt_api), MXT_ABI_MAJOR, MXT_ABI_MINOR, "cpu",          MIXTURA_CPU_VERSION,
        "Apache-2.0",    device_count,  device_info,   context_create, context_destroy,
        block_create,    block_refill,  block_destroy, stats_size,     pass_begin,
        pass_block,      pass_fetch,    pass_end};
};

}  // namespace

namespace mixtura_cpu {

const mxt_api* backend_at_level(const char* level) {
    const GaussianKernels* kernels = kernels_of(level);
    if (kernels == nullptr)
        return nullptr;
#if defined(__x86_64__)
    if (kernels == gaussian_kernels_v4())
        return &Table<gaussian_kernels_v4>::api;
    if (kernels == gaussian_kernels_v3())
        return &Table<gaussian_kernels_v3>::api;
#endif
    return &Table<gaussian_kernels_base>::api;
}

}  // namespace mixtura_cpu

extern "C" const mxt_api* mixtura_cpu_backend_entry_v1(uint32_t host_abi_major) {
    if (host_abi_major != MXT_ABI_MAJOR)
        return nullptr;
    return mixtura_cpu::backend_at_level(mixtura_cpu::chosen_kernels().level);
}
