// SPDX-License-Identifier: Apache-2.0
/// A saved model opened in the window: on open data, on the data it names, or alone.
#include "session/model_entry.h"

#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QUrl>
#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "desktop_support.h"
#include "session/project.h"
#include "session/project_file.h"
#include "window_fixture.h"

namespace mixtura::app {
namespace {

using test::waitFor;

class ModelEntry : public test::WindowFixture {
  protected:
    void SetUp() override {
        WindowFixture::SetUp();
        ASSERT_TRUE(QFile::copy(test::dataPath("faithful.csv"), folder.filePath("faithful.csv")));
        Plan plan;
        plan.data_path = "faithful.csv";
        plan.search.component_counts = {2, 3};
        plan.search.covariance_structures = {CovarianceStructure::EEE, CovarianceStructure::VVV};
        const RunResult result = run(plan, import_csv(data().toStdString()).data);
        fitted = result.chosen;
        ASSERT_TRUE(fitted);
        write_model_file(model().toStdString(), *fitted);
    }
    [[nodiscard]] QString data() const { return folder.filePath(QStringLiteral("faithful.csv")); }
    [[nodiscard]] QString model() const { return folder.filePath(QStringLiteral("geyser.json")); }
    void openModel() {
        QSignalSpy opened(window.get(), &MainWindow::fileOpened);
        window->openFile(model());
        ASSERT_TRUE(waitFor([&] { return opened.count() == 1; }));
        ASSERT_TRUE(settle());
    }
    [[nodiscard]] QString summary() const {
        return child<QWidget>("componentSummary")->findChild<QTextBrowser*>()->toPlainText();
    }
    void expectShown() const {
        ASSERT_NE(session.currentFit(), nullptr);
        const std::optional<SavedModel> shown =
            modelOf(*session.currentData(), *session.currentFit(), session.currentRecord());
        ASSERT_TRUE(shown);
        EXPECT_EQ(to_json(*shown), to_json(*fitted)) << "exactly what stands in the file";
        EXPECT_TRUE(summary().contains(QStringLiteral("geyser.json"))) << summary().toStdString();
        EXPECT_TRUE(child<QAction>("actionExport")->isEnabled());
    }

    QTemporaryDir folder;
    std::optional<SavedModel> fitted;
};

TEST_F(ModelEntry, BringsTheDataItNames) {
    openModel();
    expectShown();
    EXPECT_EQ(session.currentData()->path, data());
    EXPECT_EQ(session.currentData()->data->row_count(), 272);
    EXPECT_TRUE(session.problems().empty());
    EXPECT_EQ(session.currentFit()->result->selection.size(), 4u) << "all models tried";
}

TEST_F(ModelEntry, IsShownOnOpenDataThatHaveItsFeatures) {
    const QString other = folder.filePath(QStringLiteral("other.csv"));
    QFile file(other);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("name,waiting,eruptions\na,54,1.8\nb,79,3.6\nc,,3.3\nd,85,4.5\n");
    file.close();
    session.addImport(other, {}, std::make_shared<ImportResult>(import_csv(other.toStdString())));
    openModel();
    expectShown();
    ASSERT_EQ(session.content().data.size(), 1u);
    const FeatureTable& table = session.currentFit()->result->table;
    EXPECT_EQ(table.names, (std::vector<std::string>{"eruptions", "waiting"}));
    EXPECT_EQ(table.observations.rows(), 3);
    EXPECT_EQ(table.observations(0, 0), 1.8);
    EXPECT_EQ(table.observations(0, 1), 54.0);
    ASSERT_EQ(session.problems().size(), 1u);
    EXPECT_TRUE(session.problems()[0].text.contains(QStringLiteral("fitted to 272 rows")))
        << session.problems()[0].text.toStdString();
}

TEST_F(ModelEntry, StandsAloneWithAMessageWhereItsDataAreGone) {
    ASSERT_TRUE(QFile::remove(data()));
    openModel();
    expectShown();
    EXPECT_EQ(session.currentData()->data->row_count(), 0);
    ASSERT_EQ(session.problems().size(), 1u);
    EXPECT_TRUE(session.problems()[0].text.contains(QStringLiteral("'eruptions', 'waiting'")))
        << session.problems()[0].text.toStdString();
    EXPECT_TRUE(child<QWidget>("infoBar")->isVisible());
    for (const char* view : {"data", "summary", "scatter", "fit", "understanding", "compare"}) {
        window->showView(QLatin1String(view));
        EXPECT_TRUE(settle()) << view;
    }
}

TEST_F(ModelEntry, ComesBackWithItsProject) {
    openModel();
    const QString project = folder.filePath(QStringLiteral("p.mixtura"));
    writeProject(project, session.content());
    session.setContent(readProject(project).content);
    ASSERT_TRUE(settle());
    expectShown();
}

// A file of an incremental mixture says neither likelihood nor time.
TEST_F(ModelEntry, WithoutLikelihoodComesBackWithItsProjectToo) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    FitRecord& fit = fitted->fit;
    fit.log_likelihood = fit.bic = fit.icl = fit.aic = fit.entropy = fit.seconds = unknown;
    fit.status = "complete";
    fit.trace.clear();
    fit.starts.clear();
    fit.best_start = 0;
    fitted->selection.clear();
    IncrementalRecord& record = fitted->incremental.emplace();
    const auto count = static_cast<std::size_t>(fitted->model.component_count());
    for (const Eigen::MatrixXd& covariance : fitted->model.covariances())
        record.precisions.emplace_back(covariance.inverse());
    record.masses.assign(count, 100.0);
    record.ages.assign(count, 100);
    for (std::size_t k = 0; k < count; ++k)
        record.component_ids.push_back(static_cast<std::int64_t>(k));
    record.rows_seen = 272;
    record.prequential_log_likelihood = -4.2;
    write_model_file(model().toStdString(), *fitted);
    openModel();
    EXPECT_TRUE(nameOf(*session.currentFit()).startsWith(QStringLiteral("Incremental, K = ")));
    for (const QLabel* label : window->findChildren<QLabel*>())
        EXPECT_FALSE(label->text().contains(QStringLiteral("nan"))) << label->text().toStdString();
    const QString project = folder.filePath(QStringLiteral("p.mixtura"));
    writeProject(project, session.content());
    session.setContent(readProject(project).content);
    ASSERT_TRUE(settle());
    ASSERT_NE(session.currentFit(), nullptr);
    EXPECT_TRUE(session.currentFit()->result->chosen->incremental);
    EXPECT_TRUE(std::isnan(session.currentFit()->seconds));
}

TEST_F(ModelEntry, IsTakenByDrop) {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(model())});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window.get(), &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window.get(), &drop);
    ASSERT_TRUE(waitFor([&] { return session.currentFit() != nullptr; }));
    ASSERT_TRUE(settle());
    expectShown();
}

TEST_F(ModelEntry, ThatIsDamagedIsRefusedInASentence) {
    QFile file(model());
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(R"({"format": "mixtura-model", "version": 99})");
    file.close();
    QSignalSpy failed(window.get(), &MainWindow::openFailed);
    window->openFile(model());
    ASSERT_TRUE(waitFor([&] { return failed.count() == 1; }));
    EXPECT_EQ(failed.at(0).at(1).value<FailureKind>(), FailureKind::data);
    EXPECT_TRUE(failed.at(0).at(0).toString().contains(QStringLiteral("geyser.json")));
    EXPECT_EQ(session.currentData(), nullptr);
}

TEST(FitOf, TakesTheObservationWeightsThatTheModelWasFittedWith) {
    Plan plan;
    plan.columns.features = {"eruptions"};
    plan.columns.weights = "waiting";
    plan.search.component_counts = {2};
    plan.search.covariance_structures = {CovarianceStructure::VII};
    const DataSet data = import_csv(test::dataPath("faithful.csv").toStdString()).data;
    const RunResult result = run(plan, data);
    ASSERT_TRUE(result.chosen);
    const FitEntry fit = fitOf(QStringLiteral("m.json"), *result.chosen, data);
    const std::vector<double>& waiting = data.column(data.column_index("waiting")).numbers;
    ASSERT_EQ(fit.result->table.weights.size(), Eigen::Index(waiting.size()));
    EXPECT_EQ(fit.result->table.weights[5], waiting[5]);

    // Numbers of that name which are no weights leave the rows to be classified.
    DataSet other = data;
    other.column(other.column_index("waiting")).numbers[0] = -1.0;
    const FitEntry unweighted = fitOf(QStringLiteral("m.json"), *result.chosen, other);
    EXPECT_EQ(unweighted.result->table.weights.size(), 0);
    EXPECT_EQ(unweighted.result->table.observations.rows(), data.row_count());
}

}  // namespace
}  // namespace mixtura::app
