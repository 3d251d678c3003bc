// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "mixtura/io/atomic_file.h"
#include "mixtura/io/checkpoint_file.h"

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fitted_model;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

/// A search that takes half a second or so: two structures, counts and starts, 10,000 iterations each.
class CliCheckpoint : public testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& more) const {
        std::vector<std::string> words = {"fit",
                                          "gmm",
                                          folder_.file("d.csv"),
                                          "--init",
                                          "kmeans",
                                          "--starts",
                                          "2",
                                          "--components",
                                          "2:3",
                                          "--covariance",
                                          "VVV,VEV",
                                          "--tolerance",
                                          "0",
                                          "--max-iterations",
                                          "10000"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    [[nodiscard]] json model(const std::string& name) const {
        return test::without_seconds(json::parse(folder_.read(name)));
    }

    TemporaryFolder folder_;
    std::string data_ = folder_.write("d.csv", read_file(data_file("faithful.csv")));
};

using namespace std::chrono_literals;

TEST_F(CliCheckpoint, AFitThatIsKilledOverAndOverGoesOnToTheSameModelFile) {
    const std::string checkpoint = folder_.file("c.json");
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json")})).status, 0);
    int kills = 0;
    int iterations = -1;
    test::ProcessResult result;
    do {
        std::vector<std::string> words =
            command({"-o", folder_.file("m.json"), "--checkpoint", checkpoint, "--checkpoint-every",
                     "0.01", "--threads", kills % 2 == 0 ? "1" : "2"});
        if (kills > 0)
            words.insert(words.end(), {"--resume", checkpoint});
        const auto kill_after_progress = [&](pid_t child) {
            // Until the file holds more than the one before; the end of the fit ends this too.
            for (int wait = 0; wait < 3000; ++wait) {
                std::this_thread::sleep_for(3ms);
                int done = 0;
                if (std::filesystem::exists(checkpoint)) {
                    for (const auto& [key, state] : read_checkpoint_file(checkpoint).runs)
                        done += state.record.iterations;
                }
                if (done > iterations + 2500 || std::filesystem::exists(folder_.file("m.json"))) {
                    iterations = done;
                    break;
                }
            }
            ::kill(child, SIGKILL);
        };
        result = kills < 12 ? cli(words, {.while_running = kill_after_progress}) : cli(words);
        kills += result.status == 128 + SIGKILL ? 1 : 0;
    } while (result.status == 128 + SIGKILL && kills < 40);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_GE(kills, 3);
    EXPECT_EQ(model("m.json"), model("whole.json"));
}

TEST_F(CliCheckpoint, AFitThatIsInterruptedGoesOnToTheSameModelFile) {
    const std::string checkpoint = folder_.file("c.json");
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json")})).status, 0);
    // The hour between two writings never passes: what is there was written at the interruption.
    const auto interrupted = cli(command({"-o", folder_.file("part.json"), "--checkpoint",
                                          checkpoint, "--checkpoint-every", "3600"}),
                                 {.while_running = [](pid_t child) {
                                     std::this_thread::sleep_for(120ms);
                                     ::kill(child, SIGINT);
                                 }});
    ASSERT_EQ(interrupted.status, 130) << interrupted.err;
    const auto resumed =
        cli(command({"-o", folder_.file("m.json"), "--resume", checkpoint, "--threads", "1"}));
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_EQ(model("m.json"), model("whole.json"));
}

TEST_F(CliCheckpoint, OfAnotherFitIsRefusedInOneSentence) {
    const std::string checkpoint = folder_.file("c.json");
    ASSERT_EQ(cli(command({"--checkpoint", checkpoint})).status, 0);
    const std::string model = fitted_model(folder_, "model.json", data_, {"--components", "1"});
    const auto options = cli(command({"--resume", checkpoint, "--seed", "2"}));
    EXPECT_EQ(options.status, 2);
    EXPECT_THAT(options.err, AllOf(HasSubstr("c.json"), HasSubstr("--seed was 1 there and is 2")));
    std::string data = folder_.read("d.csv");
    data[data.find('\n') + 1] = '9';
    static_cast<void>(folder_.write("d.csv", data));
    const auto changed = cli(command({"--resume", checkpoint}));
    EXPECT_EQ(changed.status, 3);
    EXPECT_THAT(changed.err, HasSubstr("belongs to a fit to other data"));
    const auto other = cli(command({"--resume", model}));
    EXPECT_EQ(other.status, 3);
    EXPECT_THAT(other.err, HasSubstr("not \"mixtura-checkpoint\""));
    static_cast<void>(folder_.write("c.json", folder_.read("c.json").substr(0, 1000)));
    const auto cut = cli(command({"--resume", checkpoint}));
    EXPECT_EQ(cut.status, 3);
    EXPECT_THAT(cut.err, HasSubstr("c.json"));
    EXPECT_EQ(cli(command({"--resume", folder_.file("absent.json")})).status, 4);
    EXPECT_EQ(cli(command({"--checkpoint-every", "5"})).status, 2);
    EXPECT_EQ(cli(command({"--checkpoint", "-"})).status, 2);
}

}  // namespace
}  // namespace mixtura
