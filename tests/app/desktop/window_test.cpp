// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <set>

#include <gtest/gtest.h>

#include "data/data_table_model.h"
#include "data/import_dialog.h"
#include "desktop_support.h"
#include "results/result_table.h"
#include "session/recovery.h"
#include "session/session.h"
#include "shell/main_window.h"
#include "window_fixture.h"

namespace mixtura::app {
namespace {

using test::dataPath;
using test::waitFor;

using Window = test::WindowFixture;

TEST_F(Window, HoldsEveryNameOfTheContract) {
    for (const char* name : {"actionOpen", "actionSave", "actionRunFit", "actionPauseFit",
                             "actionCancelFit", "actionExport", "actionReport"})
        EXPECT_NE(child<QAction>(name), nullptr) << name;
    for (const char* name : {"dataTable", "scatterMatrix", "fitPlot", "convergencePlot",
                             "comparisonTable", "bicPlot", "logView", "problemsView", "methodCombo",
                             "kMin", "kMax", "covarianceList", "restarts", "seed", "progressBar"})
        EXPECT_NE(child<QWidget>(name), nullptr) << name;
    ImportDialog dialog(dataPath("iris.csv"));
    EXPECT_EQ(dialog.objectName(), QStringLiteral("importDialog"));
    for (const char* name :
         {"importPreview", "importDelimiter", "importDecimal", "importEncoding", "importHeader"})
        EXPECT_NE(dialog.findChild<QWidget*>(QLatin1String(name)), nullptr) << name;
    EXPECT_EQ(window->windowTitle(), QStringLiteral("Untitled[*] - Mixtura"));
}

TEST_F(Window, ClosesAtTheFirstRequest) {
    openThroughDialog(dataPath("faithful.csv"));
    window->close();
    EXPECT_TRUE(waitFor([&] { return !window->isVisible(); }));
}

TEST_F(Window, LeavesNoSafetyCopyWhenClosed) {
    openThroughDialog(dataPath("faithful.csv"));
    emit session
        .recoveryPointWanted();  // its writing may still be under way when the window closes
    window->close();
    ASSERT_TRUE(waitFor([&] { return !window->isVisible(); }));
    window.reset();
    EXPECT_TRUE(Recovery::offers().empty());
}

TEST_F(Window, NoviceGetsAGoodFitOfIrisByEnterAndF5) {
    openThroughDialog(dataPath("iris.csv"));
    EXPECT_EQ(child<QTableView>("dataTable")->model()->rowCount(), 150);
    EXPECT_EQ(window->windowTitle(), QStringLiteral("iris[*] - Mixtura"));
    EXPECT_TRUE(window->isWindowModified());
    EXPECT_EQ(child<QSpinBox>("kMin")->value(), 1);
    EXPECT_EQ(child<QSpinBox>("kMax")->value(), 9);
    EXPECT_EQ(child<QListWidget>("covarianceList")->count(), 14);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_NE(session.fitJob(), nullptr);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const SelectionRecord& best =
        session.currentFit()->result->selection.at(std::size_t(session.currentFit()->best));
    EXPECT_EQ(best.covariance_structure, "VEV");
    EXPECT_EQ(best.component_count, 2);
    EXPECT_NEAR(best.bic, 561.728, 5e-3);
    ASSERT_TRUE(settle());
    EXPECT_TRUE(child<QAction>("actionExport")->isEnabled());
    EXPECT_TRUE(child<QPlainTextEdit>("logView")->toPlainText().contains(
        QStringLiteral("mixtura-cli fit gmm")));
}

TEST_F(Window, KnownLabelsNameTheComponents) {
    openThroughDialog(dataPath("iris.csv"));
    auto* labels = child<QComboBox>("labelsCombo");
    auto* folds = child<QSpinBox>("labelFolds");
    EXPECT_FALSE(folds->isEnabled());
    // The measurements are features; the species is free.
    ASSERT_EQ(labels->count(), 2);
    labels->setCurrentIndex(1);
    emit labels->activated(1);
    EXPECT_EQ(session.currentData()->setup.columns.labels, "species");
    EXPECT_TRUE(folds->isEnabled());
    folds->setValue(5);
    child<QSpinBox>("kMax")->setValue(3);
    child<QSpinBox>("restarts")->setValue(1);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const LabelRecord& record = session.currentFit()->result->chosen->labels;
    EXPECT_EQ(record.names, (std::vector<std::string>{"setosa", "versicolor", "virginica"}));
    EXPECT_EQ(record.fold_count, 5);
    ASSERT_TRUE(settle());
    trigger("actionUndo");
    EXPECT_EQ(labels->currentIndex(), 1);
}

TEST_F(Window, LabelsMayBeClassesWithAMixtureEach) {
    openThroughDialog(dataPath("iris.csv"));
    auto* own = child<QCheckBox>("ownMixtures");
    EXPECT_FALSE(own->isEnabled()) << "without labels";
    auto* labels = child<QComboBox>("labelsCombo");
    labels->setCurrentIndex(1);
    emit labels->activated(1);
    own->click();
    EXPECT_EQ(session.currentData()->setup.columns.classes, "species");
    EXPECT_EQ(session.currentData()->setup.columns.labels, "");
    EXPECT_EQ(labels->currentText(), QStringLiteral("species"));
    EXPECT_FALSE(child<QComboBox>("familyCombo")->isEnabled());
    child<QSpinBox>("labelFolds")->setValue(5);
    child<QSpinBox>("kMax")->setValue(2);
    child<QSpinBox>("restarts")->setValue(1);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const LabelRecord& record = session.currentFit()->result->chosen->labels;
    // Three errors, as mclust's MclustDA makes on these rows.
    EXPECT_NEAR(record.training.error_rate, 0.02, 1e-12);
    EXPECT_EQ(record.component_classes, (ComponentClasses{0, 0, 1, 2}));

    window->showView(QStringLiteral("agreement"));
    ASSERT_TRUE(settle());
    const auto remark = [&] { return child<QLabel>("agreementTableRemark")->text(); };
    EXPECT_TRUE(remark().startsWith(QStringLiteral("Rows fitted: error 2.0 %")))
        << remark().toStdString();
    const auto* table = child<app::ResultTable>("agreementTable");
    EXPECT_EQ(table->model()->columnCount(), 5) << "label, three classes, sum";
    auto* rows = child<QComboBox>("agreementRows");
    ASSERT_TRUE(rows->isEnabled());
    rows->setCurrentIndex(1);
    emit rows->activated(1);
    EXPECT_TRUE(child<QLabel>("agreementTableHeadline")
                    ->text()
                    .startsWith(QStringLiteral("Left out of the fit in 5 parts")));
    own->click();
    EXPECT_EQ(session.currentData()->setup.columns.classes, "");
    EXPECT_EQ(session.currentData()->setup.columns.labels, "species");
}

TEST_F(Window, StudentComponentsAreFittedAndShown) {
    openThroughDialog(dataPath("faithful.csv"));
    auto* family = child<QComboBox>("familyCombo");
    EXPECT_EQ(family->currentIndex(), 0);
    family->setCurrentIndex(2);
    emit family->activated(2);
    const EmOptions& em = session.currentData()->setup.search.em;
    EXPECT_EQ(em.family, ComponentFamily::student);
    EXPECT_EQ(em.degrees_of_freedom_rule, DegreesOfFreedomRule::common);
    child<QSpinBox>("kMax")->setValue(2);
    child<QSpinBox>("restarts")->setValue(1);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const SavedModel& model = *session.currentFit()->result->chosen;
    ASSERT_TRUE(model.model.tails().has_value());
    EXPECT_EQ(model.fit.parameter_count, model.model.parameter_count());
    EXPECT_TRUE(nameOf(*session.currentFit()).startsWith(QStringLiteral("Student-t ")));
    ASSERT_TRUE(settle());
    trigger("actionUndo");
    trigger("actionUndo");
    trigger("actionUndo");
    EXPECT_EQ(family->currentIndex(), 0);
}

TEST_F(Window, NoiseIsFittedAndNamed) {
    openThroughDialog(dataPath("faithful.csv"));
    auto* noise = child<QCheckBox>("noiseBox");
    EXPECT_TRUE(noise->isEnabled());
    noise->click();
    EXPECT_TRUE(session.currentData()->setup.search.em.has_noise);
    EXPECT_FALSE(child<QComboBox>("familyCombo")->isEnabled());
    EXPECT_FALSE(child<QComboBox>("missingRows")->isEnabled());
    child<QSpinBox>("kMax")->setValue(2);
    child<QSpinBox>("restarts")->setValue(1);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const SavedModel& model = *session.currentFit()->result->chosen;
    ASSERT_TRUE(model.model.noise().has_value());
    EXPECT_EQ(model.fit.parameter_count, model.model.parameter_count());
    ASSERT_TRUE(settle());
    const QString words = child<QPlainTextEdit>("logView")->toPlainText();
    EXPECT_TRUE(words.contains(QStringLiteral("--noise"))) << words.toStdString();
    for (const char* view : {"fit", "matrix", "understanding", "agreement", "summary"}) {
        window->showView(QString::fromLatin1(view));
        ASSERT_TRUE(settle()) << view;
    }
    trigger("actionUndo");
    trigger("actionUndo");
    trigger("actionUndo");
    EXPECT_FALSE(noise->isChecked());
    EXPECT_TRUE(child<QComboBox>("familyCombo")->isEnabled());
}

TEST_F(Window, VariationalBayesIsFittedAndShowsItsBound) {
    openThroughDialog(dataPath("faithful.csv"));
    auto* method = child<QComboBox>("methodCombo");
    method->setCurrentIndex(2);
    emit method->activated(2);
    ASSERT_TRUE(session.currentData()->setup.search.variational);
    EXPECT_FALSE(child<QListWidget>("covarianceList")->isVisible());
    EXPECT_FALSE(child<QComboBox>("criterion")->isEnabled());
    child<QSpinBox>("kMax")->setValue(6);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const SavedModel& model = *session.currentFit()->result->chosen;
    ASSERT_TRUE(model.posterior.has_value());
    EXPECT_EQ(model.posterior->component_count(), 6);
    EXPECT_TRUE(std::isnan(model.fit.bic));
    EXPECT_TRUE(nameOf(*session.currentFit()).startsWith(QStringLiteral("Bayes")));
    window->showView(QStringLiteral("compare"));
    ASSERT_TRUE(settle());
    EXPECT_FALSE(child<QWidget>("bicPlot")->isVisible());
    method->setCurrentIndex(0);
    emit method->activated(0);
    EXPECT_FALSE(session.currentData()->setup.search.variational);
    EXPECT_TRUE(child<QListWidget>("covarianceList")->isVisible());
}

TEST_F(Window, FactorAnalysersAreAMethodOfTheirOwn) {
    openThroughDialog(dataPath("wine.csv"));
    auto* method = child<QComboBox>("methodCombo");
    auto* structures = child<QListWidget>("covarianceList");
    EXPECT_FALSE(child<QSpinBox>("mostFactors")->isVisible());
    EXPECT_EQ(structures->count(), 14);
    method->setCurrentIndex(1);
    emit method->activated(1);
    EXPECT_TRUE(child<QSpinBox>("mostFactors")->isVisible());
    EXPECT_FALSE(child<QComboBox>("familyCombo")->isEnabled());
    ASSERT_EQ(structures->count(), 8);
    for (int row = 0; row < structures->count(); ++row)
        structures->item(row)->setCheckState(
            structures->item(row)->text().startsWith(QStringLiteral("UCU")) ? Qt::Checked
                                                                            : Qt::Unchecked);
    child<QSpinBox>("mostFactors")->setValue(2);
    child<QSpinBox>("kMin")->setValue(3);
    child<QSpinBox>("kMax")->setValue(3);
    child<QSpinBox>("restarts")->setValue(2);
    const SearchOptions& search = session.currentData()->setup.search;
    ASSERT_TRUE(search.factors);
    EXPECT_EQ(search.factors->factor_counts, (std::vector<int>{1, 2}));
    EXPECT_EQ(search.factors->structures, std::vector<FactorStructure>{FactorStructure::UCU});
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const SavedModel& model = *session.currentFit()->result->chosen;
    ASSERT_TRUE(model.model.factors().has_value());
    EXPECT_EQ(model.fit.parameter_count, model.model.parameter_count());
    EXPECT_TRUE(nameOf(*session.currentFit()).startsWith(QStringLiteral("MFA UCU(")));
    ASSERT_TRUE(settle());
    window->showView(QStringLiteral("loadings"));
    ASSERT_TRUE(settle());
    const auto* loadings = child<ResultTable>("loadings");
    ASSERT_TRUE(loadings->isVisible());
    EXPECT_EQ(loadings->model()->rowCount(), 13);
    EXPECT_EQ(loadings->model()->columnCount(), 2 + model.model.factors()->factor_count());
    const StandardisedLoadings first = standardised_loadings(*model.model.factors(), 0);
    EXPECT_EQ(loadings->model()->index(4, 1).data(ResultTable::storedRole).toDouble(),
              first.correlations(4, 0));
    method->setCurrentIndex(0);
    emit method->activated(0);
    EXPECT_EQ(structures->count(), 14);
    EXPECT_FALSE(session.currentData()->setup.search.factors);
}

TEST_F(Window, RowsWithMissingValuesCanBeUsed) {
    openThroughDialog(dataPath("airquality.csv"));
    auto* rows = child<QComboBox>("missingRows");
    ASSERT_NE(rows, nullptr);
    rows->setCurrentIndex(2);
    emit rows->activated(2);
    child<QSpinBox>("kMax")->setValue(2);
    child<QSpinBox>("restarts")->setValue(1);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const RunResult& result = *session.currentFit()->result;
    EXPECT_EQ(result.table.incomplete_rows, 42);
    EXPECT_EQ(result.chosen->data.rows_used, 153);
    ASSERT_TRUE(settle());
    for (const char* view : {"fit", "scatter", "understanding", "compare"}) {
        window->showView(QLatin1String(view));
        ASSERT_TRUE(settle());
    }
    EXPECT_FALSE(child<QWidget>("infoBar")->isVisible());
}

TEST_F(Window, DegreesOfFreedomCanBeGiven) {
    openThroughDialog(dataPath("faithful.csv"));
    auto* family = child<QComboBox>("familyCombo");
    auto* degrees = child<QLineEdit>("degreesOfFreedom");
    EXPECT_FALSE(degrees->isEnabled());
    family->setCurrentIndex(3);
    emit family->activated(3);
    ASSERT_TRUE(degrees->isEnabled());
    degrees->setText(QStringLiteral("4"));
    emit degrees->editingFinished();
    child<QSpinBox>("kMax")->setValue(2);
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 4 * test::patience));
    ASSERT_NE(session.currentFit(), nullptr);
    const GaussianMixture& model = session.currentFit()->result->chosen->model;
    ASSERT_TRUE(model.tails().has_value());
    EXPECT_EQ(model.tails()->degrees_of_freedom.minCoeff(), 4.0);
    EXPECT_EQ(model.tails()->degrees_of_freedom.maxCoeff(), 4.0);
    ASSERT_TRUE(settle());
    // Where they are estimated again, they begin where they always do.
    family->setCurrentIndex(1);
    emit family->activated(1);
    EXPECT_FALSE(degrees->isEnabled());
    EXPECT_EQ(session.currentData()->setup.search.em.degrees_of_freedom,
              EmOptions().degrees_of_freedom);
}

TEST_F(Window, OptionChangesStartNothingAndCanBeUndone) {
    openThroughDialog(dataPath("faithful.csv"));
    child<QSpinBox>("kMax")->setValue(4);
    child<QListWidget>("covarianceList")->item(0)->setCheckState(Qt::Unchecked);
    child<QSpinBox>("seed")->setValue(12);
    EXPECT_EQ(session.fitJob(), nullptr);
    const SearchOptions& search = session.currentData()->setup.search;
    EXPECT_EQ(search.component_counts, (std::vector<int>{1, 2, 3, 4}));
    EXPECT_EQ(search.covariance_structures.size(), 13u);
    EXPECT_EQ(search.em.seed, 12u);
    trigger("actionUndo");
    EXPECT_EQ(child<QSpinBox>("seed")->value(), 1);
    trigger("actionUndo");
    EXPECT_EQ(child<QListWidget>("covarianceList")->item(0)->checkState(), Qt::Checked);
    trigger("actionUndo");
    EXPECT_EQ(child<QSpinBox>("kMax")->value(), 9);
    trigger("actionRedo");
    EXPECT_EQ(child<QSpinBox>("kMax")->value(), 4);
}

TEST_F(Window, PauseAndCancelByKey) {
    test::open(session, "gvhd_pos.csv");
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_NE(session.fitJob(), nullptr);
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_TRUE(session.fitJob()->isPaused());
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_FALSE(session.fitJob()->isPaused());
    QTest::keyClick(window.get(), Qt::Key_F5, Qt::ShiftModifier);
    EXPECT_TRUE(waitFor([&] { return session.fitJob() == nullptr; }, 1000));
    EXPECT_EQ(session.currentFit(), nullptr);
}

TEST_F(Window, ProjectComesBackWithItsResultsAndWithoutAFit) {
    test::open(session, "faithful.csv");
    test::setUpSmallFit(session);
    ASSERT_TRUE(test::fit(session));
    ASSERT_TRUE(settle());
    const QTemporaryDir folder;
    const QString path = folder.path() + QStringLiteral("/geyser.mixtura");
    QSignalSpy saved(window.get(), &MainWindow::projectSaved);
    window->saveProject(path);
    ASSERT_TRUE(waitFor([&] { return saved.count() == 1; }));
    EXPECT_EQ(window->windowTitle(), QStringLiteral("geyser[*] - Mixtura"));
    EXPECT_FALSE(window->isWindowModified());
    const double bic = session.currentFit()->result->selection[0].bic;
    session.setContent({});
    QSignalSpy opened(window.get(), &MainWindow::fileOpened);
    window->openFile(path);
    ASSERT_TRUE(waitFor([&] { return opened.count() == 1; }));
    ASSERT_TRUE(settle());
    EXPECT_EQ(session.fitJob(), nullptr);
    ASSERT_NE(session.currentFit(), nullptr);
    EXPECT_EQ(session.currentFit()->result->selection[0].bic, bic);
    EXPECT_EQ(child<QTableView>("comparisonTable")->model()->rowCount(), 4);
}

TEST_F(Window, ExportsEverythingOfTheModelShown) {
    test::open(session, "faithful.csv");
    test::setUpSmallFit(session);
    ASSERT_TRUE(test::fit(session));
    ASSERT_TRUE(settle());
    const QTemporaryDir folder;
    QSignalSpy done(window.get(), &MainWindow::exportDone);
    window->exportAll(folder.path());
    ASSERT_TRUE(waitFor([&] { return done.count() == 1; }));
    EXPECT_EQ(done.at(0).at(0).toString(), QString());
    const SavedModel saved =
        read_model_file((folder.path() + QStringLiteral("/faithful-model.json")).toStdString());
    EXPECT_EQ(saved.model.feature_count(), 2);
    for (const char* name : {"faithful-labels.csv", "faithful-model.R", "faithful-model.py",
                             "faithful-model.cpp", "faithful-comparison.csv", "faithful-fit.svg",
                             "faithful-scatter-matrix.pdf", "faithful-comparison.png"})
        EXPECT_GT(QFileInfo(folder.path() + u'/' + QLatin1String(name)).size(), 100) << name;
}

TEST_F(Window, UnreadableFileIsAProblemNotADialogOfLibraryText) {
    window->openFile(QStringLiteral("/nowhere/at all.csv"));
    ASSERT_EQ(session.problems().size(), 1u);
    EXPECT_TRUE(session.problems()[0].text.contains(QStringLiteral("is not there")));
    EXPECT_EQ(child<QTreeWidget>("problemsView")->topLevelItemCount(), 1);
    EXPECT_TRUE(child<QWidget>("infoBar")->isVisible());
}

TEST_F(Window, EveryWidgetThatTakesTheFocusHasAnAccessibleName) {
    test::open(session, "iris.csv");
    ASSERT_TRUE(settle());
    const auto check = [](const QWidget* root) {
        for (const QWidget* widget : root->findChildren<QWidget*>()) {
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const bool isNamed = !widget->accessibleName().isEmpty() ||
                                 (button != nullptr && !button->text().isEmpty());
            // Parts inside a standard widget speak through it.
            const bool isInner = widget->objectName().startsWith(QStringLiteral("qt_")) ||
                                 qobject_cast<const QWidget*>(widget->parent()) == nullptr;
            const QWidget* parent = widget->parentWidget();
            const bool parentSpeaks = parent != nullptr && !parent->accessibleName().isEmpty();
            if ((widget->focusPolicy() & Qt::TabFocus) == 0 || isInner || parentSpeaks)
                continue;
            EXPECT_TRUE(isNamed) << widget->metaObject()->className() << " '"
                                 << widget->objectName().toStdString() << "' in "
                                 << (parent != nullptr ? parent->metaObject()->className() : "");
        }
    };
    check(window.get());
    const ImportDialog dialog(dataPath("iris.csv"));
    check(&dialog);
}

TEST_F(Window, ActionsHaveTextAndMnemonicsAreUniqueInEachMenu) {
    for (const QMenu* menu : window->menuBar()->findChildren<QMenu*>()) {
        std::set<QChar> used;
        for (const QAction* action : menu->actions()) {
            if (action->isSeparator())
                continue;
            EXPECT_FALSE(action->text().isEmpty());
            const QString text = QString(action->text()).remove(QStringLiteral("&&"));
            const qsizetype at = text.indexOf(u'&');
            if (at < 0 || at + 1 >= text.size())
                continue;
            EXPECT_TRUE(used.insert(text[at + 1].toLower()).second)
                << menu->title().toStdString() << ": " << text.toStdString();
        }
    }
}

TEST_F(Window, FitsIntoASmallScreen) {
    test::open(session, "iris.csv");
    ASSERT_TRUE(settle());
    EXPECT_LE(window->minimumSizeHint().width(), 1024);
    EXPECT_LE(window->minimumSizeHint().height(), 700);
}

TEST(ImportDialogTest, AmbiguousDecimalIsAskedNotGuessed) {
    const QTemporaryDir folder;
    const QString path = folder.path() + QStringLiteral("/ambiguous.csv");
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("a;b\n1,234;5,678\n2,345;6,789\n3,456;7,891\n");
    file.close();
    ImportDialog dialog(path);
    auto* fidelity = dialog.findChild<QLabel*>(QStringLiteral("importFidelity"));
    auto* open = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
    ASSERT_TRUE(waitFor([&] { return fidelity->text().contains(QStringLiteral("1,234")); }));
    QTest::qWait(300);
    EXPECT_FALSE(open->isEnabled());
    QSignalSpy imported(&dialog, &ImportDialog::imported);
    auto* decimal = dialog.findChild<QComboBox*>(QStringLiteral("importDecimal"));
    decimal->setCurrentIndex(decimal->findData(int(',')));
    ASSERT_TRUE(waitFor([&] { return open->isEnabled(); }));
    dialog.accept();
    ASSERT_TRUE(waitFor([&] { return imported.count() == 1; }));
    const auto result = imported.at(0).at(2).value<std::shared_ptr<const ImportResult>>();
    EXPECT_EQ(result->data.column(0).numbers[0], 1.234);
}

TEST(ImportDialogTest, UnreadableCellIsNamedAndMustBeDecidedOn) {
    const QTemporaryDir folder;
    const QString path = folder.path() + QStringLiteral("/bad.csv");
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("x,y\n");
    for (int row = 0; row < 20000; ++row) file.write(row == 9000 ? "1.5,12..5\n" : "1.5,2.5\n");
    file.close();
    ImportDialog dialog(path);
    auto* fidelity = dialog.findChild<QLabel*>(QStringLiteral("importFidelity"));
    auto* choice = dialog.findChild<QComboBox*>(QStringLiteral("importBadCells"));
    auto* open = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
    ASSERT_TRUE(waitFor([&] { return fidelity->text().contains(QStringLiteral("12..5")); }))
        << fidelity->text().toStdString();
    EXPECT_TRUE(fidelity->text().contains(QStringLiteral("1 cell is unreadable")));
    EXPECT_FALSE(open->isEnabled());
    choice->setCurrentIndex(choice->findData(int(BadCell::skip_row)));
    ASSERT_TRUE(waitFor([&] { return open->isEnabled(); }));
    QSignalSpy imported(&dialog, &ImportDialog::imported);
    dialog.accept();
    ASSERT_TRUE(waitFor([&] { return imported.count() == 1; }));
    const auto result = imported.at(0).at(2).value<std::shared_ptr<const ImportResult>>();
    EXPECT_EQ(result->data.row_count(), 19999);
    EXPECT_EQ(result->rows_skipped, 1);
}

TEST(DataTable, SortsByValueWithMissingLastAndStably) {
    Column column;
    column.name = "x";
    column.numbers = {3.0, std::nan(""), 1.0, 3.0, 2.0};
    EXPECT_EQ(sortedOrder(column, Qt::AscendingOrder), (std::vector<std::int32_t>{2, 4, 0, 3, 1}));
    EXPECT_EQ(sortedOrder(column, Qt::DescendingOrder), (std::vector<std::int32_t>{0, 3, 4, 2, 1}));
    Column text;
    text.name = "t";
    text.type = ColumnType::category;
    text.levels = {"b", "a"};
    text.codes = {0, 1, -1, 0};
    EXPECT_EQ(sortedOrder(text, Qt::AscendingOrder), (std::vector<std::int32_t>{1, 0, 3, 2}));
}

}  // namespace
}  // namespace mixtura::app
