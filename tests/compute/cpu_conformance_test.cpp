// SPDX-License-Identifier: Apache-2.0
#include "compute/conformance.h"
#include "cpu_backend.h"

namespace mixtura::test {

namespace {

std::vector<BackendUnderTest> instruction_set_levels() {
    std::vector<BackendUnderTest> levels;
    for (const char* level : {"base", "v3", "v4"}) {
        BackendUnderTest& under_test = levels.emplace_back();
        under_test.name = level;
        if (const mxt_api* api = mixtura_cpu::backend_at_level(level))
            under_test.backend.emplace(*api);
        else
            under_test.absent = std::string("this machine lacks x86-64-") + level;
    }
    return levels;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Cpu, BackendConformance, testing::ValuesIn(instruction_set_levels()),
                         [](const auto& test) { return test.param.name; });

}  // namespace mixtura::test
