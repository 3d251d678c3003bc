// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "mixtura/io/number_format.h"

#include "desktop_support.h"
#include "session/column_conversion.h"
#include "session/current_model.h"
#include "session/exports.h"
#include "session/forecast.h"
#include "support/temporary_folder.h"

namespace mixtura::app {
namespace {

using test::fit;
using test::open;
using test::setUpSmallFit;
using test::waitFor;

/// A fit that takes long enough to be interfered with: forty models of 9083 rows, to the limit.
void setUpLongFit(Session& session) {
    setUpSmallFit(session, {2, 3, 4, 5, 6, 7, 8, 9},
                  {CovarianceStructure::VVV, CovarianceStructure::VVE, CovarianceStructure::VEV});
    Plan setup = session.currentData()->setup;
    setup.search.em.tolerance = 0.0;
    setup.search.em.iteration_limit = 2000;
    setup.search.em.initialisation = Initialisation::kmeans;
    session.setSetup(setup, QStringLiteral("long"));
}

TEST(Session, NumericColumnsBeginAsFeaturesAndPlanSpellsThemOut) {
    Session session;
    open(session, "iris.csv");
    const DataEntry& entry = *session.currentData();
    EXPECT_EQ(featureColumns(entry), (std::vector<std::size_t>{0, 1, 2, 3}));
    const Plan plan = planOf(entry);
    EXPECT_EQ(plan.columns.features.size(), 4u);
    EXPECT_NE(
        session.content().actions.back().command.indexOf(QStringLiteral("mixtura-cli inspect")),
        -1);
}

TEST(Session, RolesTypesAndSetupCanBeUndoneAndRedone) {
    Session session;
    open(session, "iris.csv");
    QUndoStack* undo = session.undoStack();
    session.setColumnRole(0, ColumnRole::weight);
    session.setColumnRole(1, ColumnRole::weight);
    EXPECT_EQ(weightColumn(*session.currentData()), 1);
    EXPECT_EQ(session.currentData()->roles[0], ColumnRole::feature);
    undo->undo();
    EXPECT_EQ(weightColumn(*session.currentData()), 0);
    undo->redo();
    EXPECT_EQ(weightColumn(*session.currentData()), 1);
    undo->undo();
    undo->undo();

    EXPECT_EQ(session.setColumnType(2, ColumnType::category), QString());
    EXPECT_FALSE(session.currentData()->data->column(2).is_numeric());
    EXPECT_EQ(session.currentData()->roles[2], ColumnRole::none);
    undo->undo();
    EXPECT_TRUE(session.currentData()->data->column(2).is_numeric());
    EXPECT_EQ(session.currentData()->roles[2], ColumnRole::feature);
    EXPECT_EQ(session.currentData()->data->column(2).numbers[0], 1.4);

    Plan setup = session.currentData()->setup;
    setup.search.em.seed = 5;
    session.setSetup(setup, QStringLiteral("seed"), 1);
    setup.search.em.seed = 6;
    session.setSetup(setup, QStringLiteral("seed"), 1);
    EXPECT_EQ(session.currentData()->setup.search.em.seed, 6u);
    undo->undo();
    EXPECT_EQ(session.currentData()->setup.search.em.seed, 1u);
}

TEST(Session, TextThatIsNoNumberRefusesToBecomeOne) {
    Session session;
    open(session, "iris.csv");
    const QString refusal = session.setColumnType(4, ColumnType::numeric);
    EXPECT_TRUE(refusal.contains(QStringLiteral("row 1 holds \"setosa\"")))
        << refusal.toStdString();
    EXPECT_FALSE(session.currentData()->data->column(4).is_numeric());
}

TEST(ColumnConversion, ThereAndBackIsExact) {
    Column column;
    column.name = "x";
    column.numbers = {0.1, 1e300, -3.0, std::nan(""), 1.0 / 3.0};
    column.missing_count = 1;
    const Column text = converted(column, ColumnType::category, '.');
    EXPECT_EQ(text.codes[3], -1);
    const Column back = converted(text, ColumnType::numeric, '.');
    for (const std::size_t row : {0u, 1u, 2u, 4u})
        EXPECT_EQ(back.numbers[row], column.numbers[row]);
    EXPECT_TRUE(std::isnan(back.numbers[3]));
    EXPECT_EQ(back.missing_count, 1);
}

TEST(ColumnConversion, ReadsDecimalCommas) {
    Column column;
    column.name = "x";
    column.type = ColumnType::text;
    column.levels = {"1,5"};
    column.codes = {0};
    EXPECT_EQ(converted(column, ColumnType::numeric, ',').numbers[0], 1.5);
}

TEST(Session, FitGivesWhatTheCoreGives) {
    Session session;
    open(session, "faithful.csv");
    setUpSmallFit(session);
    ASSERT_TRUE(fit(session));
    const RunResult direct = run(planOf(*session.currentData()), *session.currentData()->data);
    const FitEntry& shown = *session.currentFit();
    ASSERT_EQ(shown.result->selection.size(), direct.selection.size());
    for (std::size_t i = 0; i < direct.selection.size(); ++i)
        EXPECT_EQ(shown.result->selection[i].bic, direct.selection[i].bic);
    EXPECT_EQ(shown.best, int(*direct.search.best));
    EXPECT_FALSE(session.isSetupChanged());
    session.setColumnRole(0, ColumnRole::none);
    EXPECT_TRUE(session.isSetupChanged());
}

TEST(Session, FitWithoutColumnsIsAProblemInWords) {
    Session session;
    open(session, "faithful.csv");
    session.setColumnRole(0, ColumnRole::none);
    session.setColumnRole(1, ColumnRole::none);
    session.startFit();
    EXPECT_EQ(session.fitJob(), nullptr);
    ASSERT_EQ(session.problems().size(), 1u);
    EXPECT_TRUE(session.problems()[0].text.contains(QStringLiteral("No column is chosen")));
}

TEST(FitJob, DiscardTakesEffectWithin250Milliseconds) {
    Session session;
    open(session, "gvhd_pos.csv");
    setUpLongFit(session);
    session.startFit();
    QSignalSpy reports(session.fitJob(), &FitJob::iterated);
    ASSERT_TRUE(waitFor([&] { return reports.count() > 2; }));
    QElapsedTimer clock;
    clock.start();
    session.fitJob()->discard();
    EXPECT_LT(clock.elapsed(), 50);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }));
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);  // joins the thread
    EXPECT_LT(clock.elapsed(), 250);
    EXPECT_EQ(session.currentFit(), nullptr);
}

TEST(FitJob, PauseHoldsReportsResumeGoesOnAndDiscardWhilePausedReturnsAtOnce) {
    Session session;
    open(session, "gvhd_pos.csv");
    setUpLongFit(session);
    session.startFit();
    FitJob* job = session.fitJob();
    QSignalSpy reports(job, &FitJob::iterated);
    ASSERT_TRUE(waitFor([&] { return reports.count() > 2; }));
    job->setPaused(true);
    EXPECT_TRUE(job->isPaused());
    QTest::qWait(250);  // what was on its way arrives
    const auto held = reports.count();
    const double elapsed = job->progress().elapsedSeconds;
    QTest::qWait(300);
    EXPECT_EQ(reports.count(), held);
    EXPECT_NEAR(job->progress().elapsedSeconds, elapsed, 1e-9);
    job->setPaused(false);
    ASSERT_TRUE(waitFor([&] { return reports.count() > held; }));
    job->setPaused(true);
    QElapsedTimer clock;
    clock.start();
    job->discard();
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }));
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    EXPECT_LT(clock.elapsed(), 250);
}

TEST(FitJob, StopAndKeepGivesTheModelsDoneSoFar) {
    Session session;
    open(session, "gvhd_pos.csv");
    setUpLongFit(session);
    session.startFit();
    QSignalSpy candidates(session.fitJob(), &FitJob::candidateFinished);
    ASSERT_TRUE(waitFor([&] { return candidates.count() > 0; }, 4 * test::patience));
    session.fitJob()->stopAndKeep();
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }));
    ASSERT_NE(session.currentFit(), nullptr);
    EXPECT_TRUE(session.currentFit()->result->search.cancelled);
    EXPECT_GE(session.currentFit()->best, 0);
}

TEST(FitJob, ProgressNeverFallsAndEndsWithEveryModel) {
    Session session;
    open(session, "iris.csv");
    setUpSmallFit(session, {1, 2, 3});
    session.startFit();
    double last = 0.0;
    int done = 0;
    QObject::connect(session.fitJob(), &FitJob::progressed, [&](const FitProgress& progress) {
        EXPECT_GE(progress.fraction, last);
        EXPECT_LE(progress.fraction, 1.0);
        last = progress.fraction;
        done = progress.modelsDone;
    });
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }));
    EXPECT_EQ(done, 6);
}

TEST(Session, TheReportIsOnTheModelShownAndItsRows) {
    Session session;
    CurrentModel current(session);
    open(session, "faithful.csv");
    setUpSmallFit(session);
    ASSERT_TRUE(fit(session));
    ASSERT_TRUE(waitFor([&] { return current.scores() != nullptr; }));
    const mixtura::test::TemporaryFolder folder;
    std::optional<QString> failure;
    writeReport(*session.background(), QString::fromStdString(folder.file("r.html")),
                *current.model(), current.table(), current.scores(),
                {.verdict = "One leads.", .command = "mixtura-cli fit gmm x.csv", .rows = {}},
                [&failure](const QString& answer) { failure = answer; });
    ASSERT_TRUE(waitFor([&] { return failure.has_value(); }));
    EXPECT_EQ(failure->toStdString(), "");
    const std::string page = folder.read("r.html");
    EXPECT_NE(page.find("One leads."), std::string::npos);
    EXPECT_NE(page.find("log-likelihood " + fixed_text(current.model()->fit.log_likelihood, 3)),
              std::string::npos);
    EXPECT_NE(page.find("<svg"), std::string::npos);

    failure.reset();
    writeReport(*session.background(), QString::fromStdString(folder.file("none/r.html")),
                *current.model(), current.table(), current.scores(), {},
                [&failure](const QString& answer) { failure = answer; });
    ASSERT_TRUE(waitFor([&] { return failure.has_value(); }));
    EXPECT_NE(failure->toStdString().find("none"), std::string::npos);
}

TEST(CurrentModel, GivesTableThenScoresOfTheModelShown) {
    Session session;
    CurrentModel current(session);
    open(session, "faithful.csv");
    ASSERT_TRUE(waitFor([&] { return current.table() != nullptr; }));
    EXPECT_EQ(current.table()->observations.rows(), 272);
    EXPECT_EQ(current.scores(), nullptr);
    setUpSmallFit(session);
    ASSERT_TRUE(fit(session));
    ASSERT_TRUE(waitFor([&] { return current.scores() != nullptr; }));
    const FitEntry& shown = *session.currentFit();
    const double expected =
        shown.result->selection[std::size_t(session.currentRecord())].log_likelihood;
    EXPECT_NEAR(current.scores()->log_likelihood, expected, 1e-9 * std::abs(expected));
    QSignalSpy figures(&current, &CurrentModel::figureReady);
    current.requestFigure(QStringLiteral("a"), {0, 1});
    ASSERT_TRUE(waitFor([&] { return figures.count() == 1; }));
}

TEST(Forecast, CountsFitsAndWarnsOfOverfittingAndScales) {
    Plan plan;
    plan.search.em.run_count = 2;
    const Forecast cost = forecast(plan, 4, 150, 500.0, 2);
    EXPECT_EQ(cost.fitCount, 9 * 14 * 2);
    EXPECT_EQ(cost.largestParameters, 134);  // K = 9, VVV, d = 4: 8 + 36 + 90
    EXPECT_EQ(cost.largestModel, QStringLiteral("VVV,9"));
    ASSERT_EQ(cost.advice.size(), 2u);
    EXPECT_TRUE(cost.advice[0].contains(QStringLiteral("134 parameters for 150 rows")));
    EXPECT_TRUE(cost.advice[1].contains(QStringLiteral("500")));
    plan.columns.standardise = Standardise::zscore;
    EXPECT_EQ(forecast(plan, 4, 150000, 500.0, 2).advice.size(), 0u);
}

}  // namespace
}  // namespace mixtura::app
