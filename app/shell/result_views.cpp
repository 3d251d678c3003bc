// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/result_views.h"

#include <QSplitter>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <array>
#include <map>
#include <utility>

#include "plots/bic_plot.h"
#include "plots/convergence_plot.h"
#include "plots/fit_plot.h"
#include "plots/scatter_matrix.h"
#include "plots/understanding_plot.h"
#include "results/agreement_page.h"
#include "results/comparison_table.h"
#include "results/component_summary.h"
#include "results/loadings_page.h"
#include "results/parameter_errors_page.h"
#include "results/solutions_page.h"
#include "session/current_errors.h"
#include "session/current_model.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

const QString scatterAsker = QStringLiteral("scatter");
const QString fitAsker = QStringLiteral("fit");
/// Parts of the understanding page, in their order.
constexpr std::array understandingNames{"understanding", "standard-errors", "agreement",
                                        "local-optima", "loadings"};

QString modelName(const std::string& structure, int componentCount) {
    return QString::fromStdString(structure) + u',' + QString::number(componentCount);
}

/// "Chosen for each class: setosa EEE,2; versicolor EEE,1." Many classes are not told one by one.
QString classModelWords(const LabelRecord& labels) {
    constexpr std::size_t most = 8;
    if (labels.names.size() > most)
        return ResultViews::tr("Each class has the mixture that the criterion chose for its rows.");
    QStringList models;
    for (std::size_t c = 0; c < labels.names.size(); ++c)
        models << QString::fromStdString(labels.names[c]) + u' ' +
                      modelName(labels.class_models[c].covariance_structure,
                                labels.class_models[c].component_count);
    return ResultViews::tr("Chosen for each class: %1.").arg(models.join(QStringLiteral("; ")));
}

}  // namespace

struct ResultViews::Parts {
    Session* session = nullptr;
    CurrentModel* current = nullptr;
    ScatterMatrix* scatter = nullptr;
    FitPlot* fit = nullptr;
    CurrentErrors* errors = nullptr;
    UnderstandingPlot* understanding = nullptr;
    ParameterErrorsPage* parameterErrors = nullptr;
    AgreementPage* agreement = nullptr;
    SolutionsPage* solutions = nullptr;
    LoadingsPage* loadings = nullptr;
    QTabWidget* understandingPage = nullptr;
    ComponentSummaryView* summary = nullptr;
    ComparisonTable* comparison = nullptr;
    BicPlot* bic = nullptr;
    ConvergencePlot* convergence = nullptr;
    QSplitter* fitPage = nullptr;
    QSplitter* comparePage = nullptr;
    QString shownFit;     ///< whose models the tables hold
    QString tracedFit;    ///< whose traces the convergence plot holds
    bool isLive = false;  ///< the tables hold a running fit
    std::vector<SelectionRecord> partial;
    QTimer partialDelay;
};

ResultViews::ResultViews(Session& session, CurrentModel& current, QObject* parent)
    : QObject(parent), parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.session = &session;
    p.current = &current;
    p.scatter = new ScatterMatrix;
    p.fit = new FitPlot;
    p.errors = new CurrentErrors(session, current, this);
    buildUnderstanding();
    p.summary = new ComponentSummaryView;
    p.comparison = new ComparisonTable;
    p.bic = new BicPlot;
    p.convergence = new ConvergencePlot;
    p.fitPage = new QSplitter(Qt::Horizontal);
    p.fitPage->addWidget(p.fit);
    p.fitPage->addWidget(p.summary);
    p.summary->setMinimumWidth(p.summary->fontMetrics().averageCharWidth() * 34);
    p.fitPage->setStretchFactor(0, 1);
    p.fitPage->setStretchFactor(1, 0);
    p.fitPage->setSizes({1000, p.summary->fontMetrics().averageCharWidth() * 46});
    p.comparePage = new QSplitter(Qt::Vertical);
    p.comparePage->addWidget(p.comparison);
    p.comparePage->addWidget(p.bic);
    p.comparePage->setSizes({1000, 1300});
    for (QSplitter* splitter : {p.fitPage, p.comparePage}) splitter->setChildrenCollapsible(false);

    connect(p.scatter, &ScatterMatrix::figureRequested, this,
            [this](const std::vector<int>& which) {
                parts_->current->requestFigure(scatterAsker, which);
            });
    connect(p.fit, &FitPlot::figureRequested, this, [this](const std::vector<int>& which) {
        parts_->current->requestFigure(fitAsker, which);
    });
    connect(&current, &CurrentModel::figureReady, this,
            [this](const QString& asker, const std::shared_ptr<const ScatterFigure>& figure) {
                if (asker == scatterAsker)
                    parts_->scatter->setFigure(figure);
                else
                    parts_->fit->setFigure(figure);
            });
    connect(&current, &CurrentModel::tableChanged, this, [this] {
        parts_->scatter->setTable(parts_->current->table());
        parts_->fit->setTable(parts_->current->table());
    });
    connect(&current, &CurrentModel::scoresChanged, this, [this] {
        const QStringList names = parts_->current->componentNames();
        parts_->scatter->setComponentNames(names);
        parts_->fit->setComponentNames(names);
        parts_->understanding->setComponentNames(names);
        parts_->scatter->setScores(parts_->current->scores());
        parts_->fit->setScores(parts_->current->scores());
        showSummary();
        showUnderstandingOfScores();
    });
    connect(p.understanding, &UnderstandingPlot::explanationRequested, &current,
            &CurrentModel::requestExplanation);
    connect(&current, &CurrentModel::explanationReady, this,
            [this](const std::shared_ptr<const Explanation>& explanation) {
                parts_->understanding->setExplanation(explanation, parts_->current->table());
            });
    connect(p.agreement, &AgreementPage::agreementRequested, &current,
            &CurrentModel::requestAgreement);
    connect(&current, &CurrentModel::agreementReady, this,
            [this](const std::shared_ptr<const Agreement>& agreement) {
                parts_->agreement->setAgreement(*agreement, parts_->current->labelNames());
            });
    connect(p.scatter, &ScatterMatrix::pairActivated, this, [this](int x, int y) {
        parts_->fit->setPair(x, y);
        emit fitViewRequested();
    });
    const auto choose = [this](int record) {
        if (!parts_->isLive)
            parts_->session->setCurrentRecord(record);
    };
    connect(p.comparison, &ComparisonTable::candidateSelected, this, choose);
    connect(p.bic, &BicPlot::candidateSelected, this, choose);
    connect(p.comparison, &ComparisonTable::candidateActivated, this, [this, choose](int record) {
        choose(record);
        emit fitViewRequested();
    });
    for (PlotView* plot :
         std::initializer_list<PlotView*>{p.scatter, p.fit, p.understanding, p.bic, p.convergence})
        connect(plot, &PlotView::fileWritten, this, &ResultViews::fileWritten);
    connect(p.comparison, &ComparisonTable::fileWritten, this, &ResultViews::fileWritten);
    for (TablePage* page :
         std::initializer_list<TablePage*>{p.parameterErrors, p.agreement, p.solutions, p.loadings})
        connect(page, &TablePage::fileWritten, this, &ResultViews::fileWritten);
    connect(&session, &Session::fitStarted, this, &ResultViews::followJob);
    connect(&session, &Session::fitEnded, this, [this] {
        parts_->isLive = false;
        showModels();
    });
    connect(&session, &Session::currentModelChanged, this, &ResultViews::showModels);
    p.partialDelay.setSingleShot(true);
    p.partialDelay.setInterval(200);
    connect(&p.partialDelay, &QTimer::timeout, this, &ResultViews::showPartialModels);
}

ResultViews::~ResultViews() = default;

QWidget* ResultViews::scatterPage() const {
    return parts_->scatter;
}

QWidget* ResultViews::fitPage() const {
    return parts_->fitPage;
}

QWidget* ResultViews::understandingPage() const {
    return parts_->understandingPage;
}

bool ResultViews::showUnderstanding(const QString& name) const {
    for (std::size_t part = 0; part < understandingNames.size(); ++part)
        if (name == QLatin1String(understandingNames.at(part))) {
            parts_->understandingPage->setCurrentIndex(static_cast<int>(part));
            return true;
        }
    return false;
}

QWidget* ResultViews::comparePage() const {
    return parts_->comparePage;
}

QWidget* ResultViews::convergencePage() const {
    return parts_->convergence;
}

QVector<QPair<QString, QString>> ResultViews::figures() {
    return {{tr("Fit"), QStringLiteral("fit")},
            {tr("Scatter matrix"), QStringLiteral("scatter-matrix")},
            {tr("Model comparison"), QStringLiteral("comparison")},
            {tr("Convergence"), QStringLiteral("convergence")}};
}

PlotView* ResultViews::figure(const QString& name) const {
    if (name == u"fit")
        return parts_->fit;
    if (name == u"scatter-matrix")
        return parts_->scatter;
    if (name == u"understanding")
        return parts_->understanding;
    if (name == u"comparison")
        return parts_->bic;
    return name == u"convergence" ? parts_->convergence : nullptr;
}

bool ResultViews::isSettled() const {
    return parts_->scatter->isSettled() && parts_->fit->isSettled() &&
           parts_->understanding->isSettled() && !parts_->errors->isRunning();
}

QByteArray ResultViews::comparisonCsv() const {
    return parts_->comparison->toCsv();
}

void ResultViews::followJob() {
    Parts& p = *parts_;
    FitJob* job = p.session->fitJob();
    p.isLive = true;
    p.partial.clear();
    p.shownFit.clear();
    p.tracedFit.clear();
    p.convergence->clear();
    p.convergence->showModel({});
    p.convergence->setBound(job->plan().search.variational.has_value());
    connect(job, &FitJob::iterated, this, [this](const std::vector<FitIteration>& iterations) {
        std::vector<ConvergencePoint> points;
        points.reserve(iterations.size());
        for (const FitIteration& report : iterations)
            points.push_back({report.model, report.run, report.iteration, report.logLikelihood});
        parts_->convergence->append(points);
    });
    connect(job, &FitJob::candidateFinished, this,
            [this](int /*index*/, const Candidate& candidate) {
                parts_->partial.push_back(selection_record(candidate));
                if (!parts_->partialDelay.isActive())
                    parts_->partialDelay.start();
            });
}

void ResultViews::showPartialModels() {
    Parts& p = *parts_;
    if (!p.isLive || p.session->fitJob() == nullptr)
        return;
    const Criterion criterion = p.session->fitJob()->plan().search.criterion;
    const QString words = tr("The fit is running; these models are done.");
    p.comparison->setRecords(p.partial, std::nullopt, criterion, words);
    p.bic->setRecords(p.partial, std::nullopt, criterion);
}

void ResultViews::showModels() {
    Parts& p = *parts_;
    const FitEntry* fit = p.session->currentFit();
    if (p.isLive)
        return;
    if (fit == nullptr) {
        p.shownFit.clear();
        p.comparison->setRecords({}, std::nullopt, Criterion::bic);
        p.bic->setRecords({}, std::nullopt);
        p.bic->setVisible(true);
        p.convergence->clear();
        p.tracedFit.clear();
        showSummary();
        return;
    }
    const RunResult& result = *fit->result;
    if (p.shownFit != fit->id) {
        p.shownFit = fit->id;
        const Criterion criterion = fit->plan.search.criterion;
        const std::optional<std::size_t> best =
            fit->best < 0 ? std::nullopt : std::optional(std::size_t(fit->best));
        p.comparison->setRecords(result.selection, best, criterion, verdictOf(*fit),
                                 result.search.candidates);
        p.bic->setRecords(result.selection, best, criterion);
        // One fit with a lower bound has no criterion to be drawn.
        p.bic->setVisible(!fit->plan.search.variational);
    }
    const int record = p.session->currentRecord();
    p.comparison->setCurrent(record);
    p.bic->setCurrent(record);
    showTraces();
}

void ResultViews::showTraces() {
    Parts& p = *parts_;
    const FitEntry* fit = p.session->currentFit();
    if (p.tracedFit != fit->id) {
        p.tracedFit = fit->id;
        p.convergence->clear();
        std::vector<ConvergencePoint> points;
        std::map<std::string, int> kept;
        for (const Candidate& candidate : fit->result->search.candidates) {
            if (!candidate.fit)
                continue;
            const std::string name =
                modelName(to_string(candidate.covariance_form), candidate.component_count)
                    .toStdString();
            kept.emplace(name, int(candidate.fit->best_run));
            for (std::size_t run = 0; run < candidate.fit->runs.size(); ++run) {
                const std::vector<double>& trace = candidate.fit->runs[run].log_likelihood;
                for (std::size_t i = 0; i < trace.size(); ++i)
                    points.push_back({name, int(run), int(i) + 1, trace[i]});
            }
        }
        p.convergence->setBound(fit->plan.search.variational.has_value());
        p.convergence->append(points);
        p.convergence->setKeptRuns(std::move(kept));
    }
    const int record = p.session->currentRecord();
    if (record >= 0) {
        const SelectionRecord& shown = fit->result->selection[std::size_t(record)];
        p.convergence->showModel(modelName(shown.covariance_structure, shown.component_count));
    }
}

void ResultViews::buildUnderstanding() {
    Parts& p = *parts_;
    p.understanding = new UnderstandingPlot;
    p.parameterErrors = new ParameterErrorsPage(*p.errors);
    p.agreement = new AgreementPage;
    p.solutions = new SolutionsPage;
    p.loadings = new LoadingsPage;
    p.understandingPage = new QTabWidget;
    p.understandingPage->setObjectName(QStringLiteral("understandingParts"));
    p.understandingPage->setAccessibleName(tr("Parts of Understanding"));
    p.understandingPage->setDocumentMode(true);
    p.understandingPage->addTab(p.understanding, tr("Plots"));
    p.understandingPage->addTab(p.parameterErrors, tr("Standard errors"));
    p.understandingPage->addTab(p.agreement, tr("Agreement"));
    p.understandingPage->addTab(p.solutions, tr("Local optima"));
    p.understandingPage->addTab(p.loadings, tr("Loadings"));
}

void ResultViews::showUnderstandingOfScores() {
    Parts& p = *parts_;
    const CurrentModel& current = *p.current;
    const bool hasFactors = current.model() && current.model()->model.factors();
    p.understandingPage->setTabVisible(p.understandingPage->indexOf(p.loadings), hasFactors);
    // A posterior says itself how sure it is; standard errors are those of maximum likelihood.
    p.understandingPage->setTabVisible(p.understandingPage->indexOf(p.parameterErrors),
                                       !current.model() || !current.model()->posterior);
    if (current.model()) {
        p.solutions->setModel(*current.model());
        p.loadings->setModel(*current.model());
    } else {
        p.solutions->clear();
        p.loadings->clear();
    }
    if (current.scores()) {
        p.understanding->expectExplanation();
        p.agreement->expectAgreement();
        return;
    }
    p.understanding->clear();
    p.agreement->clear(
        !current.model() ? tr("Run a fit to hold its groups against a column of the data.")
        : current.summary().headline.empty()
            ? tr("The rows are being classified.")
            : tr("The data of this model are not open, so that there are no rows to compare."));
}

void ResultViews::showSummary() {
    Parts& p = *parts_;
    const FitEntry* fit = p.session->currentFit();
    // A model alone, without a row of data, has a summary and no scores.
    if (p.current->summary().headline.empty() || !p.current->model() || fit == nullptr) {
        p.summary->clear();
        return;
    }
    const bool isAdvised = p.session->currentRecord() == fit->best;
    const LabelRecord& labels = p.current->model()->labels;
    const QString words = !labels.component_classes.empty() ? classModelWords(labels)
                          : isAdvised
                              ? verdictOf(*fit)
                              : tr("This is not the model advised; the Compare tab says which is.");
    p.summary->setModel(p.current->model()->model, p.current->table()->names, p.current->summary(),
                        words, p.current->componentNames());
}

}  // namespace mixtura::app
