// SPDX-License-Identifier: Apache-2.0
// A backend that does nothing, compiled with one of the macros below into plugins that the loader
// must accept or refuse with a reason.
#include <cstdio>
#include <cstring>

#include "mixtura/compute/backend_abi.h"

namespace {

int32_t refuse(mxt_error* error, int32_t code, const char* text) {
    error->code = code;
    std::snprintf(error->text, sizeof error->text, "%s", text);
    return code;
}

int32_t device_count(uint32_t* count, mxt_error* error) {
#ifdef SMALL_PLUGIN_WITHOUT_DEVICE
    *count = 0;
    return refuse(error, MXT_E_NO_DEVICE, "There is no driver for the sample device.");
#else
    static_cast<void>(error);
    *count = 2;
    return MXT_OK;
#endif
}

int32_t device_info(uint32_t device, mxt_device_info* info, mxt_error*) {
    info->flags = MXT_DEV_F64;
    info->ops_f64 = MXT_OP_SCORE;
    info->cov_f64 = 1u << MXT_COV_DIAG;
    info->mem_total = 1000;
    std::snprintf(info->name, sizeof info->name, "Sample device %u", device);
    std::snprintf(info->driver, sizeof info->driver, "sample 1.0");
    return MXT_OK;
}

int32_t context_create(uint32_t, const mxt_host*, mxt_context**, mxt_error* error) {
    return refuse(error, MXT_E_OOM, "The sample device has no memory at all.");
}
void context_destroy(mxt_context*) {}
int32_t block_create(mxt_context*, const mxt_block_desc*, mxt_block**, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
int32_t block_refill(mxt_block*, const mxt_block_desc*, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
void block_destroy(mxt_block*) {}
int32_t stats_size(const mxt_model*, uint64_t*, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
int32_t pass_begin(mxt_context*, const mxt_model*, mxt_pass**, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
int32_t pass_block(mxt_pass*, mxt_block*, uint64_t, const mxt_row_out*, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
int32_t pass_fetch(mxt_pass*, uint64_t, double*, mxt_error* error) {
    return refuse(error, MXT_E_UNSUPPORTED, "");
}
void pass_end(mxt_pass*) {}

const mxt_api table = {
#ifdef SMALL_PLUGIN_TRUNCATED
    100,
#else
    sizeof(mxt_api),
#endif
    MXT_ABI_MAJOR, MXT_ABI_MINOR,
#ifdef SMALL_PLUGIN_NAMED_CPU
    "cpu",
#else
    "sample",
#endif
    "1.0",         "Apache-2.0",  device_count,  device_info, context_create, context_destroy,
    block_create,  block_refill,  block_destroy, stats_size,  pass_begin,     pass_block,
    pass_fetch,    pass_end};

}  // namespace

#ifdef SMALL_PLUGIN_WITHOUT_ENTRY
#define MXT_SMALL_ENTRY mxt_backend_entry_v0
#else
#define MXT_SMALL_ENTRY mxt_backend_entry_v1
#endif

extern "C" __attribute__((visibility("default"))) const mxt_api* MXT_SMALL_ENTRY(
    uint32_t host_abi_major) {
#ifdef SMALL_PLUGIN_OF_ANOTHER_MAJOR
    return host_abi_major == MXT_ABI_MAJOR + 1 ? &table : nullptr;
#else
    return host_abi_major == MXT_ABI_MAJOR ? &table : nullptr;
#endif
}
