// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/import_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFontMetrics>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStyle>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "data/accessible_names.h"
#include "data/import_options_form.h"
#include "data/preview_model.h"
#include "session/background_queue.h"
#include "session/import_job.h"

namespace mixtura::app {

struct ImportDialog::Parts {
    QString path;
    CsvDialect dialect;
    bool hasDialect = false;
    QString failure;  ///< of sniffing or reading
    std::shared_ptr<const ImportResult> result;
    CsvOptions resultOptions;
    std::unique_ptr<ImportJob> job;
    bool acceptWhenRead = false;

    ImportOptionsForm* form = nullptr;
    QComboBox* badCells = nullptr;
    QLabel* badCellsLabel = nullptr;
    PreviewModel* model = nullptr;
    QTableView* preview = nullptr;
    QLabel* icon = nullptr;
    QLabel* fidelity = nullptr;
    QProgressBar* progress = nullptr;
    QDialogButtonBox* buttons = nullptr;
    QTimer settle;
    BackgroundQueue queue;
};

ImportDialog::ImportDialog(QString path, const CsvOptions& options, QWidget* parent)
    : QDialog(parent), parts_(std::make_unique<Parts>()) {
    parts_->path = std::move(path);
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Open %1").arg(QFileInfo(parts_->path).fileName()));

    parts_->form = new ImportOptionsForm(options);
    connect(parts_->form, &ImportOptionsForm::changed, this, &ImportDialog::optionChanged);

    parts_->model = new PreviewModel(this);
    parts_->preview = new QTableView;
    parts_->preview->setObjectName(QStringLiteral("importPreview"));
    parts_->preview->setAccessibleName(tr("First rows of the file"));
    parts_->preview->setModel(parts_->model);
    parts_->preview->setAlternatingRowColors(true);
    parts_->preview->setWordWrap(false);
    parts_->preview->setTabKeyNavigation(false);
    parts_->preview->horizontalHeader()->setMaximumSectionSize(fontMetrics().averageCharWidth() *
                                                               40);
    parts_->preview->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    connect(parts_->preview->selectionModel(), &QItemSelectionModel::currentColumnChanged, this,
            [this](const QModelIndex& current) { parts_->form->chooseColumn(current.column()); });
    connect(parts_->preview->horizontalHeader(), &QHeaderView::sectionClicked, this,
            [this](int column) {
                parts_->preview->setCurrentIndex(parts_->model->index(0, column));
                parts_->form->chooseColumn(column);
            });

    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(parts_->form);
    splitter->addWidget(parts_->preview);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);

    parts_->icon = new QLabel;
    parts_->fidelity = new QLabel;
    parts_->fidelity->setObjectName(QStringLiteral("importFidelity"));
    parts_->fidelity->setWordWrap(true);
    parts_->fidelity->setTextInteractionFlags(Qt::TextSelectableByMouse);
    parts_->badCellsLabel = new QLabel(tr("&Unreadable cells:"));
    parts_->badCells = new QComboBox;
    parts_->badCells->setObjectName(QStringLiteral("importBadCells"));
    parts_->badCells->addItem(tr("choose what to do ..."));
    parts_->badCells->addItem(tr("treat as missing"), int(BadCell::missing));
    parts_->badCells->addItem(tr("skip their rows"), int(BadCell::skip_row));
    parts_->badCells->addItem(tr("read their columns as text"), int(BadCell::make_text));
    parts_->badCells->setAccessibleName(tr("What to do with unreadable cells"));
    parts_->badCellsLabel->setBuddy(parts_->badCells);
    parts_->progress = new QProgressBar;
    parts_->progress->setAccessibleName(tr("Reading the file"));
    parts_->progress->setMaximumWidth(fontMetrics().averageCharWidth() * 30);
    parts_->buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel);
    connect(parts_->buttons, &QDialogButtonBox::accepted, this, &ImportDialog::accept);
    connect(parts_->buttons, &QDialogButtonBox::rejected, this, &ImportDialog::reject);

    auto* fidelityRow = new QHBoxLayout;
    fidelityRow->addWidget(parts_->icon, 0, Qt::AlignTop);
    fidelityRow->addWidget(parts_->fidelity, 1);
    fidelityRow->addWidget(parts_->badCellsLabel);
    fidelityRow->addWidget(parts_->badCells);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(parts_->progress);
    bottom->addWidget(parts_->buttons, 1);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(splitter, 1);
    layout->addLayout(fidelityRow);
    layout->addLayout(bottom);
    resize(fontMetrics().averageCharWidth() * 130, fontMetrics().height() * 30);

    connect(parts_->badCells, &QComboBox::currentIndexChanged, this, &ImportDialog::startReading);
    parts_->settle.setSingleShot(true);
    parts_->settle.setInterval(150);  // while typing
    connect(&parts_->settle, &QTimer::timeout, this, &ImportDialog::sniff);
    connect(&parts_->queue, &BackgroundQueue::failed, this,
            [this](const QString& /*key*/, const QString& message) {
                parts_->failure = message;
                showState();
            });
    nameInnerWidgets(*this);
    sniff();
}

ImportDialog::~ImportDialog() = default;

const QString& ImportDialog::path() const {
    return parts_->path;
}

CsvOptions ImportDialog::chosenOptions() const {
    CsvOptions options = parts_->form->options();
    if (parts_->badCells->currentData().isValid())
        options.bad_cell = static_cast<BadCell>(parts_->badCells->currentData().toInt());
    return options;
}

void ImportDialog::optionChanged() {
    cancelReading();
    parts_->result.reset();
    parts_->failure.clear();
    parts_->settle.start();
    showState();
}

void ImportDialog::sniff() {
    parts_->hasDialect = false;
    parts_->failure.clear();
    const CsvOptions options = chosenOptions();
    // Types are told by name: a name that other options have changed is forgotten, not an error.
    parts_->queue.post(QStringLiteral("sniff"), [this, path = parts_->path,
                                                 options](const std::stop_token& /*stop*/) {
        CsvOptions known = options;
        const std::string file = QFile::encodeName(path).toStdString();
        known.column_types.clear();
        CsvDialect dialect = sniff_csv(file, known);
        known.column_types = options.column_types;
        std::erase_if(known.column_types, [&](const auto& told) {
            return std::find(dialect.column_names.begin(), dialect.column_names.end(),
                             told.first) == dialect.column_names.end();
        });
        if (!known.column_types.empty())
            dialect = sniff_csv(file, known);
        return [this, dialect = std::move(dialect), types = known.column_types] {
            parts_->dialect = dialect;
            parts_->form->setColumnTypes(types);
            parts_->hasDialect = true;
            parts_->form->showDialect(dialect);
            showPreview();
            if (QFileInfo(parts_->path).size() <= readAheadBytes || parts_->acceptWhenRead)
                startReading();
            showState();
        };
    });
    showState();
}

void ImportDialog::showPreview() {
    Parts& p = *parts_;
    const int column = p.preview->currentIndex().column();
    p.model->setDialect(p.dialect);
    constexpr int columnsMeasured = 100;  // measuring thousands would take seconds
    for (int c = 0; c < std::min(columnsMeasured, p.model->columnCount()); ++c)
        p.preview->resizeColumnToContents(c);
    if (column >= 0 && column < p.model->columnCount())
        p.preview->setCurrentIndex(p.model->index(0, column));
    p.form->chooseColumn(p.preview->currentIndex().column());
}

void ImportDialog::startReading() {
    Parts& p = *parts_;
    cancelReading();
    p.result.reset();
    p.failure.clear();
    CsvOptions options = chosenOptions();
    p.resultOptions = options;
    // Every unreadable cell is counted first; what becomes of them is then the analyst's choice.
    if (options.bad_cell == BadCell::error)
        options.bad_cell = BadCell::missing;
    p.job = std::make_unique<ImportJob>(p.path, options);
    connect(p.job.get(), &ImportJob::progressed, this, [this](qint64 done, qint64 total) {
        parts_->progress->setValue(total > 0 ? int(done * 1000 / total) : 0);
    });
    connect(p.job.get(), &ImportJob::finished, this,
            [this](const std::shared_ptr<ImportResult>& result) {
                parts_->result = result;
                showState();
                if (parts_->acceptWhenRead)
                    accept();
            });
    connect(p.job.get(), &ImportJob::failed, this, [this](const QString& message) {
        parts_->failure = message;
        parts_->acceptWhenRead = false;
        showState();
    });
    p.job->start();
    showState();
}

void ImportDialog::cancelReading() {
    if (parts_->job)
        parts_->job->disconnect(this);
    parts_->job.reset();
}

bool ImportDialog::isReady() const {
    const Parts& p = *parts_;
    if (!p.failure.isEmpty() || !p.hasDialect)
        return false;
    if (!p.dialect.ambiguity.empty() && !p.form->isDecimalTold())
        return false;
    return !p.result || p.result->problem_count == 0 || p.badCells->currentData().isValid();
}

void ImportDialog::showState() {
    Parts& p = *parts_;
    const QLocale locale;
    const bool isReading = p.job && p.job->isRunning();
    const bool isAmbiguous =
        p.hasDialect && !p.dialect.ambiguity.empty() && !p.form->isDecimalTold();
    const bool hasBadCells =
        (p.result && p.result->problem_count > 0) || p.badCells->currentData().isValid();
    QStyle::StandardPixmap pixmap = QStyle::SP_MessageBoxInformation;
    QString text;
    if (!p.failure.isEmpty()) {
        pixmap = QStyle::SP_MessageBoxCritical;
        text = p.failure;
    } else if (!p.hasDialect) {
        text = tr("Looking at the file ...");
    } else if (isAmbiguous) {
        pixmap = QStyle::SP_MessageBoxWarning;
        text = QString::fromStdString(p.dialect.ambiguity);
    } else if (p.result) {
        const ImportResult& result = *p.result;
        text = tr("%1 rows, %2 columns")
                   .arg(locale.toString(qint64(result.data.row_count())),
                        locale.toString(qint64(result.data.columns().size())));
        if (result.rows_skipped > 0)
            text += tr(", %1 rows skipped").arg(locale.toString(qint64(result.rows_skipped)));
        if (result.problem_count == 0) {
            text += tr("; every cell was read.");
        } else {
            pixmap = QStyle::SP_MessageBoxWarning;
            text += result.problem_count == 1
                        ? tr("; 1 cell is unreadable. ")
                        : tr("; %1 cells are unreadable. ")
                              .arg(locale.toString(qint64(result.problem_count)));
            if (!result.problems.empty())
                text += QString::fromStdString(result.problems.front().message);
        }
    } else if (isReading) {
        text = tr("Reading ...");
    } else {
        text = tr("%1 columns in the part looked at. The whole file (%2) is read when you press "
                  "Open.")
                   .arg(locale.toString(qint64(p.dialect.column_names.size())),
                        locale.formattedDataSize(QFileInfo(p.path).size()));
    }
    if (p.failure.isEmpty() && !isAmbiguous && p.hasDialect && !p.dialect.notes.empty())
        text +=
            QStringLiteral("\n") + QString::fromStdString(p.dialect.notes.front()) +
            (p.dialect.notes.size() > 1 ? tr(" (and %1 more notes)").arg(p.dialect.notes.size() - 1)
                                        : QString());
    const int iconSize = style()->pixelMetric(QStyle::PM_SmallIconSize);
    p.icon->setPixmap(style()->standardIcon(pixmap).pixmap(iconSize));
    p.fidelity->setText(text);
    p.form->stressDecimal(isAmbiguous);
    p.badCells->setVisible(hasBadCells);
    p.badCellsLabel->setVisible(hasBadCells);
    p.progress->setVisible(isReading);
    p.progress->setRange(0, 1000);
    if (isReading)
        p.progress->setValue(0);
    QPushButton* open = p.buttons->button(QDialogButtonBox::Open);
    open->setEnabled(isReady() && !p.acceptWhenRead);
    open->setDefault(true);
}

void ImportDialog::accept() {
    Parts& p = *parts_;
    if (!isReady())
        return;
    if (!p.result) {
        p.acceptWhenRead = true;
        if (!p.job || !p.job->isRunning())
            startReading();
        showState();
        return;
    }
    p.acceptWhenRead = false;
    emit imported(p.path, p.resultOptions, p.result);
    QDialog::accept();
}

void ImportDialog::reject() {
    Parts& p = *parts_;
    // While a large file is read on Open, the first Cancel ends the reading only.
    if (p.acceptWhenRead) {
        p.acceptWhenRead = false;
        cancelReading();
        showState();
        return;
    }
    cancelReading();
    QDialog::reject();
}

}  // namespace mixtura::app
