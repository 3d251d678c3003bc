// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <memory>

#include <gmock/gmock.h>
#include <qcustomplot.h>

#include "mixtura/common/random.h"

#include "plots/bic_plot.h"
#include "plots/fit_plot.h"
#include "plots/point_cloud.h"
#include "plots/scatter_matrix.h"
#include "results/comparison_table.h"
#include "results/component_summary.h"
#include "results/export_dialog.h"
#include "session/component_name.h"

namespace mixtura::app {
namespace {

std::shared_ptr<FeatureTable> randomTable(Eigen::Index rows, int features) {
    auto table = std::make_shared<FeatureTable>();
    RandomStream random(3, 0);
    const GaussianMixture model(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, features),
                                {Eigen::MatrixXd::Identity(features, features)});
    table->observations = sample(model, rows, random).observations;
    for (int feature = 0; feature < features; ++feature)
        table->names.push_back("feature number " + std::to_string(feature + 1));
    return table;
}

GaussianMixture twoComponents(int features) {
    Eigen::MatrixXd means = Eigen::MatrixXd::Zero(2, features);
    means.row(1).setConstant(1.0);
    const Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(features, features);
    return {Eigen::Vector2d(0.6, 0.4), means, {covariance, 0.25 * covariance}};
}

/// Answers the view's requests at once, as the session does in the background.
template <class View>
void serve(View& view, const std::shared_ptr<FeatureTable>& table, const GaussianMixture* model) {
    QObject::connect(&view, &View::figureRequested, &view,
                     [&view, table, model](const std::vector<int>& features) {
                         view.setFigure(std::make_shared<ScatterFigure>(
                             scatter_figure(*table, features, model)));
                     });
}

template <class View>
class AnyScatterView : public testing::Test {};
using ScatterViews = testing::Types<ScatterMatrix, FitPlot>;
TYPED_TEST_SUITE(AnyScatterView, ScatterViews);

TYPED_TEST(AnyScatterView, DrawsTablesOfAnyShape) {
    for (const auto& [rows, features] : {std::pair<Eigen::Index, int>{0, 0},
                                         {0, 3},
                                         {1, 1},
                                         {1, 2},
                                         {50, 1},
                                         {50, 2},
                                         {30, 200}}) {
        TypeParam view;
        const auto table = features > 0 ? randomTable(std::max<Eigen::Index>(rows, 1), features)
                                        : std::make_shared<FeatureTable>();
        if (rows == 0)
            table->observations.resize(0, features);
        serve(view, table, nullptr);
        view.setTable(table);
        EXPECT_FALSE(view.renderFigure(QSize(640, 480)).isNull());
        EXPECT_FALSE(view.accessibleName().isEmpty());
        EXPECT_TRUE(view.accessibleDescription().endsWith(QLatin1Char('.')));
        if (rows == 0 || features == 0)
            continue;
        const GaussianMixture model = twoComponents(features);
        TypeParam fitted;
        serve(fitted, table, &model);
        fitted.setTable(table);
        fitted.setScores(std::make_shared<Scores>(score(model, table->observations)));
        EXPECT_FALSE(fitted.renderFigure(QSize(640, 480)).isNull());
        EXPECT_TRUE(fitted.dataCsv().contains("classification"));
        fitted.setTable(nullptr);
        EXPECT_FALSE(fitted.renderFigure(QSize(640, 480)).isNull());
    }
}

TYPED_TEST(AnyScatterView, IgnoresAFigureOfOtherFeatures) {
    TypeParam view;
    const auto table = randomTable(20, 5);
    view.setTable(table);
    view.setFigure(std::make_shared<ScatterFigure>(scatter_figure(*table, {4})));
    EXPECT_FALSE(view.renderFigure(QSize(300, 300)).isNull());
}

TYPED_TEST(AnyScatterView, KeepsItsFeaturesWhenTheSameColumnsComeBack) {
    TypeParam view;
    view.setTable(randomTable(20, 5));
    if constexpr (std::is_same_v<TypeParam, FitPlot>)
        view.setPair(3, 1);
    else
        view.setFeatures({3, 1});
    const std::vector<int> chosen = view.features();
    view.setTable(randomTable(40, 5));
    EXPECT_EQ(view.features(), chosen);
    view.setTable(randomTable(40, 2));
    EXPECT_EQ(view.features(), (std::vector<int>{0, 1}));
}

TEST(FitPlot, DrawsEllipsesAtTheirExactPlace) {
    const auto table = randomTable(200, 2);
    const GaussianMixture model = twoComponents(2);
    FitPlot view;
    serve(view, table, &model);
    view.setTable(table);
    view.setScores(std::make_shared<Scores>(score(model, table->observations)));
    auto* plot = view.findChild<QCustomPlot*>();
    ASSERT_FALSE(view.renderFigure(QSize(800, 600)).isNull());
    // Half axes on screen: sqrt(-2 ln(1 - p)) standard deviations; sd 1 and 0.5, p 0.5 and 0.95.
    std::vector<double> widths;
    for (int i = 0; i < plot->plottableCount(); ++i) {
        const auto* curve = qobject_cast<QCPCurve*>(plot->plottable(i));
        if (curve == nullptr || curve->data()->size() != 129)  // 128 points and a break
            continue;
        double lower = 1e9;
        double upper = -1e9;
        for (const QCPCurveData& point : *curve->data()) {
            if (std::isnan(point.key))
                continue;
            lower = std::min(lower, curve->keyAxis()->coordToPixel(point.key));
            upper = std::max(upper, curve->keyAxis()->coordToPixel(point.key));
        }
        const double unit =
            curve->keyAxis()->coordToPixel(1.0) - curve->keyAxis()->coordToPixel(0.0);
        widths.push_back((upper - lower) / 2.0 / unit);
    }
    ASSERT_EQ(widths.size(), 4U);
    EXPECT_NEAR(widths[0], 1.17741, 0.002);
    EXPECT_NEAR(widths[1], 2.44775, 0.002);
    EXPECT_NEAR(widths[2], 0.5 * 1.17741, 0.001);
    EXPECT_NEAR(widths[3], 0.5 * 2.44775, 0.001);
}

TEST(FitPlot, SwapsWhenTheOtherAxisFeatureIsChosen) {
    FitPlot view;
    view.setTable(randomTable(10, 3));
    const QSignalSpy asked(&view, &FitPlot::figureRequested);
    auto* across = view.findChildren<QComboBox*>().at(0);
    across->setCurrentIndex(1);
    emit across->activated(1);
    EXPECT_EQ(view.features(), (std::vector<int>{1, 0}));
    EXPECT_EQ(asked.count(), 1);
}

TEST(FitPlot, DescribesItsComponentsInASentence) {
    const auto table = randomTable(50, 2);
    const GaussianMixture model = twoComponents(2);
    FitPlot view;
    serve(view, table, &model);
    view.setTable(table);
    view.setScores(std::make_shared<Scores>(score(model, table->observations)));
    EXPECT_THAT(view.accessibleDescription().toStdString(),
                testing::AllOf(testing::HasSubstr("50 rows"),
                               testing::HasSubstr("component 1 holds 60.0 % around (0, 0)")));
}

TEST(FitPlot, ExportsAMillionRowsAsASmallVectorFile) {
    const auto table = randomTable(200000, 2);
    FitPlot view;
    view.setTable(table);
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("fit.pdf"));
    ASSERT_EQ(view.saveFigure(path), QString());
    EXPECT_LT(QFileInfo(path).size(), 3000000);
    EXPECT_GT(QFileInfo(path).size(), 5000);
}

TEST(ScatterMatrix, ActivatesThePairUnderADoubleClick) {
    ScatterMatrix view;
    view.setTable(randomTable(30, 3));
    view.resize(600, 600);
    view.show();
    QApplication::processEvents();
    auto* plot = view.findChild<QCustomPlot*>();
    plot->replot();
    const QSignalSpy activated(&view, &ScatterMatrix::pairActivated);
    // Lower left panel: first feature across, last one upwards.
    QTest::mouseDClick(plot, Qt::LeftButton, {}, QPoint(100, plot->height() - 100));
    ASSERT_EQ(activated.count(), 1);
    EXPECT_EQ(activated.at(0).at(0).toInt(), 0);
    EXPECT_EQ(activated.at(0).at(1).toInt(), 2);
}

SelectionRecord record(const std::string& structure, int count, double bic,
                       const std::string& status = "converged", const std::string& message = "") {
    SelectionRecord result;
    result.covariance_structure = structure;
    result.component_count = count;
    result.parameter_count = 10 * count;
    result.log_likelihood = -bic / 2.0;
    result.bic = bic;
    result.icl = bic + 1.0;
    result.aic = bic - 1.0;
    result.status = status;
    result.message = message;
    return result;
}

std::vector<SelectionRecord> records() {
    std::vector<SelectionRecord> result = {
        record("EII", 1, 1000.5),
        record("EII", 2, 99.25),
        record("EII", 10, 101.0),
        record("VVV", 1, 900.0),
        record("VVV", 2, 20.0, "spurious", "component 2 is flat"),
        record("VVV", 10, 0.0, "failed", "too few rows")};
    result.back().log_likelihood = 0.0;
    return result;
}

std::vector<QString> column(const QTableView& view, int index) {
    std::vector<QString> texts;
    for (int row = 0; row < view.model()->rowCount(); ++row)
        texts.push_back(view.model()->index(row, index).data().toString());
    return texts;
}

TEST(ComparisonTable, SortsNumbersAsNumbersAndAbsentOnesLast) {
    QLocale::setDefault(QLocale::c());
    ComparisonTable table;
    table.setRecords(records(), 1, Criterion::bic);
    auto* view = table.findChild<QTableView*>(QStringLiteral("comparisonTable"));
    ASSERT_NE(view, nullptr);
    EXPECT_THAT(column(*view, 0),
                testing::ElementsAre(QStringLiteral("VVV,2"), QStringLiteral("EII,2"),
                                     QStringLiteral("EII,10"), QStringLiteral("VVV,1"),
                                     QStringLiteral("EII,1"), QStringLiteral("VVV,10")));
    view->sortByColumn(4, Qt::DescendingOrder);
    EXPECT_EQ(column(*view, 0).front(), QStringLiteral("EII,1"));
    EXPECT_EQ(column(*view, 0).back(), QStringLiteral("VVV,10"));
    view->sortByColumn(2, Qt::AscendingOrder);
    EXPECT_EQ(column(*view, 2), (std::vector<QString>{"1", "1", "2", "2", "10", "10"}));
}

TEST(ComparisonTable, SaysTheBestInWordsAndSelectsIt) {
    ComparisonTable table;
    table.setRecords(records(), 1, Criterion::bic, QStringLiteral("EII,2 leads."));
    const QSignalSpy selected(&table, &ComparisonTable::candidateSelected);
    table.setCurrent(1);
    EXPECT_EQ(table.current(), 1);
    EXPECT_EQ(selected.count(), 0);
    auto* view = table.findChild<QTableView*>(QStringLiteral("comparisonTable"));
    const QModelIndex status = view->currentIndex().siblingAtColumn(1);
    EXPECT_EQ(status.data().toString(), QStringLiteral("Best"));
    EXPECT_TRUE(status.data(Qt::FontRole).value<QFont>().bold());
    view->selectRow(0);
    ASSERT_EQ(selected.count(), 1);
    EXPECT_EQ(selected.at(0).at(0).toInt(), 4);
}

TEST(ComparisonTable, CopiesAndStoresNumbersInTheCLocale) {
    QLocale::setDefault(QLocale(QLocale::German));
    ComparisonTable table;
    table.setRecords(records(), 1, Criterion::bic);
    const QByteArray csv = table.toCsv();
    QLocale::setDefault(QLocale::c());
    EXPECT_TRUE(csv.startsWith("model,status,component_count,covariance_structure,bic,"));
    EXPECT_TRUE(csv.contains("\"EII,2\",best,2,EII,99.25,100.25,98.25,-49.625,20,"));
    EXPECT_TRUE(csv.contains("spurious: component 2 is flat"));
    EXPECT_EQ(csv.count('\n'), 7);
    table.copyWithHeader();
    EXPECT_TRUE(QApplication::clipboard()->text().startsWith(QStringLiteral("model\t")));
}

TEST(ComparisonTable, IsEmptyWithoutModels) {
    ComparisonTable table;
    table.setRecords({}, std::nullopt, Criterion::icl);
    EXPECT_EQ(table.current(), -1);
    EXPECT_EQ(table.toCsv().count('\n'), 1);
    table.setCurrent(5);
    EXPECT_EQ(table.current(), -1);
}

TEST(BicPlot, SelectsTheModelThatIsClicked) {
    BicPlot view;
    view.setRecords(records(), 1);
    view.resize(700, 500);
    view.show();
    QApplication::processEvents();
    auto* plot = view.findChild<QCustomPlot*>();
    plot->replot();
    const QSignalSpy selected(&view, &BicPlot::candidateSelected);
    const QPoint place(static_cast<int>(plot->xAxis->coordToPixel(10)),
                       static_cast<int>(plot->yAxis->coordToPixel(101.0)));
    QTest::mouseClick(plot, Qt::LeftButton, {}, place);
    ASSERT_EQ(selected.count(), 1);
    EXPECT_EQ(selected.at(0).at(0).toInt(), 2);
    EXPECT_EQ(view.current(), 2);
    EXPECT_THAT(view.accessibleDescription().toStdString(),
                testing::HasSubstr("the best is EII,2"));
    EXPECT_TRUE(view.dataCsv().contains("VVV,10,100,,,,,,,,failed,too few rows"));
}

TEST(BicPlot, DrawsNoModelsAndFailedModels) {
    BicPlot view;
    EXPECT_FALSE(view.renderFigure(QSize(300, 200)).isNull());
    view.setRecords({record("VVV", 3, 0.0, "failed", "too few rows")}, std::nullopt);
    EXPECT_FALSE(view.renderFigure(QSize(300, 200)).isNull());
}

TEST(ComponentSummary, StoresTheParametersAndEscapesNames) {
    ComponentSummaryView view;
    view.setModel(twoComponents(2), {"a,b", "<b>x</b>"},
                  {"2 groups", {{0, 0.6, 30, "Component <1>"}}, {}, {}});
    EXPECT_EQ(view.toCsv().toStdString(),
              "component,mixing_weight,\"mean of a,b\",mean of <b>x</b>,\"standard_deviation of "
              "a,b\",standard_deviation of <b>x</b>\n1,0.6,0,0,1,1\n2,0.4,1,1,0.5,0.5\n");
    const QString words = view.findChild<QTextEdit*>()->toPlainText();
    EXPECT_TRUE(words.contains(QStringLiteral("<b>x</b>")));
    EXPECT_TRUE(words.contains(QStringLiteral("Component <1>")));
}

/// Texts of the components in the legends of a view, in their order.
QStringList legendTexts(const QWidget& view) {
    QStringList texts;
    auto* plot = view.findChild<QCustomPlot*>();
    for (QCPLayerable* drawn : plot->layer(QStringLiteral("legend"))->children())
        if (const auto* legend = qobject_cast<QCPLegend*>(drawn))
            for (int i = 0; i < legend->itemCount(); ++i)
                if (const auto* item = dynamic_cast<const ComponentLegendItem*>(legend->item(i)))
                    texts << item->text();
    return texts;
}

TEST(ComponentName, IsTheLabelBesideTheNumber) {
    const QStringList names{QStringLiteral("setosa"), QStringLiteral("virginica")};
    EXPECT_EQ(componentTitle(1, names), QStringLiteral("Component 2 (virginica)"));
    EXPECT_EQ(componentTitle(2, names), QStringLiteral("Component 3"));
    EXPECT_EQ(componentTitle(0, {}), QStringLiteral("Component 1"));
    EXPECT_EQ(componentMark(0, names), QStringLiteral("1: setosa"));
    EXPECT_EQ(componentMark(2, names), QStringLiteral("3"));
}

TYPED_TEST(AnyScatterView, LegendNamesComponentsByKnownLabels) {
    const QString longName = QStringLiteral("Iris virginica var. shrevei, of the great lakes");
    const GaussianMixture model = twoComponents(2);
    const auto table = randomTable(40, 2);
    TypeParam view;
    serve(view, table, &model);
    view.setTable(table);
    view.setComponentNames({longName});
    view.setScores(std::make_shared<Scores>(score(model, table->observations)));
    const QStringList texts = legendTexts(view);
    ASSERT_GE(texts.size(), 2);
    EXPECT_TRUE(texts[0].startsWith(QStringLiteral("1: Iris"))) << texts[0].toStdString();
    EXPECT_TRUE(texts[0].contains(QChar(0x2026))) << texts[0].toStdString();
    EXPECT_TRUE(texts[0].contains(QStringLiteral("lakes"))) << "cut in the middle";
    EXPECT_TRUE(texts[0].contains(QStringLiteral("60.0 %"))) << texts[0].toStdString();
    EXPECT_FALSE(texts[1].contains(QStringLiteral(": ")));
}

TEST(FitPlot, DescribesComponentsByTheirWholeNames) {
    const GaussianMixture model = twoComponents(2);
    const auto table = randomTable(40, 2);
    FitPlot view;
    serve(view, table, &model);
    view.setTable(table);
    view.setComponentNames({QStringLiteral("a very long name of a group of rows")});
    view.setScores(std::make_shared<Scores>(score(model, table->observations)));
    EXPECT_TRUE(view.accessibleDescription().contains(
        QStringLiteral("component 1 (a very long name of a group of rows) holds 60.0 %")))
        << view.accessibleDescription().toStdString();
}

TEST(ComponentSummary, NamesColumnsByKnownLabels) {
    ComponentSummaryView view;
    view.setModel(twoComponents(1), {"x"}, {}, {},
                  {QStringLiteral("a <group> of a name that is too long for a column")});
    const QString words = view.findChild<QTextEdit*>()->toPlainText();
    EXPECT_TRUE(words.contains(QStringLiteral("a <group"))) << words.toStdString();
    EXPECT_TRUE(words.contains(QChar(0x2026)));
    EXPECT_EQ(view.toCsv().toStdString(),
              "component,label,mixing_weight,mean of x,standard_deviation of x\n"
              "1,a <group> of a name that is too long for a column,0.6,0,1\n2,,0.4,1,0.5\n");
}

TEST(ExportDialog, NamesTheFilesItWouldWrite) {
    const QTemporaryDir folder;
    ExportDialog dialog;
    dialog.setTarget(folder.path(), QStringLiteral("iris"));
    dialog.setFigures({{QStringLiteral("Fit plot"), QStringLiteral("fit")}});
    dialog.setChecked(ExportKind::figurePdf, true);
    const auto items = dialog.items();
    ASSERT_EQ(items.size(), 3);
    EXPECT_EQ(items[0].path, folder.filePath(QStringLiteral("iris-model.json")));
    EXPECT_EQ(items[1].path, folder.filePath(QStringLiteral("iris-assignments.csv")));
    EXPECT_EQ(items[2].path, folder.filePath(QStringLiteral("iris-fit.pdf")));
    EXPECT_EQ(items[2].figure, QStringLiteral("fit"));
    const QSignalSpy asked(&dialog, &ExportDialog::exportRequested);
    for (auto* button : dialog.findChildren<QAbstractButton*>())
        if (button->text() == QStringLiteral("E&xport"))
            button->click();
    EXPECT_EQ(asked.count(), 1);
    dialog.setTarget(folder.path(), QStringLiteral("a/b"));
    EXPECT_TRUE(dialog.items().isEmpty());
}

TEST(Views, NameEveryWidgetThatTakesTheFocus) {
    ScatterMatrix matrix;
    FitPlot fit;
    BicPlot bic;
    ComparisonTable table;
    ComponentSummaryView summary;
    ExportDialog dialog;
    matrix.setTable(randomTable(5, 3));
    fit.setTable(randomTable(5, 3));
    for (QWidget* view :
         std::initializer_list<QWidget*>{&matrix, &fit, &bic, &table, &summary, &dialog})
        for (QWidget* child : view->findChildren<QWidget*>()) {
            if (child->focusPolicy() == Qt::NoFocus || !child->isVisibleTo(view) ||
                child->objectName().startsWith(QStringLiteral("qt_")) ||
                qobject_cast<QHeaderView*>(child) != nullptr)
                continue;
            const auto* button = qobject_cast<QAbstractButton*>(child);
            EXPECT_TRUE(!child->accessibleName().isEmpty() ||
                        (button != nullptr && !button->text().isEmpty()))
                << child->metaObject()->className() << " in " << view->metaObject()->className();
        }
}

}  // namespace
}  // namespace mixtura::app
