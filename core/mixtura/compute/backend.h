// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mixtura/compute/backend_abi.h"

namespace mixtura::compute {

/// Checks that a table speaks this version of the interface and lacks nothing.
/// @throw BackendError  says what is wrong with it
void require_usable(const mxt_api& api);

/// A device of a compute backend, ready to be given work: the C table and the device's number.
/// A value; the table lives as long as the process.
class Backend {
  public:
    /// @throw BackendError  the table or the device is not usable; says why
    explicit Backend(const mxt_api& api, std::uint32_t device = 0);

    [[nodiscard]] const mxt_api& api() const noexcept { return *api_; }
    [[nodiscard]] std::uint32_t device() const noexcept { return device_; }
    [[nodiscard]] const mxt_device_info& info() const noexcept { return info_; }
    [[nodiscard]] std::string name() const;             ///< "cpu", "opencl", ...
    [[nodiscard]] std::string device_name() const;      ///< the processor's own name
    [[nodiscard]] std::string driver() const;           ///< of a CPU, "x86-64-v4"
    [[nodiscard]] bool is_concurrent() const noexcept;  ///< passes may run side by side

  private:
    const mxt_api* api_;
    std::uint32_t device_;
    mxt_device_info info_{};
};

/// The engine that is part of the core, at the highest instruction set level of this machine (or
/// at the one the environment variable MIXTURA_ISA names: base, v3, v4).
Backend cpu_backend();

/// Turns an outcome of the C table into an exception; MXT_OK is none.
/// @throw Cancelled       MXT_E_CANCELLED
/// @throw NumericalError  MXT_E_NUMERIC
/// @throw BackendError    anything else; "<backend> (<device>): <its sentence>"
void require_success(const Backend& backend, std::int32_t code, const mxt_error& error);

/// Ends a handle of the C table through the function that the table names for it.
template <class Handle>
struct HandleEnd {
    void (*end)(Handle*) = nullptr;
    void operator()(Handle* handle) const noexcept { end(handle); }
};
template <class Handle>
using UniqueHandle = std::unique_ptr<Handle, HandleEnd<Handle>>;
using Context = UniqueHandle<mxt_context>;
using Block = UniqueHandle<mxt_block>;
using Pass = UniqueHandle<mxt_pass>;

/// @throw BackendError, Cancelled, NumericalError  as `require_success`
Context open_context(const Backend& backend, const mxt_host& host);
Block load_block(const Backend& backend, mxt_context& context, const mxt_block_desc& rows);
Pass begin_pass(const Backend& backend, mxt_context& context, const mxt_model& model);
/// Length of the statistics that a pass with `model` returns for a block.
std::size_t statistics_size(const Backend& backend, const mxt_model& model);
/// Runs `pass` over `block` and waits for its statistics.
void run_block(const Backend& backend, mxt_pass& pass, mxt_block& block, const mxt_row_out* rows,
               double* statistics);

}  // namespace mixtura::compute
