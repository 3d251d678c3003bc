// SPDX-License-Identifier: Apache-2.0
#include "session/project_file.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <cstring>

#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "desktop_support.h"
#include "session/project_store.h"
#include "session/sqlite_database.h"

namespace mixtura::app {
namespace {

using test::fit;
using test::open;
using test::setUpSmallFit;
using test::waitFor;

bool sameBits(const std::vector<double>& left, const std::vector<double>& right) {
    return left.size() == right.size() &&
           (left.empty() ||
            std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0);
}

template <typename Function>
std::string messageOf(Function&& function) {
    try {
        function();
    } catch (const FileError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

class ProjectFile : public testing::Test {
  protected:
    [[nodiscard]] QString path(const char* name) const {
        return folder.path() + u'/' + QLatin1String(name);
    }
    QTemporaryDir folder;
    Session session;
};

TEST_F(ProjectFile, RoundTripKeepsEveryNumberWithoutRefitting) {
    open(session, "airquality.csv");
    open(session, "iris.csv");
    setUpSmallFit(session, {1, 2, 3});
    session.setColumnRole(4, ColumnRole::label);
    ASSERT_TRUE(fit(session));
    session.setViewState({{QStringLiteral("view"), QStringLiteral("fit")}});
    const ProjectContent& before = session.content();
    writeProject(path("a.mixtura"), before);
    const LoadedProject loaded = readProject(path("a.mixtura"));
    const ProjectContent& after = loaded.content;

    ASSERT_EQ(after.data.size(), 2u);
    EXPECT_EQ(after.currentData, 1);
    EXPECT_EQ(after.currentFit, before.currentFit);
    EXPECT_EQ(after.currentRecord, before.currentRecord);
    EXPECT_EQ(after.viewState, before.viewState);
    EXPECT_EQ(after.actions.size(), before.actions.size());
    EXPECT_EQ(after.actions.back().command, before.actions.back().command);
    for (std::size_t d = 0; d < 2; ++d) {
        const DataEntry& left = before.data[d];
        const DataEntry& right = after.data[d];
        EXPECT_EQ(left.name, right.name);
        EXPECT_EQ(left.roles, right.roles);
        EXPECT_EQ(to_json(left.setup), to_json(right.setup));
        ASSERT_EQ(left.data->columns().size(), right.data->columns().size());
        for (std::size_t c = 0; c < left.data->columns().size(); ++c) {
            const Column& old = left.data->column(c);
            const Column& now = right.data->column(c);
            EXPECT_EQ(old.name, now.name);
            EXPECT_EQ(old.label, now.label);
            EXPECT_EQ(old.type, now.type);
            EXPECT_EQ(old.missing_count, now.missing_count);
            EXPECT_TRUE(sameBits(old.numbers, now.numbers)) << old.name;
            EXPECT_EQ(old.codes, now.codes);
            EXPECT_EQ(old.levels, now.levels);
        }
        for (std::int64_t row = 0; row < left.data->row_count(); row += 37)
            EXPECT_EQ(left.data->line_of_row(row), right.data->line_of_row(row));
    }
    const FitEntry& old = before.data[1].fits.at(0);
    const FitEntry& now = after.data[1].fits.at(0);
    EXPECT_EQ(old.best, now.best);
    EXPECT_EQ(to_json(old.plan), to_json(now.plan));
    ASSERT_EQ(old.result->selection.size(), now.result->selection.size());
    for (std::size_t r = 0; r < old.result->selection.size(); ++r) {
        EXPECT_EQ(old.result->selection[r].bic, now.result->selection[r].bic);
        const auto& oldFit = old.result->search.candidates[r].fit;
        const auto& newFit = now.result->search.candidates[r].fit;
        ASSERT_EQ(oldFit.has_value(), newFit.has_value());
        if (!oldFit)
            continue;
        EXPECT_EQ(oldFit->log_likelihood, newFit->log_likelihood);
        EXPECT_EQ(oldFit->entropy, newFit->entropy);
        EXPECT_EQ(oldFit->model.means(), newFit->model.means());
        EXPECT_EQ(oldFit->model.mixing_weights(), newFit->model.mixing_weights());
        EXPECT_EQ(oldFit->model.covariances(), newFit->model.covariances());
        EXPECT_EQ(oldFit->model.covariance_structure(), newFit->model.covariance_structure());
        ASSERT_EQ(oldFit->runs.size(), newFit->runs.size());
        for (std::size_t run = 0; run < oldFit->runs.size(); ++run)
            EXPECT_TRUE(
                sameBits(oldFit->runs[run].log_likelihood, newFit->runs[run].log_likelihood));
    }
    EXPECT_EQ(old.result->table.observations, now.result->table.observations);
    EXPECT_EQ(old.result->table.rows, now.result->table.rows);
}

TEST_F(ProjectFile, SecondSaveInPlaceWritesNoColumnTwice) {
    open(session, "faithful.csv");
    const QString file = path("a.mixtura");
    const QString first = writeProject(file, session.content());
    const auto blobs = [&] {
        SqliteDatabase database(file, SqliteDatabase::Mode::readOnly);
        return database.integer("SELECT count(*) FROM blob");
    };
    const std::int64_t before = blobs();
    open(session, "iris.csv");
    const QString second = writeProject(file, session.content(), first);
    EXPECT_NE(first, second);
    EXPECT_EQ(blobs(), before + 5);
    session.removeData(1);
    writeProject(file, session.content(), second);
    EXPECT_EQ(blobs(), before);
    EXPECT_EQ(readProject(file).content.data.size(), 1u);
}

TEST_F(ProjectFile, KeepsTablesAndViewKeysThatItDoesNotKnow) {
    open(session, "faithful.csv");
    const QString file = path("a.mixtura");
    const QString id = writeProject(file, session.content());
    {
        SqliteDatabase database(file, SqliteDatabase::Mode::readWrite);
        database.execute("CREATE TABLE extension(value); INSERT INTO extension VALUES(42)");
    }
    writeProject(file, session.content(), id);
    SqliteDatabase database(file, SqliteDatabase::Mode::readOnly);
    EXPECT_EQ(database.integer("SELECT value FROM extension"), 42);
}

TEST_F(ProjectFile, NewerVersionIsRefusedInOneSentence) {
    open(session, "faithful.csv");
    const QString file = path("new.mixtura");
    writeProject(file, session.content());
    {
        SqliteDatabase database(file, SqliteDatabase::Mode::readWrite);
        database.execute("PRAGMA user_version = 99");
    }
    const std::string message = messageOf([&] { readProject(file); });
    EXPECT_NE(message.find("newer Mixtura (project version 99)"), std::string::npos) << message;
    EXPECT_NE(message.find("new.mixtura"), std::string::npos) << message;
}

TEST_F(ProjectFile, WhatIsNoProjectIsRefused) {
    QFile text(path("text.mixtura"));
    ASSERT_TRUE(text.open(QIODevice::WriteOnly));
    text.write(QByteArray(5000, 'x'));
    text.close();
    EXPECT_NE(messageOf([&] { readProject(text.fileName()); }).find("is no Mixtura project"),
              std::string::npos);
    {
        SqliteDatabase other(path("other.mixtura"), SqliteDatabase::Mode::create);
        other.execute("CREATE TABLE a(b)");
    }
    EXPECT_NE(messageOf([&] { readProject(path("other.mixtura")); }).find("is no Mixtura project"),
              std::string::npos);
    EXPECT_NE(messageOf([&] { readProject(path("absent.mixtura")); }).find("could not be opened"),
              std::string::npos);
}

TEST_F(ProjectFile, DamagedColumnIsNamed) {
    open(session, "faithful.csv");
    const QString file = path("a.mixtura");
    writeProject(file, session.content());
    {
        SqliteDatabase database(file, SqliteDatabase::Mode::readWrite);
        database.execute("UPDATE blob SET bytes = zeroblob(length(bytes))");
    }
    const std::string message = messageOf([&] { readProject(file); });
    EXPECT_NE(message.find("column 'eruptions' of faithful.csv"), std::string::npos) << message;
    EXPECT_NE(message.find("checksum"), std::string::npos) << message;
}

TEST_F(ProjectFile, SaveByAnotherProgramIsNotOverwritten) {
    open(session, "faithful.csv");
    const QString file = path("a.mixtura");
    const QString mine = writeProject(file, session.content());
    const QString other = writeProject(file, session.content(), mine);
    const std::string message = messageOf([&] { writeProject(file, session.content(), mine); });
    EXPECT_NE(message.find("changed by another program"), std::string::npos) << message;
    EXPECT_EQ(readProject(file).saveId, other);
}

TEST_F(ProjectFile, FailedSaveLeavesNothingBehind) {
    open(session, "faithful.csv");
    const std::string message =
        messageOf([&] { writeProject(path("absent/a.mixtura"), session.content()); });
    EXPECT_NE(message.find("could not be opened"), std::string::npos) << message;
    writeProject(path("b.mixtura"), session.content());
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
              QStringList{QStringLiteral("b.mixtura")});
}

TEST_F(ProjectFile, StoreSavesOpensAndMarksUnmodified) {
    ProjectStore store(session);
    open(session, "faithful.csv");
    EXPECT_TRUE(session.isModified());
    store.saveAs(path("a.mixtura"));
    ASSERT_TRUE(waitFor([&] { return !store.isBusy(); }));
    EXPECT_FALSE(session.isModified());
    EXPECT_EQ(store.path(), path("a.mixtura"));
    session.setColumnRole(0, ColumnRole::none);
    EXPECT_TRUE(session.isModified());
    store.save();
    session.setColumnRole(1, ColumnRole::none);  // after the snapshot: not in the file
    ASSERT_TRUE(waitFor([&] { return !store.isBusy(); }));
    EXPECT_TRUE(session.isModified());
    store.open(path("a.mixtura"));
    ASSERT_TRUE(waitFor([&] { return !store.isBusy(); }));
    EXPECT_EQ(session.currentData()->roles[0], ColumnRole::none);
    EXPECT_EQ(session.currentData()->roles[1], ColumnRole::feature);
}

}  // namespace
}  // namespace mixtura::app
