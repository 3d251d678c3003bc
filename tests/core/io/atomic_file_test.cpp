// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/atomic_file.h"

#include <csignal>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/common/error.h"
#include "mixtura/io/sha256.h"

#include "support/temporary_folder.h"

namespace mixtura {
namespace {

using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

std::string failure_of(const std::string& path, const std::string& content) {
    try {
        write_file_atomically(path, content);
    } catch (const FileError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(AtomicFile, WritesNewAndReplacesOld) {
    const TemporaryFolder folder;
    const std::string path = folder.file("out.txt");
    write_file_atomically(path, "one");
    EXPECT_EQ(read_file(path), "one");
    write_file_atomically(path, std::string("two\0three", 9));
    EXPECT_EQ(read_file(path), std::string("two\0three", 9));
    EXPECT_EQ(folder.entry_count(), 1);
}

TEST(AtomicFile, SaysBeforeTheWorkWhatCannotBeWrittenAfterIt) {
    const TemporaryFolder folder;
    const auto refusal = [](const std::string& path) -> std::string {
        try {
            expect_writable(path);
        } catch (const FileError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(refusal(folder.file("new.json")), "");
    EXPECT_EQ(refusal(folder.write("old.json", "old")), "");
    EXPECT_EQ(folder.read("old.json"), "old");
    EXPECT_EQ(refusal("/dev/null"), "");
    EXPECT_EQ(refusal("/dev/stdout"), "");
    EXPECT_EQ(folder.entry_count(), 1);
    EXPECT_EQ(refusal(folder.file("no/x.json")), "Cannot write '" + folder.file("no/x.json") +
                                                     "': there is no folder '" + folder.file("no") +
                                                     "'.");
    EXPECT_THAT(refusal(folder.path()), HasSubstr("Is a directory"));
    EXPECT_THAT(refusal(folder.file("old.json/x")), HasSubstr("Not a directory"));
}

TEST(AtomicFile, KeepsPermissionsOfTheFileItReplaces) {
    const TemporaryFolder folder;
    const std::string path = folder.write("out.txt", "old");
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    write_file_atomically(path, "new");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(AtomicFile, FollowsASymbolicLinkAndKeepsIt) {
    const TemporaryFolder folder;
    const std::string target = folder.write("target.txt", "old");
    const std::string link = folder.file("link.txt");
    ASSERT_EQ(::symlink("target.txt", link.c_str()), 0);
    write_file_atomically(link, "new");
    struct stat status {};
    ASSERT_EQ(::lstat(link.c_str(), &status), 0);
    EXPECT_TRUE(S_ISLNK(status.st_mode));
    EXPECT_EQ(read_file(target), "new");
}

TEST(AtomicFile, WritesStraightToWhatIsNotARegularFile) {
    write_file_atomically("/dev/null", "lost");
    struct stat status {};
    ASSERT_EQ(::stat("/dev/null", &status), 0);
    EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(AtomicFile, WritesToADescriptorByName) {
    const TemporaryFolder folder;
    const std::string path = folder.write("out.txt", "");
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    write_file_atomically("/dev/fd/" + std::to_string(::fileno(file)), "straight");
    std::fclose(file);
    EXPECT_EQ(read_file(path), "straight");
}

TEST(AtomicFile, SaysWhatAndWhyWhereItCannotWrite) {
    const TemporaryFolder folder;
    const std::string nowhere = folder.file("no/such/folder/out.txt");
    EXPECT_THAT(failure_of(nowhere, "x"), AllOf(HasSubstr(nowhere), HasSubstr("No such file")));
    EXPECT_THAT(failure_of(folder.path(), "x"), HasSubstr("Is a directory"));
    EXPECT_THAT(failure_of("", "x"), HasSubstr("without a name"));
    EXPECT_THAT(failure_of("/dev/full", "x"), HasSubstr("No space left on device"));
}

TEST(AtomicFile, LeavesTheOldFileAndNothingElseWhenTheDiskIsFull) {
    const TemporaryFolder folder;
    const std::string path = folder.write("out.txt", "old");
    // The limit stands in for a full disk: the write fails half-way.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::string message = failure_of(path, std::string(100000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_THAT(message, AllOf(HasSubstr(path), HasSubstr("File too large")));
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(folder.entry_count(), 1);
}

TEST(AtomicFile, ReadingSaysWhichFileIsMissing) {
    try {
        read_file("/no/such/file");
        FAIL();
    } catch (const FileError& error) {
        EXPECT_STREQ(error.what(), "Cannot open '/no/such/file': No such file or directory.");
    }
}

TEST(FileSha256, AgreesWithTheExamplesOfTheStandard) {
    const TemporaryFolder folder;
    // FIPS 180-4 examples.
    EXPECT_EQ(file_sha256(folder.write("abc", "abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(file_sha256(folder.write("empty", "")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(file_sha256(folder.write("million", std::string(1000000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(FileSha256, IsEmptyForWhatCannotBeReadTwiceOrIsStopped) {
    const TemporaryFolder folder;
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(file_sha256(folder.write("abc", "abc"), stopped.get_token()), "");
    EXPECT_EQ(file_sha256("-"), "");
    EXPECT_EQ(file_sha256("/dev/null"), "");
}

}  // namespace
}  // namespace mixtura
