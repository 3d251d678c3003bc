// SPDX-License-Identifier: Apache-2.0
/// What the window says of the model shown beside its plots: standard errors, agreement with a
/// column, and the solutions that the starts ended in.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/interpretation/bootstrap.h"

#include "data/import_dialog.h"
#include "desktop_support.h"
#include "results/agreement_model.h"
#include "results/result_table.h"
#include "session/agreement.h"
#include "session/parameter_rows.h"
#include "session/session.h"
#include "session/solutions.h"
#include "window_fixture.h"

namespace mixtura::app {
namespace {

using test::waitFor;
using testing::ElementsAre;

constexpr double tolerance = 1e-9;

class Understanding : public test::WindowFixture {
  protected:
    void openAndFit(const std::string& name, int componentCount, CovarianceStructure structure,
                    int starts = 1) {
        test::open(session, name);
        fitOne(componentCount, structure, starts);
    }
    void fitOne(int componentCount, CovarianceStructure structure, int starts = 1) {
        Plan setup = session.currentData()->setup;
        setup.search.component_counts = {componentCount};
        setup.search.covariance_structures = {structure};
        setup.search.em.run_count = starts;
        session.setSetup(setup, QStringLiteral("one model"));
        ASSERT_TRUE(test::fit(session));
        ASSERT_TRUE(settle());
    }
    void choose(ErrorSource source) const {
        auto* combo = child<QComboBox>("errorSource");
        combo->setCurrentIndex(combo->findData(static_cast<int>(source)));
    }
    void press(const char* name) const {
        QTest::mouseClick(child<QPushButton>(name), Qt::LeftButton);
    }
    [[nodiscard]] ResultTable* errors() const { return child<ResultTable>("parameterErrors"); }
    [[nodiscard]] QString text(const char* name) const { return child<QLabel>(name)->text(); }
    /// The stored number of a cell.
    [[nodiscard]] static double number(const ResultTable& table, int row, int column) {
        return table.model()->index(row, column).data(ResultTable::storedRole).toDouble();
    }
    [[nodiscard]] static QString shown(const ResultTable& table, int row, int column) {
        return table.model()->index(row, column).data().toString();
    }
    [[nodiscard]] static QString heading(const ResultTable& table, int column) {
        return table.model()->headerData(column, Qt::Horizontal).toString();
    }
    [[nodiscard]] const GaussianMixture& model() const {
        return session.currentFit()
            ->result->search.candidates[static_cast<std::size_t>(session.currentRecord())]
            .fit->model;
    }
};

TEST_F(Understanding, StandardErrorsOfOneComponentAreTheClosedForm) {
    openAndFit("faithful.csv", 1, CovarianceStructure::VVV);
    window->showView(QStringLiteral("standard-errors"));
    EXPECT_TRUE(errors()->window()->isVisible());
    EXPECT_FALSE(child<QPushButton>("parameterErrorsSave")->isEnabled());
    press("errorRun");
    ASSERT_TRUE(settle());
    const Eigen::MatrixXd& rows = session.currentFit()->result->table.observations;
    const auto n = static_cast<double>(rows.rows());
    const Eigen::MatrixXd centred = rows.rowwise() - rows.colwise().mean();
    const Eigen::MatrixXd s = centred.transpose() * centred / n;
    const std::vector<double> expected{0.0,
                                       std::sqrt(s(0, 0) / n),
                                       std::sqrt(s(1, 1) / n),
                                       s(0, 0) * std::sqrt(2.0 / n),
                                       std::sqrt((s(0, 0) * s(1, 1) + s(0, 1) * s(0, 1)) / n),
                                       s(1, 1) * std::sqrt(2.0 / n)};
    ASSERT_EQ(errors()->model()->rowCount(), 6);
    for (int row = 0; row < 6; ++row) {
        const double error = expected[static_cast<std::size_t>(row)];
        EXPECT_NEAR(number(*errors(), row, 3), error, 1e-6 * std::max(1.0, error)) << row;
        const double estimate = number(*errors(), row, 2);
        EXPECT_NEAR(number(*errors(), row, 4), estimate - 1.959964 * error, 1e-4) << row;
        EXPECT_NEAR(number(*errors(), row, 5), estimate + 1.959964 * error, 1e-4) << row;
    }
    EXPECT_NEAR(number(*errors(), 1, 2), rows.col(0).mean(), tolerance);
    EXPECT_EQ(shown(*errors(), 4, 1), QStringLiteral("Covariance of eruptions and waiting"));
    EXPECT_EQ(text("parameterErrorsHeadline"),
              QStringLiteral("Standard errors of VVV,1: Observed information"));
    press("parameterErrorsCopy");
    const QString copied = QApplication::clipboard()->text();
    EXPECT_TRUE(copied.startsWith(
        QStringLiteral("component\tparameter\testimate\tstandard_error\tlower\tupper\n")));
    EXPECT_EQ(copied.count(u'\n'), 7);
}

TEST_F(Understanding, BootstrapIsThatOfTheCoreAndShowsItsProgress) {
    openAndFit("faithful.csv", 2, CovarianceStructure::EEE);
    EXPECT_FALSE(child<QSpinBox>("errorReplicates")->isEnabled()) << "not of derivatives";
    choose(ErrorSource::weighted_bootstrap);
    window->showView(QStringLiteral("standard-errors"));
    child<QSpinBox>("errorReplicates")->setValue(40);
    child<QSpinBox>("errorSeed")->setValue(3);
    press("errorRun");
    EXPECT_TRUE(child<QPushButton>("errorStop")->isVisible());
    EXPECT_TRUE(child<QProgressBar>("errorProgress")->isVisible());
    EXPECT_FALSE(window->isIdle());
    ASSERT_TRUE(settle());
    EXPECT_FALSE(child<QPushButton>("errorStop")->isVisible());
    BootstrapOptions options;
    options.replicate_count = 40;
    options.seed = 3;
    options.em.tolerance = session.currentFit()->plan.search.em.tolerance;
    options.em.covariance_floor = session.currentFit()->plan.search.em.covariance_floor;
    const BootstrapResult expected =
        bootstrap(model(), session.currentFit()->result->table.observations, options);
    const ResultTable& table = *errors();
    ASSERT_EQ(table.model()->rowCount(), 2 * (1 + 2 + 3));
    for (const int k : {0, 1}) {
        const auto at = static_cast<std::size_t>(k);
        EXPECT_EQ(number(table, 6 * k, 3), expected.standard_errors.mixing_weights[k]);
        EXPECT_EQ(number(table, 6 * k, 4), expected.lower.mixing_weights[k]);
        EXPECT_EQ(number(table, 6 * k + 1, 3), expected.standard_errors.means(k, 0));
        EXPECT_EQ(number(table, 6 * k + 2, 5), expected.upper.means(k, 1));
        EXPECT_EQ(number(table, 6 * k + 4, 3), expected.standard_errors.covariances[at](0, 1));
    }
    EXPECT_EQ(text("parameterErrorsHeadline"),
              QStringLiteral("Standard errors of EEE,2: Weighted bootstrap, replicates: 40, "
                             "seed: 3"));
}

TEST_F(Understanding, StoppedBootstrapKeepsTheRefitsMade) {
    openAndFit("faithful.csv", 2, CovarianceStructure::EEE);
    choose(ErrorSource::bootstrap);
    window->showView(QStringLiteral("standard-errors"));
    child<QSpinBox>("errorReplicates")->setValue(replicate_count_limit);
    press("errorRun");
    auto* progress = child<QProgressBar>("errorProgress");
    ASSERT_TRUE(waitFor([&] { return progress->value() >= 5; }));
    EXPECT_EQ(progress->maximum(), replicate_count_limit);
    press("errorStop");
    ASSERT_TRUE(waitFor([&] { return window->isIdle(); }, 5000));
    EXPECT_EQ(errors()->model()->rowCount(), 12);
    EXPECT_TRUE(text("parameterErrorsRemark").contains(QStringLiteral("Stopped before")))
        << text("parameterErrorsRemark").toStdString();
}

TEST_F(Understanding, StandardErrorsGoWithTheirModel) {
    test::open(session, "faithful.csv");
    test::setUpSmallFit(session, {1, 2}, {CovarianceStructure::EEE});
    ASSERT_TRUE(test::fit(session));
    ASSERT_TRUE(settle());
    window->showView(QStringLiteral("standard-errors"));
    const auto hint = [&] { return child<QLabel>("parameterErrorsHint")->isVisible(); };
    EXPECT_TRUE(hint());
    press("errorRun");
    ASSERT_TRUE(settle());
    EXPECT_FALSE(hint());
    session.setColumnRole(1, ColumnRole::none);  // says nothing of the fit shown
    ASSERT_TRUE(settle());
    EXPECT_FALSE(hint());
    session.setCurrentRecord(1 - session.currentRecord());
    EXPECT_TRUE(hint()) << "at once";
    ASSERT_TRUE(settle());
    EXPECT_TRUE(hint());
    press("errorRun");
    ASSERT_TRUE(settle());
    EXPECT_FALSE(hint());
    EXPECT_EQ(session.setColumnType(0, ColumnType::category), QString());
    EXPECT_TRUE(hint()) << "other data";

    choose(ErrorSource::bootstrap);
    child<QSpinBox>("errorReplicates")->setValue(replicate_count_limit);
    ASSERT_TRUE(settle());
    press("errorRun");
    auto* progress = child<QProgressBar>("errorProgress");
    ASSERT_TRUE(waitFor([&] { return progress->value() >= 2; }));
    session.setCurrentRecord(1 - session.currentRecord());
    EXPECT_FALSE(progress->isVisible());
    ASSERT_TRUE(settle());
    QTest::qWait(200);  // an answer of the retired work would have come
    EXPECT_TRUE(hint());
    press("errorRun");  // the window may close in the middle of the work
}

TEST_F(Understanding, StandardErrorsOfKnownLabelsAreRefusedWithTheReason) {
    test::open(session, "iris.csv");
    Plan setup = session.currentData()->setup;
    setup.columns.labels = "species";
    session.setSetup(setup, QStringLiteral("labels"));
    fitOne(3, CovarianceStructure::EEE);
    window->showView(QStringLiteral("standard-errors"));
    EXPECT_FALSE(child<QPushButton>("errorRun")->isEnabled());
    EXPECT_TRUE(text("parameterErrorsHint").contains(QStringLiteral("known labels")));
}

/// 12 rows near 0 and 8 near 10; 'kind' is right but for one row, and missing in one more near 0.
QByteArray twoGroups() {
    QByteArray csv = "x,kind,batch,note\n";
    for (int row = 0; row < 21; ++row) {
        const bool isFirst = row < 13;
        const QByteArray kind = row == 3 ? "" : isFirst && row != 5 ? "beech" : "alder";
        csv += QByteArray::number((isFirst ? 0.0 : 10.0) + 0.1 * (row * 7 % 13)) + ',' + kind +
               ',' + QByteArray::number(isFirst ? 12 : 9) + ",n" + QByteArray::number(row) + ".5\n";
    }
    return csv;
}

TEST_F(Understanding, AgreementIsCountedAgainstTheChosenColumn) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("groups.csv"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(twoGroups());
    file.close();
    session.addImport(path, {}, std::make_shared<ImportResult>(import_csv(path.toStdString())));
    session.setColumnRole(2, ColumnRole::none);
    window->showView(QStringLiteral("agreement"));
    EXPECT_TRUE(text("agreementTableHint").startsWith(QStringLiteral("Run a fit")));
    fitOne(2, CovarianceStructure::EII);
    auto* columns = child<QComboBox>("agreementColumn");
    ASSERT_GE(columns->findText(QStringLiteral("batch")), 0);
    EXPECT_EQ(columns->currentText(), QStringLiteral("kind")) << "the first of categories";

    const ResultTable& table = *child<ResultTable>("agreementTable");
    ASSERT_EQ(table.model()->rowCount(), 3) << "two labels and their sum";
    const auto row = [&](int label) {
        return QStringList{shown(table, label, 0), shown(table, label, 1), shown(table, label, 2),
                           shown(table, label, 3)};
    };
    EXPECT_EQ(row(0), (QStringList{"beech", "11", "0", "11"}));
    EXPECT_EQ(row(1), (QStringList{"alder", "1", "8", "9"}));
    EXPECT_EQ(row(2), (QStringList{"Sum", "12", "8", "20"}));
    // Hubert and Arabie (1985), by hand: pairs 55 + 28 in cells, 55 + 36 by label, 66 + 28 by
    // component, 190 in all.
    const double byChance = 91.0 * 94.0 / 190.0;
    const double index = (83.0 - byChance) / (92.5 - byChance);
    EXPECT_EQ(text("agreementTableHeadline"),
              QStringLiteral("Adjusted Rand index: ") + QString::number(index, 'f', 4));
    EXPECT_TRUE(text("agreementTableRemark")
                    .endsWith(QStringLiteral("Rows compared: 20. Rows without a label, left out: "
                                             "1.")));
    EXPECT_EQ(table.toCsv(), "label,component 1,component 2\nbeech,11,0\nalder,1,8\n");

    columns->setCurrentText(QStringLiteral("batch"));
    emit columns->activated(columns->currentIndex());
    ASSERT_TRUE(settle());
    EXPECT_EQ(text("agreementTableHeadline"), QStringLiteral("Adjusted Rand index: 1.0000"));
    EXPECT_EQ(row(0), (QStringList{"9", "0", "8", "8"})) << "numbers in their order";
    EXPECT_EQ(row(1), (QStringList{"12", "13", "0", "13"}));
    // The choice stays with the next model.
    fitOne(1, CovarianceStructure::EII);
    EXPECT_EQ(columns->currentText(), QStringLiteral("batch"));
    EXPECT_EQ(text("agreementTableHeadline"), QStringLiteral("Adjusted Rand index: 0.0000"));
}

TEST_F(Understanding, DataWithoutLabelsSaySo) {
    openAndFit("faithful.csv", 2, CovarianceStructure::EEE);
    window->showView(QStringLiteral("agreement"));
    ASSERT_TRUE(settle());
    // Waiting times are whole minutes: a column that could hold labels, if it is asked for.
    EXPECT_EQ(child<QComboBox>("agreementColumn")->count(), 1);
    EXPECT_EQ(child<QComboBox>("agreementColumn")->currentIndex(), -1);
    EXPECT_TRUE(text("agreementTableHint").startsWith(QStringLiteral("Choose a column")));
}

TEST_F(Understanding, KnownLabelsNameComponentsInTheTables) {
    test::open(session, "iris.csv");
    Plan setup = session.currentData()->setup;
    setup.columns.labels = "species";
    session.setSetup(setup, QStringLiteral("labels"));
    fitOne(3, CovarianceStructure::EEE);
    window->showView(QStringLiteral("agreement"));
    ASSERT_TRUE(settle());
    const ResultTable& table = *child<ResultTable>("agreementTable");
    EXPECT_EQ(heading(table, 1), QStringLiteral("1: setosa"));
    EXPECT_EQ(heading(table, 3), QStringLiteral("3: virginica"));
    EXPECT_EQ(child<QComboBox>("agreementColumn")->currentText(), QStringLiteral("species"));
    const QString summary =
        child<QWidget>("componentSummary")->findChild<QTextBrowser*>()->toPlainText();
    EXPECT_TRUE(summary.contains(QStringLiteral("Component 2\nversicolor")))
        << summary.toStdString();
}

TEST_F(Understanding, LocalOptimaCountTheStartsThatReachedThem) {
    openAndFit("faithful.csv", 4, CovarianceStructure::VVV, 12);
    window->showView(QStringLiteral("local-optima"));
    const EmFit& fit =
        *session.currentFit()->result->search.candidates[std::size_t(session.currentRecord())].fit;
    const ResultTable& table = *child<ResultTable>("localOptima");
    ASSERT_GT(table.model()->rowCount(), 1) << "four components have more than one solution here";
    double above = std::numeric_limits<double>::infinity();
    int counted = 0;
    bool wasSpurious = false;
    for (int row = 0; row < table.model()->rowCount(); ++row) {
        const double optimum = number(table, row, 3);
        const bool isSpurious = shown(table, row, 1).contains(QStringLiteral("purious"));
        int hits = 0;
        for (const EmRun& run : fit.runs)
            hits += run.status != FitStatus::degenerate && run.diagnosis.empty() != isSpurious &&
                            std::abs(run.log_likelihood.back() - optimum) <
                                1e-6 * (1.0 + std::abs(optimum))
                        ? 1
                        : 0;
        EXPECT_EQ(number(table, row, 5), hits) << row;
        if (isSpurious == wasSpurious) {
            EXPECT_LT(optimum, above);
        }
        above = optimum;
        wasSpurious = isSpurious;
        counted += hits;
    }
    EXPECT_EQ(shown(table, 0, 1), QStringLiteral("Shown"));
    const auto ended = std::ranges::count_if(
        fit.runs, [](const EmRun& run) { return run.status != FitStatus::degenerate; });
    EXPECT_EQ(counted, ended);
    EXPECT_EQ(text("localOptimaHeadline"),
              QStringLiteral("Starts that reached the solution shown: %1 of %2")
                  .arg(static_cast<int>(number(table, 0, 5)))
                  .arg(fit.runs.size()));
}

TEST(Solutions, AreOrderedAndSaySoWhereTheyAreNotToBeTrusted) {
    const GaussianMixture model(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 1),
                                {Eigen::MatrixXd::Identity(1, 1)});
    SavedModel saved{.backend = "cpu",
                     .data = {},
                     .options = {},
                     .model = model,
                     .fit = {},
                     .selection = {},
                     .component_tests = {},
                     .labels = {}};
    const auto start = [](double logLikelihood, const char* status, const char* diagnosis) {
        return StartRecord{.start = "random",
                           .log_likelihood = logLikelihood,
                           .status = status,
                           .iterations = 1,
                           .diagnosis = diagnosis};
    };
    saved.fit.starts = {start(-105.0, "converged", ""), start(-100.00001, "converged", ""),
                        start(-90.0, "converged", "flat"), start(-50.0, "degenerate", "collapsed"),
                        start(-100.0, "iteration_limit", "")};
    saved.fit.best_start = 4;
    const std::vector<SolutionRow> rows = solutionsOf(saved);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].optimum.hits, 2);
    EXPECT_TRUE(rows[0].isShown);
    EXPECT_EQ(rows[0].optimum.first_run, 1u);
    EXPECT_FALSE(rows[1].isShown);
    EXPECT_EQ(rows[1].difference, -5.0);
    EXPECT_TRUE(rows[2].optimum.is_spurious);
    EXPECT_EQ(rows[2].diagnosis, "flat");
    EXPECT_EQ(rows[2].difference, 10.0);
}

TEST(AgreementModel, CutsLongHeadingsAndTellsThemWhole) {
    LabelComparison comparison;
    comparison.column = "species";
    comparison.labels = {"a"};
    comparison.counts = Eigen::MatrixXd::Ones(1, 2);
    const QString name = QStringLiteral("Iris virginica var. shrevei, of the great lakes");
    AgreementModel model;
    model.setComparison(comparison, {name});
    const auto header = [&](int section, int role) {
        return model.headerData(section, Qt::Horizontal, role).toString();
    };
    EXPECT_TRUE(header(1, Qt::DisplayRole).startsWith(QStringLiteral("1: Iris")));
    EXPECT_TRUE(header(1, Qt::DisplayRole).endsWith(QStringLiteral("lakes")));
    EXPECT_LT(header(1, Qt::DisplayRole).size(), 30);
    EXPECT_TRUE(header(1, Qt::ToolTipRole).contains(name));
    EXPECT_EQ(header(2, Qt::DisplayRole), QStringLiteral("Component 2"));
}

TEST(ParameterRows, LeaveOutWhatTheStructureHoldsAtZero) {
    Eigen::MatrixXd means(2, 2);
    means << 0.0, 1.0, 2.0, 3.0;
    const Eigen::MatrixXd covariance = Eigen::Vector2d(4.0, 9.0).asDiagonal();
    const GaussianMixture model(Eigen::Vector2d(0.75, 0.25), means, {covariance, covariance},
                                CovarianceStructure::EEI);
    ParameterErrors errors;
    errors.standard_errors.mixing_weights = Eigen::Vector2d(0.1, 0.2);
    errors.standard_errors.means = Eigen::MatrixXd::Constant(2, 2, 0.5);
    errors.standard_errors.covariances = {covariance / 10.0, covariance / 10.0};
    const std::vector<ParameterRow> rows = parameterRows(model, errors);
    ASSERT_EQ(rows.size(), 2u * (1 + 2 + 2));
    EXPECT_EQ(rows[5].component, 1);
    EXPECT_EQ(rows[5].estimate, 0.25);
    EXPECT_EQ(rows[5].standardError, 0.2);
    EXPECT_NEAR(rows[5].lower, 0.25 - 0.2 * 1.959963984540054, tolerance);
    EXPECT_EQ(rows[9].kind, ParameterRow::Kind::variance);
    EXPECT_EQ(rows[9].feature, 1);
    EXPECT_EQ(rows[9].standardError, 0.9);
}

Column numbers(const std::string& name, std::vector<double> values) {
    Column column;
    column.name = column.label = name;
    column.numbers = std::move(values);
    return column;
}

Column category(const std::string& name, std::vector<std::int32_t> codes,
                std::vector<std::string> levels) {
    Column column;
    column.name = column.label = name;
    column.type = ColumnType::category;
    column.codes = std::move(codes);
    column.levels = std::move(levels);
    return column;
}

TEST(LabelColumns, AreCategoriesAndFewWholeNumbers) {
    const double missing = std::nan("");
    Column day = category("day", {0, 1, 0}, {"1 May", "2 May"});
    day.type = ColumnType::date;
    EXPECT_THAT(labelColumns(DataSet("rows", {numbers("real", {1.0, 2.5, 3.0}),
                                              numbers("whole", {1.0, missing, 3.0}),
                                              numbers("empty", {missing, missing, missing}),
                                              category("kind", {0, 1, 0}, {"a", "b"}), day})),
                ElementsAre("whole", "kind"));
    std::vector<double> values;
    for (std::size_t value = 0; value <= labelLimit; ++value)
        values.push_back(static_cast<double>(value));
    EXPECT_THAT(labelColumns(DataSet("rows", {numbers("many", values)})), ElementsAre());
    values.back() = 0.0;
    EXPECT_THAT(labelColumns(DataSet("rows", {numbers("many", values)})), ElementsAre("many"));
}

TEST(Agreement, SaysWhyAColumnWithoutAnyLabelCannotBeCompared) {
    FeatureTable table;
    table.names = {"x"};
    table.rows = {1, 2};
    Scores scores;
    scores.classification = {0, 0};
    scores.responsibilities = Eigen::MatrixXd::Ones(2, 1);
    const Agreement agreement =
        agreementOf(DataSet("rows", {category("kind", {0, -1, -1}, {"a"})}), table, scores, "");
    EXPECT_EQ(agreement.column, "kind");
    EXPECT_FALSE(agreement.comparison);
    EXPECT_NE(agreement.failure.find("'kind'"), std::string::npos);
}

}  // namespace
}  // namespace mixtura::app
