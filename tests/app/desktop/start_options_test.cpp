// SPDX-License-Identifier: Apache-2.0
#include "shell/start_options.h"

#include <gtest/gtest.h>

namespace mixtura::app {
namespace {

TEST(StartOptions, ImportTextIsReadAsOptions) {
    QString failure;
    const CsvOptions options = importOptionsFrom(
        QStringLiteral("sep=;,dec=comma,enc=latin1,na=-999,header=no,skip=2"), failure);
    EXPECT_EQ(failure, QString());
    EXPECT_EQ(options.delimiter, ';');
    EXPECT_EQ(options.decimal, ',');
    EXPECT_EQ(options.encoding, TextEncoding::windows1252);
    EXPECT_EQ(options.missing_codes, std::vector<std::string>{"-999"});
    EXPECT_EQ(options.has_header, false);
    EXPECT_EQ(options.skip_lines, 2);
    EXPECT_EQ(importOptionsFrom(QStringLiteral("sep=,,dec=point"), failure).delimiter, ',');
    EXPECT_EQ(failure, QString());
}

TEST(StartOptions, UnknownImportOptionIsNamed) {
    QString failure;
    importOptionsFrom(QStringLiteral("colour=blue"), failure);
    EXPECT_TRUE(failure.contains(QStringLiteral("colour=blue"))) << failure.toStdString();
}

TEST(StartOptions, FilesAndSwitches) {
    StartOptions options;
    EXPECT_EQ(parseArguments({QStringLiteral("mixtura"), QStringLiteral("a.csv"),
                              QStringLiteral("--run"), QStringLiteral("--export-dir"),
                              QStringLiteral("out"), QStringLiteral("--quit-when-done")},
                             options),
              std::nullopt);
    EXPECT_EQ(options.files, QStringList{QStringLiteral("a.csv")});
    EXPECT_TRUE(options.run);
    EXPECT_TRUE(options.quitWhenDone);
    EXPECT_EQ(options.exportFolder, QStringLiteral("out"));
    StartOptions wrong;
    EXPECT_EQ(parseArguments({QStringLiteral("mixtura"), QStringLiteral("--nonsense")}, wrong), 2);
}

}  // namespace
}  // namespace mixtura::app
