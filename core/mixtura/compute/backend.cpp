// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/backend.h"

#include <cstddef>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"

extern "C" const mxt_api* mixtura_cpu_backend_entry_v1(uint32_t host_abi_major);

namespace mixtura::compute {

namespace {

/// True where the table is long enough for everything this host calls, and nothing is missing.
bool is_complete(const mxt_api& api) {
    return api.struct_size >= offsetof(mxt_api, pass_end) + sizeof(api.pass_end) &&
           api.id != nullptr && api.version != nullptr && api.license != nullptr &&
           api.device_count != nullptr && api.device_info != nullptr &&
           api.context_create != nullptr && api.context_destroy != nullptr &&
           api.block_create != nullptr && api.block_refill != nullptr &&
           api.block_destroy != nullptr && api.stats_size != nullptr && api.pass_begin != nullptr &&
           api.pass_block != nullptr && api.pass_fetch != nullptr && api.pass_end != nullptr;
}

std::string sentence(const mxt_error& error) {
    return error.text[0] != '\0' ? std::string(error.text)
                                 : "failed with code " + std::to_string(error.code) + ".";
}

}  // namespace

void require_usable(const mxt_api& api) {
    if (api.struct_size < offsetof(mxt_api, id) || api.abi_major != MXT_ABI_MAJOR)
        throw BackendError(
            "It was built for another version of the backend interface; this program needs "
            "version " +
            std::to_string(MXT_ABI_MAJOR) + ".");
    if (!is_complete(api))
        throw BackendError(
            "Its table of functions is incomplete: " + std::to_string(api.struct_size) +
            " bytes, " + std::to_string(sizeof(mxt_api)) + " needed.");
}

Backend::Backend(const mxt_api& api, std::uint32_t device) : api_(&api), device_(device) {
    require_usable(api);
    info_.struct_size = sizeof info_;
    mxt_error error{};
    if (const std::int32_t code = api.device_info(device, &info_, &error); code != MXT_OK)
        throw BackendError(std::string(api.id) + ": " + sentence(error));
}

std::string Backend::name() const {
    return api_->id;
}

std::string Backend::device_name() const {
    return info_.name;
}

std::string Backend::driver() const {
    return info_.driver;
}

bool Backend::is_concurrent() const noexcept {
    return (info_.flags & MXT_DEV_CONCURRENT) != 0;
}

Backend cpu_backend() {
    return Backend(*mixtura_cpu_backend_entry_v1(MXT_ABI_MAJOR));
}

void require_success(const Backend& backend, std::int32_t code, const mxt_error& error) {
    switch (code) {
        case MXT_OK:
            return;
        case MXT_E_CANCELLED:
            throw Cancelled{};
        case MXT_E_NUMERIC:
            throw NumericalError(sentence(error));
        default:
            throw BackendError(backend.name() + " (" + backend.device_name() +
                               "): " + sentence(error));
    }
}

Context open_context(const Backend& backend, const mxt_host& host) {
    mxt_error error{};
    mxt_context* context = nullptr;
    require_success(backend,
                    backend.api().context_create(backend.device(), &host, &context, &error), error);
    return {context, {backend.api().context_destroy}};
}

Block load_block(const Backend& backend, mxt_context& context, const mxt_block_desc& rows) {
    mxt_error error{};
    mxt_block* block = nullptr;
    require_success(backend, backend.api().block_create(&context, &rows, &block, &error), error);
    return {block, {backend.api().block_destroy}};
}

Pass begin_pass(const Backend& backend, mxt_context& context, const mxt_model& model) {
    mxt_error error{};
    mxt_pass* pass = nullptr;
    require_success(backend, backend.api().pass_begin(&context, &model, &pass, &error), error);
    return {pass, {backend.api().pass_end}};
}

std::size_t statistics_size(const Backend& backend, const mxt_model& model) {
    mxt_error error{};
    std::uint64_t size = 0;
    require_success(backend, backend.api().stats_size(&model, &size, &error), error);
    return size;
}

void run_block(const Backend& backend, mxt_pass& pass, mxt_block& block, const mxt_row_out* rows,
               double* statistics) {
    mxt_error error{};
    constexpr std::uint64_t slot = 0;
    require_success(backend, backend.api().pass_block(&pass, &block, slot, rows, &error), error);
    require_success(backend, backend.api().pass_fetch(&pass, slot, statistics, &error), error);
}

}  // namespace mixtura::compute
