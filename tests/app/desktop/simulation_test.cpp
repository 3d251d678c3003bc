// SPDX-License-Identifier: Apache-2.0
/// The simulation page: rows drawn from hand-set and fitted mixtures, and the study of a wrong
/// variance.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>

#include <gmock/gmock.h>

#include "mixtura/common/random.h"
#include "mixtura/io/study_table.h"
#include "mixtura/simulation/hand_set_mixture.h"

#include "desktop_support.h"
#include "plots/fit_plot.h"
#include "plots/study_plot.h"
#include "session/session.h"
#include "simulation/mixture_form.h"
#include "window_fixture.h"

namespace mixtura::app {
namespace {

using test::waitFor;
using testing::ElementsAre;

class Simulation : public test::WindowFixture {
  protected:
    void show(const char* view) {
        window->showView(QLatin1String(view));
        ASSERT_TRUE(settle());
    }
    void press(const char* name) const {
        QTest::mouseClick(child<QPushButton>(name), Qt::LeftButton);
    }
    [[nodiscard]] QString text(const char* name) const { return child<QLabel>(name)->text(); }
    void choose(const char* name, int index) const {
        child<QComboBox>(name)->setCurrentIndex(index);
    }
    [[nodiscard]] FitPlot* rowsPlot() const { return child<FitPlot>("simulatedRowsPlot"); }
    [[nodiscard]] StudyPlot* studyPlot() const { return child<StudyPlot>("studyPlot"); }
};

TEST_F(Simulation, DrawsTheRowsOfTheCoreWithoutAnyData) {
    show("simulation");
    EXPECT_TRUE(rowsPlot()->isVisible());
    EXPECT_EQ(text("simulatedRowsHeadline"),
              QStringLiteral("500 rows of the hand-set mixture of 2 components, seed 1"));
    child<QSpinBox>("simulationComponents")->setValue(3);
    child<QDoubleSpinBox>("simulationSeparation")->setValue(5.5);
    child<QLineEdit>("simulationWeights")->setText(QStringLiteral("2, 1, 1"));
    child<QSpinBox>("simulationRows")->setValue(40);
    press("simulationAgain");
    ASSERT_TRUE(settle());
    HandSetMixture described;
    described.component_count = 3;
    described.layout = CentreLayout::circle;
    described.separation = 5.5;
    described.mixing_weights = Eigen::Vector3d(2.0, 1.0, 1.0);
    RandomStream random(2);
    const Sample expected = sample(hand_set_mixture(described), 40, random);
    const QList<QByteArray> lines = rowsPlot()->dataCsv().split('\n');
    ASSERT_EQ(lines.size(), 42);  // the header, and nothing behind the last line feed
    for (int row = 0; row < 40; ++row) {
        const QList<QByteArray> fields = lines[row + 1].split(',');
        EXPECT_TRUE(fields.contains(QByteArray::number(expected.observations(row, 0), 'g', 17)) ||
                    std::any_of(fields.begin(), fields.end(),
                                [&](const QByteArray& field) {
                                    return field.toDouble() == expected.observations(row, 0);
                                }))
            << lines[row + 1].toStdString();
        EXPECT_TRUE(fields.contains(QByteArray::number(expected.components[std::size_t(row)] + 1)));
    }
}

TEST_F(Simulation, OpensTheRowsAsADataSetWithTheirComponents) {
    show("simulation");
    press("simulationOpen");
    ASSERT_TRUE(waitFor([&] { return session.currentData() != nullptr; }));
    ASSERT_TRUE(settle());
    const DataSet& data = *session.currentData()->data;
    ASSERT_EQ(data.columns().size(), 3U);
    EXPECT_EQ(data.column(0).name, "x1");
    EXPECT_EQ(data.column(2).name, "component");
    EXPECT_EQ(data.column(2).type, ColumnType::category);
    HandSetMixture described;
    described.layout = CentreLayout::circle;
    RandomStream random(1);
    const Sample expected = sample(hand_set_mixture(described), 500, random);
    ASSERT_EQ(data.row_count(), 500);
    for (std::size_t row = 0; row < 500; ++row)
        EXPECT_EQ(data.column(1).numbers[row],
                  expected.observations(static_cast<Eigen::Index>(row), 1));
    EXPECT_THAT(session.currentData()->setup.columns.features, testing::IsEmpty())
        << "all numeric columns: the component is none";
    const auto& actions = session.content().actions;
    const auto drawn = std::find_if(actions.begin(), actions.end(), [](const ActionRecord& action) {
        return action.command.startsWith(QStringLiteral("mixtura-cli simulate rows"));
    });
    ASSERT_NE(drawn, actions.end());
    EXPECT_EQ(
        drawn->command,
        QStringLiteral("mixtura-cli simulate rows --components 2 --features 2 --layout circle "
                       "--separation 4 --standard-deviation 1 --rows 500 --seed 1"));
}

TEST_F(Simulation, SaysWhyThereAreNoRows) {
    show("simulation");
    const auto hint = [&] {
        return child<QLabel>("simulatedRowsHint")->isVisible() ? text("simulatedRowsHint")
                                                               : QString();
    };
    EXPECT_EQ(hint(), QString());
    child<QSpinBox>("simulationFeatures")->setValue(1);
    ASSERT_TRUE(settle());
    EXPECT_EQ(hint(), QStringLiteral("2 centres on a circle need 2 features; there is 1."));
    EXPECT_FALSE(child<QPushButton>("simulationOpen")->isEnabled());
    choose("simulationLayout", 1);
    ASSERT_TRUE(settle());
    EXPECT_EQ(hint(), QString()) << "on a line one feature is enough";
    child<QLineEdit>("simulationWeights")->setText(QStringLiteral("1, x"));
    ASSERT_TRUE(settle());
    EXPECT_TRUE(hint().startsWith(QStringLiteral("The weights are no list of numbers")));
    choose("simulationSource", 1);
    ASSERT_TRUE(settle());
    EXPECT_TRUE(hint().startsWith(QStringLiteral("No model is shown")));
    EXPECT_FALSE(child<QSpinBox>("simulationComponents")->isEnabled());
}

TEST_F(Simulation, DrawsFromTheModelShown) {
    test::open(session, "faithful.csv");
    test::setUpSmallFit(session, {2}, {CovarianceStructure::VVV});
    ASSERT_TRUE(test::fit(session));
    ASSERT_TRUE(settle());
    show("simulation");
    choose("simulationSource", 1);
    ASSERT_TRUE(settle());
    EXPECT_EQ(text("simulatedRowsHeadline"), QStringLiteral("500 rows of the model VVV,2, seed 1"));
    EXPECT_TRUE(rowsPlot()->dataCsv().startsWith("eruptions,waiting") ||
                rowsPlot()->dataCsv().contains("eruptions"));
    const GaussianMixture& model = session.currentFit()->result->search.candidates[0].fit->model;
    RandomStream random(1);
    const Sample expected = sample(model, 500, random);
    EXPECT_TRUE(rowsPlot()->dataCsv().contains(QByteArray::number(expected.components[0] + 1)));
    EXPECT_EQ(rowsPlot()->dataCsv().count('\n'), 501);
}

TEST_F(Simulation, TheStudyRunsWhenItIsSeenAndIsThatOfTheCore) {
    show("simulation");
    EXPECT_TRUE(studyPlot()->dataCsv().isEmpty());
    show("misspecification");
    HandSetMixture described;
    described.layout = CentreLayout::circle;
    const GaussianMixture model = hand_set_mixture(described);
    EXPECT_EQ(studyPlot()->dataCsv().toStdString(), study_csv(misspecification_study(model)));
    EXPECT_TRUE(text("studyHeadline").contains(QStringLiteral("its own SNR 4;")))
        << text("studyHeadline").toStdString();
    EXPECT_TRUE(text("studyHeadline").contains(QStringLiteral("20 samples of 1000 rows")));

    child<QLineEdit>("studySignals")->setText(QStringLiteral("1; 4,5"));
    child<QLineEdit>("studyRatios")->setText(QStringLiteral("0.5, 2"));
    child<QSpinBox>("studyReplicates")->setValue(3);
    child<QSpinBox>("studyRows")->setValue(200);
    child<QSpinBox>("studySeed")->setValue(9);
    press("studyRun");
    EXPECT_FALSE(window->isIdle());
    ASSERT_TRUE(settle());
    MisspecificationOptions options;
    options.signal_to_noise = {1.0, 4.5};
    options.deviation_ratios = {0.5, 2.0};
    options.replicate_count = 3;
    options.row_count = 200;
    options.seed = 9;
    EXPECT_EQ(studyPlot()->dataCsv().toStdString(),
              study_csv(misspecification_study(model, options)));
    EXPECT_TRUE(session.content().actions.back().command.endsWith(
        QStringLiteral("--signal-to-noise 1,4.5 --deviation-ratios 0.5,2 --rows 200 --replicates 3 "
                       "--seed 9")))
        << session.content().actions.back().command.toStdString();
}

TEST_F(Simulation, AStudyThatIsStoppedKeepsItsSamples) {
    show("misspecification");
    child<QSpinBox>("studyReplicates")->setValue(10000);
    press("studyRun");
    auto* progress = child<QProgressBar>("studyProgress");
    EXPECT_TRUE(progress->isVisible());
    ASSERT_TRUE(waitFor([&] { return progress->value() > 200; }));
    EXPECT_EQ(progress->maximum(), 63 * 10001);
    press("studyStop");
    ASSERT_TRUE(waitFor([&] { return window->isIdle(); }, 5000));
    EXPECT_TRUE(text("studyHeadline").contains(QStringLiteral("Stopped early")));
    EXPECT_FALSE(studyPlot()->dataCsv().isEmpty());
    press("studyRun");  // the window may close in the middle of the work
}

TEST_F(Simulation, TheStudySaysWhatIsWrongWithItsGrid) {
    show("misspecification");
    const QByteArray before = studyPlot()->dataCsv();
    child<QLineEdit>("studySignals")->setText(QStringLiteral("1, two"));
    press("studyRun");
    EXPECT_EQ(text("studyHeadline"),
              QStringLiteral("'1, two' is no list of numbers; write them with commas between "
                             "them."));
    child<QLineEdit>("studySignals")->setText(QStringLiteral("0"));
    press("studyRun");
    EXPECT_EQ(text("studyHeadline"),
              QStringLiteral("A signal-to-noise ratio is 0; it must be from 0.001 to 10000."));
    child<QLineEdit>("studySignals")->setText(QStringLiteral("1"));
    child<QSpinBox>("simulationComponents")->setValue(1);
    press("studyRun");
    ASSERT_TRUE(settle());
    EXPECT_TRUE(text("studyHeadline").startsWith(QStringLiteral("The mixture has a single")));
    EXPECT_EQ(studyPlot()->dataCsv(), before);
}

TEST(NumbersFrom, ReadsListsOfBothHabits) {
    EXPECT_THAT(*numbersFrom(QStringLiteral("0, 0.5,2")), ElementsAre(0.0, 0.5, 2.0));
    EXPECT_THAT(*numbersFrom(QStringLiteral("0; 0,5; 2")), ElementsAre(0.0, 0.5, 2.0));
    EXPECT_FALSE(numbersFrom(QString()));
    EXPECT_FALSE(numbersFrom(QStringLiteral("1,")));
    EXPECT_FALSE(numbersFrom(QStringLiteral("1 2")));
}

}  // namespace
}  // namespace mixtura::app
