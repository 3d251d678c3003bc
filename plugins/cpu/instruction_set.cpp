// SPDX-License-Identifier: Apache-2.0
#include "instruction_set.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace mixtura_cpu {

namespace {

#if defined(__x86_64__)
// clang does not know the names of the levels.
#if defined(__clang__)
bool has_v3() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}
bool has_v4() {
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#else
bool has_v3() {
    return __builtin_cpu_supports("x86-64-v3") != 0;
}
bool has_v4() {
    return __builtin_cpu_supports("x86-64-v4") != 0;
}
#endif
#endif

}  // namespace

const GaussianKernels* kernels_of(const char* level) {
    if (std::strcmp(level, "base") == 0)
        return gaussian_kernels_base();
#if defined(__x86_64__)
    if (std::strcmp(level, "v3") == 0 && has_v3())
        return gaussian_kernels_v3();
    if (std::strcmp(level, "v4") == 0 && has_v4())
        return gaussian_kernels_v4();
#endif
    return nullptr;
}

const GaussianKernels& chosen_kernels() {
    static const GaussianKernels& chosen = []() -> const GaussianKernels& {
        if (const char* wanted = std::getenv("MIXTURA_ISA"); wanted != nullptr)
            if (const GaussianKernels* kernels = kernels_of(wanted); kernels != nullptr)
                return *kernels;
        for (const char* level : {"v4", "v3"})
            if (const GaussianKernels* kernels = kernels_of(level); kernels != nullptr)
                return *kernels;
        return *gaussian_kernels_base();
    }();
    return chosen;
}

}  // namespace mixtura_cpu
