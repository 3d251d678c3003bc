// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/backend_list.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/row_passes.h"

extern "C" const mxt_api* mixtura_cpu_backend_entry_v1(uint32_t host_abi_major);

namespace mixtura::compute {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The directory of one of the plugins built for these tests.
fs::path plugin(const std::string& kind) {
    return fs::path(MIXTURA_TEST_PLUGINS) / kind;
}

/// The one plugin of that kind, as the list shows it.
BackendDescription listed(const std::string& kind) {
    const std::vector<BackendDescription> all = list_backends({plugin(kind)});
    EXPECT_EQ(all.size(), 2U);
    return all.back();
}

template <class Call>
std::string backend_error_of(const Call& call) {
    try {
        call();
    } catch (const BackendError& error) {
        return error.what();
    }
    return "";
}

class TemporaryDirectory {
  public:
    TemporaryDirectory()
        : path_(fs::temp_directory_path() /
                (std::string("mixtura-backends-") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
        fs::create_directories(path_);
    }
    ~TemporaryDirectory() { fs::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    TemporaryDirectory(TemporaryDirectory&&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

TEST(BackendList, TheBuiltInEngineComesFirstAndSaysWhatItCanDo) {
    const std::vector<BackendDescription> all = list_backends({});
    ASSERT_EQ(all.size(), 1U);
    const BackendDescription& cpu = all.front();
    EXPECT_EQ(cpu.name, "cpu");
    EXPECT_EQ(cpu.refusal, "");
    EXPECT_EQ(cpu.file, "");
    EXPECT_EQ(cpu.license, "Apache-2.0");
    ASSERT_EQ(cpu.devices.size(), 1U);
    EXPECT_FALSE(cpu.devices.front().name.empty());
#if defined(__x86_64__)
    EXPECT_THAT(cpu.devices.front().driver, StartsWith("x86-64"));
#endif
    EXPECT_THAT(cpu.devices.front().operations, ElementsAre("gmm", "score"));
    EXPECT_THAT(cpu.devices.front().covariances, ElementsAre("full", "diagonal"));
}

TEST(BackendList, APluginIsListedWithItsDevices) {
    const BackendDescription sample = listed("good");
    EXPECT_EQ(sample.refusal, "");
    EXPECT_EQ(sample.name, "sample");
    EXPECT_EQ(sample.version, "1.0");
    EXPECT_EQ(sample.file, (plugin("good") / "mixtura-backend-good.so").string());
    ASSERT_EQ(sample.devices.size(), 2U);
    EXPECT_EQ(sample.devices[1].name, "Sample device 1");
    EXPECT_EQ(sample.devices[1].memory_bytes, 1000U);
    EXPECT_THAT(sample.devices[1].operations, ElementsAre("score"));
    EXPECT_THAT(sample.devices[1].covariances, ElementsAre("diagonal"));
}

TEST(BackendList, RefusalsAreKeptWithTheirReason) {
    EXPECT_EQ(listed("without-entry").refusal,
              "It is no mixtura backend: it does not export mxt_backend_entry_v1.");
    EXPECT_EQ(listed("of-another-major").refusal,
              "It was built for another version of the backend interface; this program needs "
              "version 1.");
    EXPECT_THAT(listed("truncated").refusal,
                StartsWith("Its table of functions is incomplete: 100 bytes,"));
    EXPECT_EQ(listed("without-device").refusal, "There is no driver for the sample device.");
    EXPECT_EQ(listed("named-cpu").refusal,
              "There is a backend of this name already: it is part of this program.");
}

TEST(BackendList, TheSameNameTwiceKeepsTheFirst) {
    const std::vector<BackendDescription> all = list_backends({plugin("good"), plugin("good")});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].refusal, "");
    EXPECT_THAT(all[2].refusal, HasSubstr("mixtura-backend-good.so"));
}

TEST(BackendList, AFileThatIsNoLibraryIsRefusedInTheLinkersWords) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "mixtura-backend-text.so") << "no library\n";
    std::ofstream(directory.path() / "another.so") << "not looked at\n";
    const std::vector<BackendDescription> all = list_backends({directory.path()});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].name, "mixtura-backend-text.so");
    EXPECT_THAT(all[1].refusal, HasSubstr("mixtura-backend-text.so: "));
    EXPECT_THAT(all[1].refusal, testing::Not(HasSubstr("boost")));
}

TEST(BackendList, AnAbsentDirectoryIsNoFault) {
    EXPECT_EQ(list_backends({"/nowhere/at/all"}).size(), 1U);
}

TEST(BackendList, TheEnvironmentAddsDirectories) {
    ASSERT_EQ(setenv("MIXTURA_BACKEND_PATH", "/first::/second", 1), 0);
    const std::vector<fs::path> directories = backend_directories();
    ASSERT_EQ(unsetenv("MIXTURA_BACKEND_PATH"), 0);
    ASSERT_EQ(directories.size(), 3U);
    EXPECT_EQ(directories[0], "/first");
    EXPECT_EQ(directories[1], "/second");
    EXPECT_THAT(directories[2].string(), testing::EndsWith("mixtura/backends"));
    EXPECT_EQ(backend_directories().size(), 1U);
}

TEST(BackendNamed, FindsDevicesByNumber) {
    EXPECT_EQ(backend_named("cpu", {}).name(), "cpu");
    EXPECT_EQ(backend_named("cpu:0", {}).device(), 0U);
    const Backend second = backend_named("sample:1", {plugin("good")});
    EXPECT_EQ(second.device(), 1U);
    EXPECT_EQ(second.device_name(), "Sample device 1");
}

TEST(BackendNamed, SaysWhyThereIsNone) {
    EXPECT_EQ(backend_error_of([] { backend_named("cuda", {}); }),
              "The backend cuda is not available. There is: cpu.");
    EXPECT_EQ(backend_error_of([] { backend_named("cpu:1", {}); }),
              "The backend cpu:1 is not available. It has 1 device(s), numbered from 0. There is: "
              "cpu.");
    EXPECT_THAT(backend_error_of([] { backend_named("cpu:x", {}); }), HasSubstr("cpu:x"));
    EXPECT_EQ(backend_error_of([] { backend_named("sample", {plugin("without-device")}); }),
              "The backend sample is not available. There is no driver for the sample device. "
              "There is: cpu.");
}

TEST(Backend, WhatAPluginSaysOfAFailureReachesTheUser) {
    Backend sample = backend_named("sample", {plugin("good")});
    FitControl control;
    control.backend = &sample;
    EXPECT_EQ(backend_error_of(
                  [&] { RowPasses(Eigen::MatrixXd::Zero(3, 1), Eigen::VectorXd(), control); }),
              "sample (Sample device 0): The sample device has no memory at all.");
}

TEST(CpuBackend, ServesOnlyItsOwnVersion) {
    EXPECT_EQ(mixtura_cpu_backend_entry_v1(MXT_ABI_MAJOR + 1), nullptr);
    ASSERT_NE(mixtura_cpu_backend_entry_v1(MXT_ABI_MAJOR), nullptr);
}

TEST(CpuBackend, RefusesWhatItCannotDo) {
    const mxt_api& api = cpu_backend().api();
    mxt_error error{};
    mxt_device_info info{};
    info.struct_size = sizeof info;
    EXPECT_EQ(api.device_info(1, &info, &error), MXT_E_NO_DEVICE);
    info.struct_size = 8;
    EXPECT_EQ(api.device_info(0, &info, &error), MXT_E_ARG);
    mxt_context* context = nullptr;
    EXPECT_EQ(api.context_create(7, nullptr, &context, &error), MXT_E_NO_DEVICE);
    ASSERT_EQ(api.context_create(0, nullptr, &context, &error), MXT_OK);

    const double numbers[] = {0.5, 1.0, 2.0};
    mxt_block_desc rows{};
    rows.struct_size = sizeof rows;
    rows.rows = 3;
    rows.ldx = 3;
    rows.dim = 1;
    rows.precision = MXT_PREC_F64;
    rows.x = numbers;
    mxt_block* block = nullptr;
    mxt_block_desc bad = rows;
    bad.ldx = 2;
    EXPECT_EQ(api.block_create(context, &bad, &block, &error), MXT_E_ARG);
    bad = rows;
    bad.struct_size = 16;
    EXPECT_EQ(api.block_create(context, &bad, &block, &error), MXT_E_ARG);
    bad = rows;
    bad.precision = MXT_PREC_MIXED;
    EXPECT_EQ(api.block_create(context, &bad, &block, &error), MXT_E_UNSUPPORTED);
    ASSERT_EQ(api.block_create(context, &rows, &block, &error), MXT_OK);

    const double zero = 0.0;
    const double one = 1.0;
    mxt_model model{};
    model.struct_size = sizeof model;
    model.op = MXT_OP_GMM;
    model.cov = MXT_COV_FULL;
    model.precision = MXT_PREC_F64;
    model.dim = 1;
    model.components = 1;
    model.log_const = &zero;
    model.mean = &zero;
    model.whiten = &one;
    mxt_pass* pass = nullptr;
    mxt_model other = model;
    other.cov = MXT_COV_TIED;
    EXPECT_EQ(api.pass_begin(context, &other, &pass, &error), MXT_E_UNSUPPORTED);
    EXPECT_THAT(std::string(error.text), HasSubstr("full or diagonal"));
    other = model;
    other.op = MXT_OP_KMEANS;
    EXPECT_EQ(api.pass_begin(context, &other, &pass, &error), MXT_E_UNSUPPORTED);
    other = model;
    other.mean = nullptr;
    EXPECT_EQ(api.pass_begin(context, &other, &pass, &error), MXT_E_ARG);
    const double infinite = HUGE_VAL;
    other = model;
    other.whiten = &infinite;
    EXPECT_EQ(api.pass_begin(context, &other, &pass, &error), MXT_E_NUMERIC);

    ASSERT_EQ(api.pass_begin(context, &model, &pass, &error), MXT_OK);
    double statistics[4] = {};
    EXPECT_EQ(api.pass_fetch(pass, 0, statistics, &error), MXT_E_ARG);
    EXPECT_EQ(api.pass_block(pass, block, MXT_SLOT_COUNT, nullptr, &error), MXT_E_ARG);
    ASSERT_EQ(api.pass_block(pass, block, 1, nullptr, &error), MXT_OK);
    ASSERT_EQ(api.pass_fetch(pass, 1, statistics, &error), MXT_OK);
    // Mass, sum of y, sum of y^2, and the log-likelihood with a log constant of 0.
    EXPECT_THAT(statistics, ElementsAre(3.0, 3.5, 5.25, -2.625));

    int32_t labels[3] = {-1, -1, -1};
    mxt_row_out out{};
    out.struct_size = sizeof out;
    out.label = labels;
    ASSERT_EQ(api.pass_block(pass, block, 1, &out, &error), MXT_OK);
    EXPECT_THAT(labels, ElementsAre(0, 0, 0));

    const double fewer[] = {3.0, 4.0};
    mxt_block_desc refill = rows;
    refill.rows = 2;
    refill.ldx = 2;
    refill.x = fewer;
    ASSERT_EQ(api.block_refill(block, &refill, &error), MXT_OK);
    ASSERT_EQ(api.pass_block(pass, block, 1, nullptr, &error), MXT_OK);
    ASSERT_EQ(api.pass_fetch(pass, 1, statistics, &error), MXT_OK);
    EXPECT_THAT(statistics, ElementsAre(2.0, 7.0, 25.0, -12.5));
    refill.rows = 1000;
    refill.ldx = 1000;
    EXPECT_EQ(api.block_refill(block, &refill, &error), MXT_E_ARG);

    api.pass_end(pass);
    api.block_destroy(block);
    api.context_destroy(context);
    api.pass_end(nullptr);
    api.block_destroy(nullptr);
    api.context_destroy(nullptr);
}

}  // namespace
}  // namespace mixtura::compute
