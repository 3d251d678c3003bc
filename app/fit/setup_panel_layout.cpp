// SPDX-License-Identifier: GPL-3.0-or-later
/// The fields of the set-up panel and where they stand.
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleValidator>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStyle>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>
#include <utility>

#include "mixtura/gaussian_mixture/student_tails.h"
#include "mixtura/variational/variational_fit.h"

#include "fit/glyph_icon.h"
#include "fit/setup_panel_parts.h"

namespace mixtura::app {

namespace {

/// Most components the panel offers; the core allows more, through a plan.
constexpr int componentChoices = 100;
constexpr int factorChoices = 50;

template <class Structure>
QString title(Structure structure) {
    return QString::fromLatin1(to_string(structure).data(), 3) + QStringLiteral(" \u2013 ") +
           QString::fromUtf8(describe(structure).data(), qsizetype(describe(structure).size()));
}

template <class Structures>
void list(const Structures& structures, QListWidget& widget) {
    widget.clear();
    for (const auto structure : structures) {
        auto* item = new QListWidgetItem(title(structure), &widget);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setData(Qt::UserRole, int(structure));
        item->setToolTip(title(structure));
        item->setCheckState(Qt::Checked);
    }
}

/// A list that asks for no more height than some rows.
QListWidget* checkList(const QString& name, const QString& accessibleName) {
    auto* list = new QListWidget;
    list->setObjectName(name);
    list->setAccessibleName(accessibleName);
    list->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->setTextElideMode(Qt::ElideRight);
    list->setUniformItemSizes(true);
    list->setMinimumWidth(list->fontMetrics().averageCharWidth() * 26);
    return list;
}

}  // namespace

void SetupPanel::listStructures(bool ofFactors) {
    if (ofFactors)
        list(all_factor_structures, *parts_->covariance);
    else
        list(all_covariance_structures, *parts_->covariance);
}

void SetupPanel::build() {
    Parts& p = *parts_;
    p.method = new QComboBox;
    p.method->setObjectName(QStringLiteral("methodCombo"));
    p.method->addItem(tr("Gaussian mixture (GMM)"), QStringLiteral("gaussian-mixture"));
    p.method->addItem(tr("Factor analysers (MFA)"), factorPage());
    p.method->addItem(tr("Variational Bayes"), variationalPage());
    p.method->setToolTip(
        tr("Factor analysers explain the covariances by a few factors: for many features and few "
           "rows. Variational Bayes empties the components that the data do not support."));
    p.columns = checkList(QStringLiteral("columnList"), tr("Columns used as features"));
    p.columnsLabel = new QLabel(tr("Colum&ns:"));
    p.columnsLabel->setBuddy(p.columns);
    p.fewest = new QSpinBox;
    p.fewest->setObjectName(QStringLiteral("kMin"));
    p.fewest->setRange(1, componentChoices);
    p.most = new QSpinBox;
    p.most->setObjectName(QStringLiteral("kMax"));
    p.most->setRange(1, componentChoices);
    auto* countRow = new QHBoxLayout;
    countRow->addWidget(p.fewest, 1);
    auto* toLabel = p.toLabel = new QLabel(tr("&to"));
    toLabel->setBuddy(p.most);
    countRow->addWidget(toLabel);
    countRow->addWidget(p.most, 1);
    p.fewestFactors = new QSpinBox;
    p.fewestFactors->setObjectName(QStringLiteral("fewestFactors"));
    p.mostFactors = new QSpinBox;
    p.mostFactors->setObjectName(QStringLiteral("mostFactors"));
    for (QSpinBox* box : {p.fewestFactors, p.mostFactors}) box->setRange(1, factorChoices);
    p.fewestFactors->setAccessibleName(tr("Fewest factors"));
    p.mostFactors->setAccessibleName(tr("Most factors"));
    p.factorRow = new QWidget;
    auto* factorRow = new QHBoxLayout(p.factorRow);
    factorRow->setContentsMargins(0, 0, 0, 0);
    factorRow->addWidget(p.fewestFactors, 1);
    factorRow->addWidget(new QLabel(tr("to")));
    factorRow->addWidget(p.mostFactors, 1);
    p.covariance = checkList(QStringLiteral("covarianceList"), tr("Covariance structures to try"));
    listStructures(false);
    p.allStructures = new QToolButton;
    p.allStructures->setText(tr("&All"));
    p.allStructures->setAccessibleName(tr("Tick all covariance structures"));
    p.noStructures = new QToolButton;
    p.noStructures->setText(tr("VV&V only"));
    p.noStructures->setToolTip(tr("Only the most general structure"));
    p.noStructures->setAccessibleName(tr("Tick the most general structure alone"));
    auto* covarianceLabel = p.covarianceLabel = new QLabel(tr("Co&variance:"));
    covarianceLabel->setBuddy(p.covariance);
    auto* covarianceHead = new QHBoxLayout;
    covarianceHead->addWidget(covarianceLabel, 1);
    covarianceHead->addWidget(p.allStructures);
    covarianceHead->addWidget(p.noStructures);
    p.restarts = new QSpinBox;
    p.restarts->setObjectName(QStringLiteral("restarts"));
    p.restarts->setRange(1, 1000);
    p.restarts->setToolTip(tr("Independent starts of every model; the best one is kept."));
    p.seed = new QSpinBox;
    p.seed->setObjectName(QStringLiteral("seed"));
    p.seed->setRange(0, std::numeric_limits<int>::max());
    p.seed->setToolTip(tr("The same seed gives the same result."));
    p.criterion = new QComboBox;
    p.criterion->setObjectName(QStringLiteral("criterion"));
    p.criterion->addItem(tr("BIC (density)"), int(Criterion::bic));
    p.criterion->addItem(tr("ICL (well separated groups)"), int(Criterion::icl));
    p.criterion->addItem(tr("AIC (prediction)"), int(Criterion::aic));
    p.criterion->addItem(tr("NEC (number of groups)"), int(Criterion::nec));
    p.criterion->addItem(tr("Cross-validation"), int(Criterion::cv));
    p.standardise = new QComboBox;
    p.standardise->setObjectName(QStringLiteral("standardise"));
    p.standardise->addItem(tr("none"), int(Standardise::none));
    p.standardise->addItem(tr("mean and standard deviation"), int(Standardise::zscore));
    p.standardise->addItem(tr("median and spread (robust)"), int(Standardise::robust));

    auto* head = new QFormLayout;
    head->addRow(tr("&Method:"), p.method);
    auto* counts = new QFormLayout;
    auto* countLabel = p.countLabel = new QLabel(tr("Components &K:"));
    countLabel->setBuddy(p.fewest);
    counts->addRow(countLabel, countRow);
    auto* factorLabel = new QLabel(tr("&Factors q:"));
    factorLabel->setBuddy(p.fewestFactors);
    counts->addRow(factorLabel, p.factorRow);
    p.counts = counts;
    buildVariational();
    auto* rest = new QFormLayout;
    rest->addRow(tr("R&estarts:"), p.restarts);
    rest->addRow(tr("See&d:"), p.seed);
    rest->addRow(tr("&Criterion:"), p.criterion);
    rest->addRow(tr("&Standardise:"), p.standardise);
    for (QFormLayout* form : {head, counts, rest})
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    for (QComboBox* combo : {p.method, p.criterion, p.standardise}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(12);
    }

    p.advancedButton = new QToolButton;
    p.advancedButton->setText(tr("Advanced"));
    p.advancedButton->setAccessibleName(tr("Advanced options"));
    p.advancedButton->setCheckable(true);
    p.advancedButton->setAutoRaise(true);
    p.advancedButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    p.advancedButton->setArrowType(Qt::RightArrow);
    p.advanced = new QWidget;
    auto* advancedForm = new QFormLayout(p.advanced);
    advancedForm->setContentsMargins(0, 0, 0, 0);
    advancedForm->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    buildAdvanced(advancedForm);
    p.advanced->hide();

    p.content = new QWidget;
    auto* contentLayout = new QVBoxLayout(p.content);
    contentLayout->addLayout(head);
    contentLayout->addWidget(p.columnsLabel);
    contentLayout->addWidget(p.columns, 2);
    contentLayout->addLayout(counts);
    contentLayout->addLayout(covarianceHead);
    contentLayout->addWidget(p.covariance, 3);
    contentLayout->addLayout(rest);
    contentLayout->addWidget(p.advancedButton);
    contentLayout->addWidget(p.advanced);
    const int rowHeight = fontMetrics().height() + 6;
    p.columns->setMinimumHeight(rowHeight * 3);
    p.covariance->setMinimumHeight(rowHeight * 4);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(p.content);
    // The panel scrolls downwards alone: it is never narrower than what it holds.
    scroll->setMinimumWidth(p.content->minimumSizeHint().width() +
                            style()->pixelMetric(QStyle::PM_ScrollBarExtent));

    p.forecast = new QLabel;
    p.forecast->setObjectName(QStringLiteral("forecast"));
    p.forecast->setWordWrap(true);
    p.advice = new QLabel;
    p.advice->setObjectName(QStringLiteral("fitAdvice"));
    p.advice->setWordWrap(true);
    p.changed = new QLabel(tr("The set-up has changed since the fit shown."));
    p.changed->setWordWrap(true);
    p.run = new QPushButton(tr("&Run  F5"));
    p.run->setObjectName(QStringLiteral("runButton"));
    p.run->setIcon(glyphIcon(Glyph::run));
    auto* help = new QToolButton;
    help->setText(QStringLiteral("?"));
    help->setToolTip(tr("Help on this method"));
    help->setAccessibleName(tr("Help on this method"));
    connect(help, &QToolButton::clicked, this,
            [this] { emit helpRequested(parts_->method->currentData().toString()); });
    auto* runRow = new QHBoxLayout;
    runRow->addWidget(p.run, 1);
    runRow->addWidget(help);
    auto* foot = new QVBoxLayout;
    const int margin = style()->pixelMetric(QStyle::PM_LayoutLeftMargin);
    foot->setContentsMargins(margin, 0, margin, margin);
    foot->addWidget(p.advice);
    foot->addWidget(p.forecast);
    foot->addWidget(p.changed);
    foot->addLayout(runRow);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll, 1);
    layout->addLayout(foot);

    for (const auto& [field, name] : {std::pair<QWidget*, QString>{p.method, tr("Method")},
                                      {p.fewest, tr("Fewest components")},
                                      {p.most, tr("Most components")},
                                      {p.restarts, tr("Restarts")},
                                      {p.seed, tr("Seed")},
                                      {p.criterion, tr("Criterion")},
                                      {p.standardise, tr("Standardise")}})
        field->setAccessibleName(name);
}

void SetupPanel::buildVariational() {
    Parts& p = *parts_;
    p.weightPrior = new QComboBox;
    p.weightPrior->setObjectName(QStringLiteral("weightPrior"));
    p.weightPrior->addItem(tr("Dirichlet"), int(WeightPrior::dirichlet));
    p.weightPrior->addItem(tr("Dirichlet process"), int(WeightPrior::process));
    p.weightPrior->setToolTip(
        tr("Dirichlet: all components are alike. Dirichlet process: each is expected to be smaller "
           "than the one before."));
    p.weightPrior->setAccessibleName(tr("Weight prior"));
    p.concentration = new QLineEdit;
    p.concentration->setObjectName(QStringLiteral("concentration"));
    auto* validator =
        new QDoubleValidator(prior_strength_least, prior_strength_limit, 20, p.concentration);
    validator->setNotation(QDoubleValidator::ScientificNotation);
    p.concentration->setValidator(validator);
    p.concentration->setPlaceholderText(tr("1 / K"));
    p.concentration->setToolTip(
        tr("Of the weight prior: the smaller, the fewer components stay. Empty: 1 / K."));
    p.concentration->setAccessibleName(tr("Concentration"));
    p.counts->addRow(tr("&Weight prior:"), p.weightPrior);
    p.counts->addRow(tr("C&oncentration:"), p.concentration);
}

void SetupPanel::buildAdvanced(QFormLayout* form) {
    Parts& p = *parts_;
    p.start = new QComboBox;
    p.start->setObjectName(QStringLiteral("startCombo"));
    p.start->addItem(tr("hierarchical clustering"), int(Initialisation::hierarchical));
    p.start->addItem(tr("k-means"), int(Initialisation::kmeans));
    p.start->addItem(tr("random"), int(Initialisation::random));
    p.shortRuns = new QSpinBox;
    p.shortRuns->setObjectName(QStringLiteral("shortRuns"));
    p.shortRuns->setRange(0, 10000);
    p.shortRuns->setSpecialValueText(tr("none"));
    p.shortRuns->setToolTip(
        tr("Starts tried for five iterations; the best of them become the "
           "restarts beside the first. More than the restarts, or nothing "
           "is chosen."));
    p.folds = new QSpinBox;
    p.folds->setObjectName(QStringLiteral("folds"));
    p.folds->setRange(fold_count_least, 100);
    p.folds->setToolTip(tr("Parts that the rows are cut into for cross-validation."));
    p.bootstrap = new QComboBox;
    p.bootstrap->setObjectName(QStringLiteral("bootstrapTest"));
    p.bootstrap->addItem(tr("none"), 0);
    for (const int replicates : {99, 199, 499, 999})
        p.bootstrap->addItem(tr("%1 samples").arg(replicates), replicates);
    p.bootstrap->setToolTip(
        tr("Test K components against K + 1, from the least count upwards, for "
           "the structure that the criterion chooses. Each test fits both to "
           "so many samples."));
    p.weights = new QComboBox;
    p.weights->setObjectName(QStringLiteral("weightsCombo"));
    p.labels = new QComboBox;
    p.labels->setObjectName(QStringLiteral("labelsCombo"));
    p.labels->setToolTip(
        tr("Rows with a label stay in its component; those without one are shared out. To be "
           "chosen, a column must not be a feature."));
    p.ownMixtures = new QCheckBox(tr("one mixture for each"));
    p.ownMixtures->setObjectName(QStringLiteral("ownMixtures"));
    p.ownMixtures->setToolTip(tr(
        "A classifier: each label is a class that gets groups of its own, their number and shapes "
        "chosen on its rows. Rows without a label are left out. Not ticked: each label is one "
        "group, and all share one structure."));
    p.labelFolds = new QSpinBox;
    p.labelFolds->setObjectName(QStringLiteral("labelFolds"));
    p.labelFolds->setRange(1, 100000);
    p.labelFolds->setSpecialValueText(tr("none"));
    p.labelFolds->setToolTip(
        tr("Parts in which labelled rows are left out and classified by a fit to the others. As "
           "many as labelled rows: one at a time."));
    p.missingRows = new QComboBox;
    p.missingRows->setObjectName(QStringLiteral("missingRows"));
    p.missingRows->addItem(tr("leave out"), int(MissingRows::drop));
    p.missingRows->addItem(tr("stop with a message"), int(MissingRows::error));
    p.missingRows->addItem(tr("use what they hold (missing at random)"), int(MissingRows::mar));
    const auto number = [&](const QString& name, double least, double most, const QString& tip) {
        auto* field = new QLineEdit;
        field->setObjectName(name);
        auto* validator = new QDoubleValidator(least, most, 20, field);
        validator->setNotation(QDoubleValidator::ScientificNotation);
        field->setValidator(validator);
        field->setToolTip(tip);
        return field;
    };
    p.tolerance = number(QStringLiteral("tolerance"), 0.0, 1e6,
                         tr("A run has converged when its limit is estimated to be nearer than "
                            "this, in nats. 0: always do all iterations."));
    p.iterations = new QSpinBox;
    p.iterations->setObjectName(QStringLiteral("iterationLimit"));
    p.iterations->setRange(1, 1000000);
    p.floor = number(QStringLiteral("covarianceFloor"), 0.0, covariance_floor_limit,
                     tr("Least variance in any direction, relative to the mean variance of the "
                        "data. Keeps components from collapsing onto single rows."));
    p.family = new QComboBox;
    p.family->setObjectName(QStringLiteral("familyCombo"));
    p.family->addItem(tr("Gaussian"), -1);
    p.family->addItem(tr("Student-t"), int(DegreesOfFreedomRule::free));
    p.family->addItem(tr("Student-t, common tails"), int(DegreesOfFreedomRule::common));
    p.family->addItem(tr("Student-t, given tails"), int(DegreesOfFreedomRule::fixed));
    p.family->setToolTip(
        tr("Student-t components have heavier tails, so that outlying rows pull less; their "
           "degrees of freedom are estimated, one for each component or one for all, or given."));
    p.degreesOfFreedom = number(
        QStringLiteral("degreesOfFreedom"), degrees_of_freedom_least, degrees_of_freedom_limit,
        tr("Of Student-t components with given tails: the fewer, the heavier the tails."));
    p.prior = new QComboBox;
    p.prior->setObjectName(QStringLiteral("priorCombo"));
    p.prior->addItem(tr("none (maximum likelihood)"), int(Prior::none));
    p.prior->addItem(tr("conjugate"), int(Prior::conjugate));
    p.prior->setToolTip(
        tr("A weak prior of the means and covariances, made from the data, keeps "
           "small components from collapsing."));
    p.noise = new QCheckBox(tr("rows may belong to none"));
    p.noise->setObjectName(QStringLiteral("noiseBox"));
    p.noise->setToolTip(
        tr("Beside the components, rows that are spread evenly over the range of the data belong "
           "to none of them. For Gaussian components without known labels, complete rows."));
    p.threads = new QSpinBox;
    p.threads->setObjectName(QStringLiteral("threads"));
    p.threads->setRange(0, std::max(64, QThread::idealThreadCount()));
    p.threads->setSpecialValueText(tr("all (%1)").arg(QThread::idealThreadCount()));
    p.threads->setToolTip(tr("The result is the same for any number of threads."));
    form->addRow(tr("Family:"), p.family);
    form->addRow(tr("Degrees of freedom:"), p.degreesOfFreedom);
    form->addRow(tr("Initialisation:"), p.start);
    form->addRow(tr("Short runs:"), p.shortRuns);
    form->addRow(tr("Folds:"), p.folds);
    form->addRow(tr("Bootstrap test:"), p.bootstrap);
    form->addRow(tr("Observation weights:"), p.weights);
    form->addRow(tr("Known labels:"), p.labels);
    form->addRow(QString(), p.ownMixtures);
    form->addRow(tr("Label folds:"), p.labelFolds);
    form->addRow(tr("Missing rows:"), p.missingRows);
    form->addRow(tr("Tolerance:"), p.tolerance);
    form->addRow(tr("Iteration limit:"), p.iterations);
    form->addRow(tr("Covariance floor:"), p.floor);
    form->addRow(tr("Prior:"), p.prior);
    form->addRow(tr("Noise:"), p.noise);
    form->addRow(tr("Threads:"), p.threads);
    for (QComboBox* combo :
         {p.family, p.start, p.bootstrap, p.weights, p.labels, p.missingRows, p.prior}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(10);
    }
    for (const auto& [field, name] : {std::pair<QWidget*, QString>{p.family, tr("Family")},
                                      {p.degreesOfFreedom, tr("Degrees of freedom")},
                                      {p.start, tr("Initialisation")},
                                      {p.shortRuns, tr("Short runs")},
                                      {p.folds, tr("Folds")},
                                      {p.bootstrap, tr("Bootstrap test")},
                                      {p.weights, tr("Observation weights")},
                                      {p.labels, tr("Known labels")},
                                      {p.ownMixtures, tr("One mixture for each label")},
                                      {p.labelFolds, tr("Label folds")},
                                      {p.missingRows, tr("Missing rows")},
                                      {p.tolerance, tr("Tolerance")},
                                      {p.iterations, tr("Iteration limit")},
                                      {p.floor, tr("Covariance floor")},
                                      {p.prior, tr("Prior")},
                                      {p.noise, tr("Noise: rows may belong to no component")},
                                      {p.threads, tr("Threads")}})
        field->setAccessibleName(name);
}

}  // namespace mixtura::app
