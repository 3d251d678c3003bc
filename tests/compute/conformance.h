// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mixtura/compute/backend.h"

namespace mixtura::test {

/// A device under test. An absent one has no backend and says why; its tests are skipped.
struct BackendUnderTest {
    std::string name;  ///< letters and digits: part of the test's name
    std::optional<compute::Backend> backend;
    std::string absent;
};

/// The test bodies of conformance.cpp, run for every device that a test program instantiates
/// them with: INSTANTIATE_TEST_SUITE_P(Cpu, BackendConformance, testing::ValuesIn(...), ...).
class BackendConformance : public testing::TestWithParam<BackendUnderTest> {
  protected:
    void SetUp() override {
        if (!GetParam().backend)
            GTEST_SKIP() << GetParam().absent;
        backend_ = *GetParam().backend;
    }
    compute::Backend* backend() { return &*backend_; }

  private:
    std::optional<compute::Backend> backend_;
};

}  // namespace mixtura::test
