// SPDX-License-Identifier: GPL-3.0-or-later
#include "fit/setup_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleValidator>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStyle>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fit/glyph_icon.h"
#include "session/forecast.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

/// Most components the panel offers; the core allows more, through a plan.
constexpr int componentChoices = 100;

/// Options whose steps merge in the undo list: the spin boxes.
enum MergeId { mergeFewest = 1, mergeMost, mergeStarts, mergeSeed, mergeIterations };

QString title(CovarianceStructure structure) {
    return QString::fromLatin1(to_string(structure).data(), 3) + QStringLiteral(" \u2013 ") +
           QString::fromUtf8(describe(structure).data(), qsizetype(describe(structure).size()));
}

std::vector<int> countsBetween(int fewest, int most) {
    std::vector<int> counts(std::size_t(std::max(1, most - fewest + 1)));
    std::iota(counts.begin(), counts.end(), fewest);
    return counts;
}

/// "45 s", "3 min", "2 h".
QString duration(double seconds) {
    const QLocale locale;
    if (seconds < 1.0)
        return SetupPanel::tr("under 1 s");
    if (seconds < 90.0)
        return SetupPanel::tr("about %1 s").arg(locale.toString(qint64(std::ceil(seconds))));
    if (seconds < 5400.0)
        return SetupPanel::tr("about %1 min").arg(locale.toString(qint64(seconds / 60.0 + 0.5)));
    return SetupPanel::tr("about %1 h").arg(locale.toString(qint64(seconds / 3600.0 + 0.5)));
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

struct SetupPanel::Parts {
    Session* session = nullptr;
    bool isUpdating = false;
    double scaleRatio = 1.0;

    QComboBox* method = nullptr;
    QListWidget* columns = nullptr;
    QLabel* columnsLabel = nullptr;
    QSpinBox* fewest = nullptr;
    QSpinBox* most = nullptr;
    QListWidget* covariance = nullptr;
    QToolButton* allStructures = nullptr;
    QToolButton* noStructures = nullptr;
    QSpinBox* restarts = nullptr;
    QSpinBox* seed = nullptr;
    QComboBox* criterion = nullptr;
    QComboBox* standardise = nullptr;
    QComboBox* weights = nullptr;
    QComboBox* missingRows = nullptr;
    QComboBox* start = nullptr;
    QToolButton* advancedButton = nullptr;
    QWidget* advanced = nullptr;
    QLineEdit* tolerance = nullptr;
    QSpinBox* iterations = nullptr;
    QLineEdit* floor = nullptr;
    QSpinBox* threads = nullptr;
    QLabel* forecast = nullptr;
    QLabel* advice = nullptr;
    QLabel* changed = nullptr;
    QPushButton* run = nullptr;
    QWidget* content = nullptr;
};

SetupPanel::SetupPanel(Session& session, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->session = &session;
    build();
    connectOptions();
    connect(&session, &Session::setupChanged, this, &SetupPanel::refresh);
    connect(&session, &Session::currentDataChanged, this, &SetupPanel::refresh);
    connect(&session, &Session::currentModelChanged, this, &SetupPanel::refresh);
    connect(&session, &Session::fitStarted, this, &SetupPanel::refresh);
    connect(&session, &Session::fitEnded, this, &SetupPanel::refresh);
    refresh();
}

SetupPanel::~SetupPanel() = default;

void SetupPanel::build() {
    Parts& p = *parts_;
    p.method = new QComboBox;
    p.method->setObjectName(QStringLiteral("methodCombo"));
    p.method->addItem(tr("Gaussian mixture (GMM)"), QStringLiteral("gaussian-mixture"));
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
    auto* toLabel = new QLabel(tr("&to"));
    toLabel->setBuddy(p.most);
    countRow->addWidget(toLabel);
    countRow->addWidget(p.most, 1);
    p.covariance = checkList(QStringLiteral("covarianceList"), tr("Covariance structures to try"));
    for (const CovarianceStructure structure : all_covariance_structures) {
        auto* item = new QListWidgetItem(title(structure), p.covariance);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setData(Qt::UserRole, int(structure));
        item->setToolTip(title(structure));
        item->setCheckState(Qt::Checked);
    }
    p.allStructures = new QToolButton;
    p.allStructures->setText(tr("&All"));
    p.allStructures->setAccessibleName(tr("Tick all covariance structures"));
    p.noStructures = new QToolButton;
    p.noStructures->setText(tr("VV&V only"));
    p.noStructures->setToolTip(tr("Only the most general structure"));
    p.noStructures->setAccessibleName(tr("Tick the most general structure alone"));
    auto* covarianceLabel = new QLabel(tr("Co&variance:"));
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
    p.standardise = new QComboBox;
    p.standardise->setObjectName(QStringLiteral("standardise"));
    p.standardise->addItem(tr("none"), int(Standardise::none));
    p.standardise->addItem(tr("mean and standard deviation"), int(Standardise::zscore));
    p.standardise->addItem(tr("median and spread (robust)"), int(Standardise::robust));

    auto* head = new QFormLayout;
    head->addRow(tr("&Method:"), p.method);
    auto* counts = new QFormLayout;
    auto* countLabel = new QLabel(tr("Components &K:"));
    countLabel->setBuddy(p.fewest);
    counts->addRow(countLabel, countRow);
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

void SetupPanel::buildAdvanced(QFormLayout* form) {
    Parts& p = *parts_;
    p.start = new QComboBox;
    p.start->setObjectName(QStringLiteral("startCombo"));
    p.start->addItem(tr("hierarchical clustering"), int(Initialisation::hierarchical));
    p.start->addItem(tr("k-means"), int(Initialisation::kmeans));
    p.start->addItem(tr("random"), int(Initialisation::random));
    p.weights = new QComboBox;
    p.weights->setObjectName(QStringLiteral("weightsCombo"));
    p.missingRows = new QComboBox;
    p.missingRows->setObjectName(QStringLiteral("missingRows"));
    p.missingRows->addItem(tr("leave out"), int(MissingRows::drop));
    p.missingRows->addItem(tr("stop with a message"), int(MissingRows::error));
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
    p.threads = new QSpinBox;
    p.threads->setObjectName(QStringLiteral("threads"));
    p.threads->setRange(0, std::max(64, QThread::idealThreadCount()));
    p.threads->setSpecialValueText(tr("all (%1)").arg(QThread::idealThreadCount()));
    p.threads->setToolTip(tr("The result is the same for any number of threads."));
    form->addRow(tr("Initialisation:"), p.start);
    form->addRow(tr("Observation weights:"), p.weights);
    form->addRow(tr("Missing rows:"), p.missingRows);
    form->addRow(tr("Tolerance:"), p.tolerance);
    form->addRow(tr("Iteration limit:"), p.iterations);
    form->addRow(tr("Covariance floor:"), p.floor);
    form->addRow(tr("Threads:"), p.threads);
    for (QComboBox* combo : {p.start, p.weights, p.missingRows}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(10);
    }
    for (const auto& [field, name] : {std::pair<QWidget*, QString>{p.start, tr("Initialisation")},
                                      {p.weights, tr("Observation weights")},
                                      {p.missingRows, tr("Missing rows")},
                                      {p.tolerance, tr("Tolerance")},
                                      {p.iterations, tr("Iteration limit")},
                                      {p.floor, tr("Covariance floor")},
                                      {p.threads, tr("Threads")}})
        field->setAccessibleName(name);
}

void SetupPanel::connectOptions() {
    Parts& p = *parts_;
    connect(p.fewest, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change fewest components"),
            [=, this](Plan& plan) {
                plan.search.component_counts =
                    countsBetween(value, std::max(value, parts_->most->value()));
            },
            mergeFewest);
    });
    connect(p.most, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change most components"),
            [=, this](Plan& plan) {
                plan.search.component_counts =
                    countsBetween(std::min(value, parts_->fewest->value()), value);
            },
            mergeMost);
    });
    const auto takeStructures = [this] {
        edit(tr("Change covariance structures"), [this](Plan& plan) {
            plan.search.covariance_structures.clear();
            for (int row = 0; row < parts_->covariance->count(); ++row) {
                const QListWidgetItem* item = parts_->covariance->item(row);
                if (item->checkState() == Qt::Checked)
                    plan.search.covariance_structures.push_back(
                        static_cast<CovarianceStructure>(item->data(Qt::UserRole).toInt()));
            }
        });
    };
    connect(p.covariance, &QListWidget::itemChanged, this, takeStructures);
    const auto tick = [this, takeStructures](bool all) {
        parts_->isUpdating = true;
        for (int row = 0; row < parts_->covariance->count(); ++row)
            parts_->covariance->item(row)->setCheckState(
                all || row == parts_->covariance->count() - 1 ? Qt::Checked : Qt::Unchecked);
        parts_->isUpdating = false;
        takeStructures();
    };
    connect(p.allStructures, &QToolButton::clicked, this, [tick] { tick(true); });
    connect(p.noStructures, &QToolButton::clicked, this, [tick] { tick(false); });
    connect(p.restarts, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change restarts"), [=](Plan& plan) { plan.search.em.run_count = value; },
            mergeStarts);
    });
    connect(p.seed, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change seed"),
            [=](Plan& plan) { plan.search.em.seed = static_cast<std::uint64_t>(value); },
            mergeSeed);
    });
    connect(p.criterion, &QComboBox::activated, this, [this] {
        edit(tr("Change criterion"), [this](Plan& plan) {
            plan.search.criterion =
                static_cast<Criterion>(parts_->criterion->currentData().toInt());
        });
    });
    connect(p.standardise, &QComboBox::activated, this, [this] {
        edit(tr("Change standardising"), [this](Plan& plan) {
            plan.columns.standardise =
                static_cast<Standardise>(parts_->standardise->currentData().toInt());
        });
    });
    connect(p.missingRows, &QComboBox::activated, this, [this] {
        edit(tr("Change what happens to rows with missing values"), [this](Plan& plan) {
            plan.columns.missing_rows =
                static_cast<MissingRows>(parts_->missingRows->currentData().toInt());
        });
    });
    connect(p.start, &QComboBox::activated, this, [this] {
        edit(tr("Change start"), [this](Plan& plan) {
            plan.search.em.initialisation =
                static_cast<Initialisation>(parts_->start->currentData().toInt());
        });
    });
    connect(p.tolerance, &QLineEdit::editingFinished, this, [this] {
        const double value = QLocale().toDouble(parts_->tolerance->text());
        edit(tr("Change tolerance"), [=](Plan& plan) { plan.search.em.tolerance = value; });
    });
    connect(p.iterations, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change iteration limit"),
            [=](Plan& plan) { plan.search.em.iteration_limit = value; }, mergeIterations);
    });
    connect(p.floor, &QLineEdit::editingFinished, this, [this] {
        const double value = QLocale().toDouble(parts_->floor->text());
        edit(tr("Change covariance floor"),
             [=](Plan& plan) { plan.search.em.covariance_floor = value; });
    });
    connect(p.threads, &QSpinBox::valueChanged, this, [this](int value) {
        if (!parts_->isUpdating)
            parts_->session->setThreadCount(value);
    });
    connect(p.weights, &QComboBox::activated, this, [this] {
        const int column = parts_->weights->currentData().toInt();
        const DataEntry* entry = parts_->session->currentData();
        if (entry == nullptr)
            return;
        if (column >= 0)
            parts_->session->setColumnRole(column, ColumnRole::weight);
        else if (weightColumn(*entry) >= 0)
            parts_->session->setColumnRole(weightColumn(*entry), ColumnRole::feature);
    });
    connect(p.columns, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        if (!parts_->isUpdating)
            parts_->session->setColumnRole(
                item->data(Qt::UserRole).toInt(),
                item->checkState() == Qt::Checked ? ColumnRole::feature : ColumnRole::none);
    });
    connect(p.advancedButton, &QToolButton::toggled, this, [this](bool isOpen) {
        parts_->advanced->setVisible(isOpen);
        parts_->advancedButton->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(p.run, &QPushButton::clicked, this, &SetupPanel::runRequested);
}

void SetupPanel::edit(const QString& words, const std::function<void(Plan&)>& change, int mergeId) {
    const DataEntry* entry = parts_->session->currentData();
    if (parts_->isUpdating || entry == nullptr)
        return;
    Plan plan = entry->setup;
    change(plan);
    parts_->session->setSetup(plan, words, mergeId);
}

void SetupPanel::refresh() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    const Plan plan = entry != nullptr ? entry->setup : Plan();
    p.isUpdating = true;
    const std::vector<int>& counts = plan.search.component_counts;
    if (!counts.empty()) {
        p.fewest->setValue(*std::min_element(counts.begin(), counts.end()));
        p.most->setValue(*std::max_element(counts.begin(), counts.end()));
    }
    const auto& structures = plan.search.covariance_structures;
    for (int row = 0; row < p.covariance->count(); ++row) {
        QListWidgetItem* item = p.covariance->item(row);
        const auto structure = static_cast<CovarianceStructure>(item->data(Qt::UserRole).toInt());
        const bool isTicked =
            std::find(structures.begin(), structures.end(), structure) != structures.end();
        item->setCheckState(isTicked ? Qt::Checked : Qt::Unchecked);
    }
    const auto select = [](QComboBox* combo, int code) {
        combo->setCurrentIndex(combo->findData(code));
    };
    const auto showNumber = [](QLineEdit* field, double value) {
        if (QLocale().toDouble(field->text()) != value || field->text().isEmpty())
            field->setText(QLocale().toString(value, 'g', QLocale::FloatingPointShortest));
    };
    p.restarts->setValue(plan.search.em.run_count);
    p.seed->setValue(int(std::min<std::uint64_t>(plan.search.em.seed, 2147483647u)));
    select(p.criterion, int(plan.search.criterion));
    select(p.standardise, int(plan.columns.standardise));
    select(p.missingRows, int(plan.columns.missing_rows));
    select(p.start, int(plan.search.em.initialisation));
    showNumber(p.tolerance, plan.search.em.tolerance);
    showNumber(p.floor, plan.search.em.covariance_floor);
    p.iterations->setValue(plan.search.em.iteration_limit);
    p.threads->setValue(p.session->threadCount());
    refreshColumns();
    p.isUpdating = false;
    const bool isFitting = p.session->fitJob() != nullptr && p.session->fitJob()->isRunning();
    p.content->setEnabled(entry != nullptr);
    p.run->setEnabled(entry != nullptr && !isFitting && !structures.empty());
    p.changed->setVisible(p.session->isSetupChanged());
    refreshForecast();
}

void SetupPanel::refreshColumns() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    std::vector<int> shown;
    if (entry != nullptr)
        for (std::size_t column = 0; column < entry->roles.size(); ++column)
            if (entry->data->column(column).is_numeric())
                shown.push_back(int(column));
    // The items stay while the columns do, so that the list keeps its place.
    bool isSame = int(shown.size()) == p.columns->count();
    for (int row = 0; isSame && row < p.columns->count(); ++row)
        isSame = p.columns->item(row)->data(Qt::UserRole).toInt() == shown[std::size_t(row)] &&
                 p.columns->item(row)->text() ==
                     QString::fromStdString(
                         entry->data->column(std::size_t(shown[std::size_t(row)])).name);
    if (!isSame) {
        p.columns->clear();
        for (const int column : shown) {
            const QString name =
                QString::fromStdString(entry->data->column(std::size_t(column)).name);
            auto* item = new QListWidgetItem(name, p.columns);
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            item->setData(Qt::UserRole, column);
            item->setToolTip(name);
        }
    }
    for (int row = 0; row < p.columns->count(); ++row) {
        QListWidgetItem* item = p.columns->item(row);
        item->setCheckState(entry->roles[std::size_t(item->data(Qt::UserRole).toInt())] ==
                                    ColumnRole::feature
                                ? Qt::Checked
                                : Qt::Unchecked);
    }
    p.weights->clear();
    p.weights->addItem(tr("none"), -1);
    for (const int column : shown)
        p.weights->addItem(QString::fromStdString(entry->data->column(std::size_t(column)).name),
                           column);
    p.weights->setCurrentIndex(
        std::max(0, p.weights->findData(entry != nullptr ? weightColumn(*entry) : -1)));
    const std::size_t used = entry != nullptr ? featureColumns(*entry).size() : 0;
    p.columnsLabel->setText(entry == nullptr ? tr("Colum&ns:")
                                             : tr("Colum&ns (%1 of %2):")
                                                   .arg(QLocale().toString(qint64(used)),
                                                        QLocale().toString(qint64(shown.size()))));
}

void SetupPanel::refreshForecast() {
    Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    if (entry == nullptr) {
        p.forecast->setText(tr("Open a data file first."));
        p.advice->hide();
        return;
    }
    const std::size_t features = featureColumns(*entry).size();
    if (features == 0 || entry->setup.search.covariance_structures.empty()) {
        p.forecast->setText(features == 0 ? tr("Tick at least one column.")
                                          : tr("Tick at least one covariance structure."));
        p.advice->hide();
        return;
    }
    const Forecast cost = forecast(entry->setup, int(features), double(entry->data->row_count()),
                                   p.scaleRatio, p.session->threadCount());
    const QLocale locale;
    p.forecast->setText(tr("%1 fits, %2, %3 MB")
                            .arg(locale.toString(cost.fitCount), duration(cost.seconds),
                                 locale.toString(std::ceil(cost.megabytes), 'f', 0)));
    QStringList lines;
    for (const QString& line : cost.advice) lines << line;
    p.advice->setText(lines.join(u'\n'));
    p.advice->setVisible(!lines.isEmpty());
}

void SetupPanel::setScaleRatio(double ratio) {
    parts_->scaleRatio = ratio;
    refreshForecast();
}

}  // namespace mixtura::app
