/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interface between the core and a compute backend: a versioned table of C functions. A backend
 * runs passes over blocks of rows and returns small statistics; nothing of a fit lives only on a
 * device. Valid C99, C11, C++20 and CUDA; this header is all that a plugin includes.
 *
 * A plugin is a shared library named mixtura-backend-*.so that exports exactly one symbol,
 * mxt_backend_entry_v1. No exception leaves a plugin. Every function that can fail returns an
 * MXT_ code and writes to `error` one sentence that a user can act on.
 *
 * Every input struct begins with struct_size = sizeof(the struct) as its writer knew it, and may
 * grow at its end. The host calls a function of mxt_api only where struct_size covers it.
 */
#ifndef MIXTURA_COMPUTE_BACKEND_ABI_H
#define MIXTURA_COMPUTE_BACKEND_ABI_H

/* This header is C: what clang-tidy would have instead is C++. */
/* NOLINTBEGIN(modernize-*, cppcoreguidelines-macro-usage, readability-*) */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MXT_ABI_MAJOR 1u /* a plugin of another major version is refused */
#define MXT_ABI_MINOR 0u /* raised when functions are appended to mxt_api */
#define MXT_ENTRY_NAME "mxt_backend_entry_v1"

/* Outcomes. */
enum {
    MXT_OK = 0,
    MXT_E_ARG = 1,
    MXT_E_UNSUPPORTED = 2,
    MXT_E_NO_DEVICE = 3,
    MXT_E_OOM = 4,
    MXT_E_DEVICE_LOST = 5,
    MXT_E_CANCELLED = 6,
    MXT_E_NUMERIC = 7,
    MXT_E_INTERNAL = 99
};

/* Arithmetic of a pass. */
enum { MXT_PREC_F64 = 1, MXT_PREC_MIXED = 2 };

/* Shape of the covariances of a Gaussian pass. */
enum { MXT_COV_FULL = 0, MXT_COV_TIED = 1, MXT_COV_DIAG = 2, MXT_COV_SPHERICAL = 3 };

/* Operations. GMM: statistics for one EM step. SCORE: log-likelihood and row outputs alone. */
enum {
    MXT_OP_GMM = 1u << 0,
    MXT_OP_SCORE = 1u << 1,
    MXT_OP_KMEANS = 1u << 2,
    MXT_OP_MINDIST = 1u << 3,
    MXT_OP_MOE = 1u << 4,
    MXT_OP_GRAM_APPLY = 1u << 5,
    MXT_OP_AFFINITY = 1u << 6,
    MXT_OP_STUDENT = 1u << 7 /* GMM and SCORE take models with MXT_MODEL_STUDENT */
};

/* What the components of a Gaussian pass are (mxt_model.flags); none set: Gaussian. */
enum { MXT_MODEL_STUDENT = 1u << 0 };

/* What a device is like. */
enum {
    MXT_DEV_F64 = 1u << 0,
    MXT_DEV_IS_CPU = 1u << 1,
    MXT_DEV_SHARED_MEM = 1u << 2,
    MXT_DEV_DETERMINISTIC = 1u << 3,
    MXT_DEV_CONCURRENT = 1u << 4 /* passes of one context may run on several threads at once */
};

/* Blocks of one pass whose results wait to be fetched: slots 0 .. MXT_SLOT_COUNT - 1. */
#define MXT_SLOT_COUNT 4u

typedef struct {
    int32_t code;   /* MXT_ code */
    int32_t native; /* code of the device's own library, or 0 */
    char text[504]; /* one sentence, UTF-8, zero-terminated */
} mxt_error;

typedef struct mxt_context mxt_context; /* a device in use */
typedef struct mxt_block mxt_block;     /* rows resident on a device */
typedef struct mxt_pass mxt_pass;       /* one set of parameters applied to blocks */

/* What a backend may call back, from any thread, as long as the context lives. */
typedef struct {
    uint32_t struct_size;
    void* self;                                    /* handed to the functions below */
    void (*log)(void* self, int32_t, const char*); /* may be NULL */
    int32_t (*cancelled)(void* self); /* not 0: end the pass with MXT_E_CANCELLED; may be NULL */
} mxt_host;

typedef struct {
    uint32_t struct_size, flags; /* MXT_DEV_ */
    uint64_t ops_f64, ops_mixed; /* MXT_OP_ offered in each precision, for any shape in cov_f64 */
    uint64_t mem_total, mem_free, max_alloc; /* bytes; 0: unknown */
    uint32_t max_dim, max_components;        /* 0: no limit */
    double peak_f64, peak_f32, bandwidth;    /* flop/s, byte/s; 0: unknown */
    char name[128], driver[64];              /* of a CPU: the instruction set level */
    uint32_t cov_f64, cov_mixed;             /* bit 1 << MXT_COV_... for each shape offered */
} mxt_device_info;

/* Rows to be made resident; copied by block_create. */
typedef struct {
    uint32_t struct_size, n_extra;
    uint64_t rows, ldx; /* column-major: x[j * ldx + i] */
    uint32_t dim, precision;
    const double *x, *extra; /* centred and scaled by the core */
    const double* weight;    /* `rows` of them >= 0, or NULL for all one */
} mxt_block_desc;

/*
 * Parameters of a pass, in host memory, double, copied by pass_begin.
 * whiten, one after the other for each component:
 *   FULL       W = L^-1, packed lower by rows, d (d + 1) / 2 numbers, where Sigma = L L'
 *   TIED       the same, once for all components
 *   DIAG       1 / sd, d numbers
 *   SPHERICAL  1 / sd, one number
 * The log density of component k at x is log_const[k] - |W_k (x - mean_k)|^2 / 2, and with
 * MXT_MODEL_STUDENT log_const[k] - (dof[k] + dim) / 2 log(1 + |W_k (x - mean_k)|^2 / dof[k]).
 * W_k may be zero: the density of such a component is the same everywhere.
 */
typedef struct {
    uint32_t struct_size, op, cov, precision, dim, components, n_extra, flags;
    const double *log_const, *mean; /* mean: components x dim, row after row */
    const double *whiten, *gate, *expert;
    const double* dof;       /* MXT_MODEL_STUDENT: degrees of freedom, `components` of them > 0 */
    const double* dof_score; /* the same: constant c of the score a below, `components` of them */
} mxt_model;

/* Optional outputs by row of the block; NULL: not wanted. */
typedef struct {
    uint32_t struct_size, reserved;
    double* log_density;
    int32_t* label; /* 0-based; the first of equals */
    double* resp;   /* column-major, rows x components, rows sum to 1 */
    uint64_t ld_resp;
} mxt_row_out;

/*
 * Statistics of MXT_OP_GMM, with r = weight * responsibility and y = x - mean_k (current mean):
 * for each component s0 = sum r; s1 = sum r y (dim); then FULL: S2 = sum r y y', packed lower by
 * rows; DIAG: sum r y_j^2 (dim); SPHERICAL: sum r |y|^2; TIED: nothing more. The last number is
 * the log-likelihood, sum of weight * log density. MXT_OP_SCORE returns the log-likelihood alone.
 *
 * With MXT_MODEL_STUDENT, write D = |W_k y|^2, n = dof[k], v = n / (n + D), u = (n + dim) / (n + D):
 * s0, s1, S2 are sums of r u, r u y, r u y y' (and so on), and four numbers follow those of each
 * component: sum r; sum r log(1 + D / n); sum r v^2; sum r (1 - responsibility) a^2 with the score
 * a = c - log(1 + D / n) / 2 + (n + dim) / (2 n) (1 - v).
 */
typedef struct {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    const char *id, *version, *license;
    int32_t (*device_count)(uint32_t*, mxt_error*);
    int32_t (*device_info)(uint32_t, mxt_device_info*, mxt_error*);
    int32_t (*context_create)(uint32_t dev, const mxt_host*, mxt_context**, mxt_error*);
    void (*context_destroy)(mxt_context*); /* accepts NULL */
    int32_t (*block_create)(mxt_context*, const mxt_block_desc*, mxt_block**, mxt_error*);
    int32_t (*block_refill)(mxt_block*, const mxt_block_desc*, mxt_error*); /* rows <= the first */
    void (*block_destroy)(mxt_block*);                                      /* accepts NULL */
    int32_t (*stats_size)(const mxt_model*, uint64_t* n_doubles, mxt_error*);
    int32_t (*pass_begin)(mxt_context*, const mxt_model*, mxt_pass**, mxt_error*);
    /* May return before the work is done; the slot must have been fetched since its last use. */
    int32_t (*pass_block)(mxt_pass*, mxt_block*, uint64_t slot, const mxt_row_out*, mxt_error*);
    int32_t (*pass_fetch)(mxt_pass*, uint64_t slot, double* stats, mxt_error*); /* waits */
    void (*pass_end)(mxt_pass*);                                                /* accepts NULL */
} mxt_api;

/* The one export of a plugin; NULL if it cannot serve a host of this major version. */
typedef const mxt_api* (*mxt_backend_entry)(uint32_t host_abi_major);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-*, cppcoreguidelines-macro-usage, readability-*) */

#endif
