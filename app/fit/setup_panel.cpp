// SPDX-License-Identifier: GPL-3.0-or-later
#include "fit/setup_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "fit/setup_panel_parts.h"
#include "session/forecast.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

/// Options whose steps merge in the undo list: the spin boxes.
enum MergeId {
    mergeFewest = 1,
    mergeMost,
    mergeStarts,
    mergeShortRuns,
    mergeFolds,
    mergeLabelFolds,
    mergeSeed,
    mergeIterations,
    mergeFactors
};

/// The most components of a variational mixture, until another number is asked for.
constexpr int largestComponentCount = 10;

std::vector<int> countsBetween(int fewest, int most) {
    std::vector<int> counts(std::size_t(std::max(1, most - fewest + 1)));
    std::iota(counts.begin(), counts.end(), fewest);
    return counts;
}

template <class Structure>
std::vector<Structure> ticked(const QListWidget& list) {
    std::vector<Structure> structures;
    for (int row = 0; row < list.count(); ++row) {
        const QListWidgetItem* item = list.item(row);
        if (item->checkState() == Qt::Checked)
            structures.push_back(static_cast<Structure>(item->data(Qt::UserRole).toInt()));
    }
    return structures;
}

template <class Structure>
void tick(QListWidget& list, const std::vector<Structure>& structures) {
    for (int row = 0; row < list.count(); ++row) {
        QListWidgetItem* item = list.item(row);
        const auto structure = static_cast<Structure>(item->data(Qt::UserRole).toInt());
        item->setCheckState(std::ranges::find(structures, structure) != structures.end()
                                ? Qt::Checked
                                : Qt::Unchecked);
    }
}

/// A climb of factor analysers takes several times as long as one of the fourteen structures.
constexpr int factorStarts = 5;

/// Takes back what does not go with factor analysers.
void askForFactors(Plan& plan) {
    SearchOptions& search = plan.search;
    search.factors.emplace();
    search.em.family = ComponentFamily::gaussian;
    search.em.prior = Prior::none;
    search.em.has_noise = false;
    search.em.short_run_count = 0;
    search.em.run_count = std::min(search.em.run_count, factorStarts);
    if (search.criterion == Criterion::nec || search.criterion == Criterion::cv)
        search.criterion = Criterion::bic;
    plan.bootstrap_replicates = 0;
    plan.columns.labels.clear();
    plan.columns.classes.clear();
    plan.label_fold_count = 0;
}

/// The column of known labels or of classes.
const std::string& labelColumn(const ColumnPlan& columns) {
    return columns.classes.empty() ? columns.labels : columns.classes;
}

/// Takes the labels as classes with a mixture each, and takes back what does not go with it; or the
/// other way round.
void takeLabelsAsClasses(Plan& plan, bool areClasses) {
    const std::string column = labelColumn(plan.columns);
    plan.columns.labels = areClasses ? std::string() : column;
    plan.columns.classes = areClasses ? column : std::string();
    if (!areClasses)
        return;
    plan.bootstrap_replicates = 0;
    plan.search.em.family = ComponentFamily::gaussian;
    plan.search.em.has_noise = false;
    if (plan.columns.missing_rows == MissingRows::mar)
        plan.columns.missing_rows = MissingRows::drop;
}

/// Takes back what does not go with variational Bayes.
void askForVariational(Plan& plan) {
    const double floor = EmOptions().covariance_floor;
    askForFactors(plan);
    plan.search.factors.reset();
    plan.search.variational.emplace();
    plan.search.criterion = Criterion::bic;
    plan.search.em.covariance_floor = floor;
    plan.search.em.degrees_of_freedom_rule = DegreesOfFreedomRule::free;
    plan.search.component_counts = {largestComponentCount};
    if (plan.columns.missing_rows == MissingRows::mar)
        plan.columns.missing_rows = MissingRows::drop;
}

/// Back to a search over component counts.
void leaveVariational(Plan& plan) {
    if (!plan.search.variational)
        return;
    plan.search.variational.reset();
    plan.search.component_counts = SearchOptions().component_counts;
}

/// "45 s", "3 min", "2 h".
QString duration(double seconds) {
    const QLocale locale;
    if (seconds < 1.0)
        return SetupPanel::tr("under 1 s");
    if (seconds < 90.0)
        return SetupPanel::tr("about %1 s").arg(locale.toString(qint64(std::ceil(seconds))));
    if (seconds < 5400.0)
        return SetupPanel::tr("about %1 min").arg(locale.toString(std::llround(seconds / 60.0)));
    return SetupPanel::tr("about %1 h").arg(locale.toString(std::llround(seconds / 3600.0)));
}

}  // namespace

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
                    plan.search.variational
                        ? std::vector<int>{value}
                        : countsBetween(std::min(value, parts_->fewest->value()), value);
            },
            mergeMost);
    });
    const auto takeStructures = [this] {
        edit(tr("Change covariance structures"), [this](Plan& plan) {
            if (plan.search.factors)
                plan.search.factors->structures = ticked<FactorStructure>(*parts_->covariance);
            else
                plan.search.covariance_structures =
                    ticked<CovarianceStructure>(*parts_->covariance);
        });
    };
    connect(p.covariance, &QListWidget::itemChanged, this, takeStructures);
    const auto tick = [this, takeStructures](bool all) {
        parts_->isUpdating = true;
        for (int row = 0; row < parts_->covariance->count(); ++row)
            parts_->covariance->item(row)->setCheckState(
                all || row == mostGeneralRow() ? Qt::Checked : Qt::Unchecked);
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
    connect(p.shortRuns, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change short runs"), [=](Plan& plan) { plan.search.em.short_run_count = value; },
            mergeShortRuns);
    });
    connect(p.folds, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change folds"), [=](Plan& plan) { plan.search.fold_count = value; }, mergeFolds);
    });
    connect(p.bootstrap, &QComboBox::activated, this, [this] {
        edit(tr("Change bootstrap test"), [this](Plan& plan) {
            plan.bootstrap_replicates = parts_->bootstrap->currentData().toInt();
        });
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
    connect(p.family, &QComboBox::activated, this, [this] {
        edit(tr("Change components"), [this](Plan& plan) {
            const int choice = parts_->family->currentData().toInt();
            plan.search.em.family =
                choice < 0 ? ComponentFamily::gaussian : ComponentFamily::student;
            if (choice >= 0)
                plan.search.em.degrees_of_freedom_rule = DegreesOfFreedomRule(choice);
            if (plan.search.em.degrees_of_freedom_rule != DegreesOfFreedomRule::fixed)
                plan.search.em.degrees_of_freedom = EmOptions().degrees_of_freedom;
        });
    });
    connect(p.method, &QComboBox::activated, this, [this] {
        edit(tr("Change method"), [this](Plan& plan) {
            if (parts_->method->currentData() == variationalPage()) {
                askForVariational(plan);
                return;
            }
            leaveVariational(plan);
            if (parts_->method->currentData() == factorPage())
                askForFactors(plan);
            else
                plan.search.factors.reset();
        });
    });
    connect(p.weightPrior, &QComboBox::activated, this, [this] {
        edit(tr("Change weight prior"), [this](Plan& plan) {
            if (plan.search.variational)
                plan.search.variational->weight_prior =
                    static_cast<WeightPrior>(parts_->weightPrior->currentData().toInt());
        });
    });
    connect(p.concentration, &QLineEdit::editingFinished, this, [this] {
        edit(tr("Change concentration"), [this](Plan& plan) {
            const QString text = parts_->concentration->text();
            if (plan.search.variational)
                plan.search.variational->concentration =
                    text.isEmpty() ? std::nullopt : std::optional(QLocale().toDouble(text));
        });
    });
    const auto takeFactorCounts = [this](int fewest, int most) {
        edit(
            tr("Change factors"),
            [=](Plan& plan) {
                if (plan.search.factors)
                    plan.search.factors->factor_counts = countsBetween(fewest, most);
            },
            mergeFactors);
    };
    connect(p.fewestFactors, &QSpinBox::valueChanged, this, [this, takeFactorCounts](int value) {
        takeFactorCounts(value, std::max(value, parts_->mostFactors->value()));
    });
    connect(p.mostFactors, &QSpinBox::valueChanged, this, [this, takeFactorCounts](int value) {
        takeFactorCounts(std::min(value, parts_->fewestFactors->value()), value);
    });
    connect(p.degreesOfFreedom, &QLineEdit::editingFinished, this, [this] {
        const double value = QLocale().toDouble(parts_->degreesOfFreedom->text());
        edit(tr("Change degrees of freedom"),
             [=](Plan& plan) { plan.search.em.degrees_of_freedom = value; });
    });
    connect(p.prior, &QComboBox::activated, this, [this] {
        edit(tr("Change prior"), [this](Plan& plan) {
            plan.search.em.prior = static_cast<Prior>(parts_->prior->currentData().toInt());
        });
    });
    connect(p.noise, &QCheckBox::clicked, this, [this](bool isOn) {
        edit(isOn ? tr("Add noise") : tr("Leave out noise"), [isOn](Plan& plan) {
            plan.search.em.has_noise = isOn;
            if (isOn && plan.search.criterion == Criterion::nec)
                plan.search.criterion = Criterion::bic;
        });
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
    connect(p.labels, &QComboBox::activated, this, [this] {
        const std::string name = parts_->labels->currentData().toString().toStdString();
        edit(tr("Change known labels"), [&](Plan& plan) {
            (plan.columns.classes.empty() ? plan.columns.labels : plan.columns.classes) = name;
            if (name.empty())
                plan.label_fold_count = 0;
        });
    });
    connect(p.ownMixtures, &QCheckBox::toggled, this, [this](bool areClasses) {
        edit(tr("Change what labels stand for"),
             [=](Plan& plan) { takeLabelsAsClasses(plan, areClasses); });
    });
    connect(p.labelFolds, &QSpinBox::valueChanged, this, [this](int value) {
        edit(
            tr("Change label folds"),
            [=](Plan& plan) { plan.label_fold_count = value == 1 ? 0 : value; }, mergeLabelFolds);
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
    refreshMethod(plan.search);
    const auto select = [](QComboBox* combo, int code) {
        combo->setCurrentIndex(combo->findData(code));
    };
    const auto showNumber = [](QLineEdit* field, double value) {
        if (QLocale().toDouble(field->text()) != value || field->text().isEmpty())
            field->setText(QLocale().toString(value, 'g', QLocale::FloatingPointShortest));
    };
    p.restarts->setValue(plan.search.em.run_count);
    p.shortRuns->setValue(plan.search.em.short_run_count);
    p.shortRuns->setEnabled(plan.search.em.run_count > 1 && !plan.search.factors &&
                            !plan.search.variational);
    p.folds->setValue(plan.search.fold_count);
    p.folds->setEnabled(plan.search.criterion == Criterion::cv);
    if (p.bootstrap->findData(plan.bootstrap_replicates) < 0)
        p.bootstrap->addItem(tr("%1 samples").arg(plan.bootstrap_replicates),
                             plan.bootstrap_replicates);
    select(p.bootstrap, plan.bootstrap_replicates);
    p.seed->setValue(int(std::min<std::uint64_t>(plan.search.em.seed, 2147483647U)));
    select(p.criterion, int(plan.search.criterion));
    select(p.standardise, int(plan.columns.standardise));
    select(p.missingRows, int(plan.columns.missing_rows));
    select(p.start, int(plan.search.em.initialisation));
    select(p.prior, int(plan.search.em.prior));
    refreshNoise(plan);
    select(p.family, plan.search.em.family == ComponentFamily::student
                         ? int(plan.search.em.degrees_of_freedom_rule)
                         : -1);
    showNumber(p.degreesOfFreedom, plan.search.em.degrees_of_freedom);
    p.degreesOfFreedom->setEnabled(plan.search.em.family == ComponentFamily::student &&
                                   plan.search.em.degrees_of_freedom_rule ==
                                       DegreesOfFreedomRule::fixed);
    p.labelFolds->setValue(std::max(1, plan.label_fold_count));
    const bool hasLabels = !labelColumn(plan.columns).empty();
    const bool hasClasses = !plan.columns.classes.empty();
    p.labelFolds->setEnabled(hasLabels);
    p.ownMixtures->setChecked(hasClasses);
    p.ownMixtures->setEnabled(hasLabels);
    p.family->setEnabled(p.family->isEnabled() && !hasClasses);
    p.bootstrap->setEnabled(p.bootstrap->isEnabled() && !hasClasses);
    showNumber(p.tolerance, plan.search.em.tolerance);
    showNumber(p.floor, plan.search.em.covariance_floor);
    p.iterations->setValue(plan.search.em.iteration_limit);
    p.threads->setValue(p.session->threadCount());
    refreshColumns();
    p.isUpdating = false;
    const bool isFitting = p.session->fitJob() != nullptr && p.session->fitJob()->isRunning();
    p.content->setEnabled(entry != nullptr);
    p.run->setEnabled(entry != nullptr && !isFitting && !covariance_forms(plan.search).empty());
    p.changed->setVisible(p.session->isSetupChanged());
    refreshForecast();
}

void SetupPanel::refreshMethod(const SearchOptions& search) {
    Parts& p = *parts_;
    const bool hasFactors = search.factors.has_value();
    p.method->setCurrentIndex(hasFactors ? p.method->findData(factorPage()) : 0);
    p.counts->setRowVisible(p.factorRow, hasFactors);
    refreshVariational(search);
    if (p.covariance->count() !=
        int(hasFactors ? all_factor_structures.size() : all_covariance_structures.size()))
        listStructures(hasFactors);
    p.noStructures->setText(hasFactors ? tr("UU&U only") : tr("VV&V only"));
    if (hasFactors) {
        const auto [fewest, most] = std::ranges::minmax(search.factors->factor_counts);
        p.fewestFactors->setValue(fewest);
        p.mostFactors->setValue(most);
        tick(*p.covariance, search.factors->structures);
    } else {
        tick(*p.covariance, search.covariance_structures);
    }
    for (QWidget* field :
         std::initializer_list<QWidget*>{p.family, p.prior, p.bootstrap, p.labels, p.floor})
        field->setEnabled(!hasFactors && !search.variational);
}

void SetupPanel::refreshVariational(const SearchOptions& search) {
    Parts& p = *parts_;
    const bool isVariational = search.variational.has_value();
    if (isVariational)
        p.method->setCurrentIndex(p.method->findData(variationalPage()));
    p.countLabel->setText(isVariational ? tr("Largest &K:") : tr("Components &K:"));
    p.countLabel->setBuddy(isVariational ? p.most : p.fewest);
    for (QWidget* field : std::initializer_list<QWidget*>{
             p.fewest, p.toLabel, p.covarianceLabel, p.covariance, p.allStructures, p.noStructures})
        field->setVisible(!isVariational);
    p.counts->setRowVisible(p.weightPrior, isVariational);
    p.counts->setRowVisible(p.concentration, isVariational);
    p.criterion->setEnabled(!isVariational);
    if (!isVariational)
        return;
    p.weightPrior->setCurrentIndex(p.weightPrior->findData(int(search.variational->weight_prior)));
    const auto& concentration = search.variational->concentration;
    p.concentration->setText(
        concentration ? QLocale().toString(*concentration, 'g', QLocale::FloatingPointShortest)
                      : QString());
}

void SetupPanel::refreshNoise(const Plan& plan) {
    Parts& p = *parts_;
    const bool hasNoise = plan.search.em.has_noise;
    const bool isPossible = !plan.search.factors && !plan.search.variational &&
                            plan.search.em.family == ComponentFamily::gaussian &&
                            plan.columns.labels.empty() && plan.columns.classes.empty() &&
                            plan.columns.missing_rows != MissingRows::mar;
    p.noise->setChecked(hasNoise);
    p.noise->setEnabled(hasNoise || isPossible);
    p.missingRows->setEnabled(!hasNoise);
    if (hasNoise) {
        p.family->setEnabled(false);
        p.labels->setEnabled(false);
    }
}

int SetupPanel::mostGeneralRow() const {
    return parts_->method->currentData() == factorPage() ? 0 : parts_->covariance->count() - 1;
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
    refreshLabels();
    const std::size_t used = entry != nullptr ? featureColumns(*entry).size() : 0;
    p.columnsLabel->setText(entry == nullptr ? tr("Colum&ns:")
                                             : tr("Colum&ns (%1 of %2):")
                                                   .arg(QLocale().toString(qint64(used)),
                                                        QLocale().toString(qint64(shown.size()))));
}

void SetupPanel::refreshLabels() {
    QComboBox& combo = *parts_->labels;
    const DataEntry* entry = parts_->session->currentData();
    combo.clear();
    combo.addItem(tr("none"), QString());
    if (entry == nullptr)
        return;
    for (std::size_t column = 0; column < entry->roles.size(); ++column) {
        const std::string& name = entry->data->column(column).name;
        const bool isFree = entry->roles[column] != ColumnRole::feature &&
                            entry->roles[column] != ColumnRole::weight;
        if (isFree || name == labelColumn(entry->setup.columns))
            combo.addItem(QString::fromStdString(name), QString::fromStdString(name));
    }
    combo.setCurrentIndex(
        std::max(0, combo.findData(QString::fromStdString(labelColumn(entry->setup.columns)))));
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
    if (features == 0 || covariance_forms(entry->setup.search).empty()) {
        p.forecast->setText(features == 0 ? tr("Tick at least one column.")
                                          : tr("Tick at least one covariance structure."));
        p.advice->hide();
        return;
    }
    const Forecast cost = forecast(entry->setup, int(features), double(entry->data->row_count()),
                                   p.scaleRatio, p.session->threadCount());
    const QLocale locale;
    p.forecast->setText(
        tr("%1, %2, %3 MB")
            .arg(cost.fitCount == 1 ? tr("1 fit")
                                    : tr("%1 fits").arg(locale.toString(cost.fitCount)),
                 duration(cost.seconds), locale.toString(std::ceil(cost.megabytes), 'f', 0)));
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
