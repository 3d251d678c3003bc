// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/import_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFontMetrics>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStyle>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "data/accessible_names.h"
#include "data/preview_model.h"
#include "session/background_queue.h"
#include "session/import_job.h"

namespace mixtura::app {

namespace {

const QVariant detected;  ///< item data of "as detected"

QString encodingName(TextEncoding encoding) {
    switch (encoding) {
        case TextEncoding::utf8:
            return QStringLiteral("UTF-8");
        case TextEncoding::utf16le:
            return QStringLiteral("UTF-16 LE");
        case TextEncoding::utf16be:
            return QStringLiteral("UTF-16 BE");
        case TextEncoding::windows1252:
            return QStringLiteral("Windows-1252");
    }
    return {};
}

QString signName(char sign) {
    switch (sign) {
        case ',':
            return ImportDialog::tr("comma  ,");
        case ';':
            return ImportDialog::tr("semicolon  ;");
        case '\t':
            return ImportDialog::tr("tab");
        case '|':
            return ImportDialog::tr("bar  |");
        case ' ':
            return ImportDialog::tr("space");
        case '.':
            return ImportDialog::tr("point  .");
        case '\'':
            return ImportDialog::tr("apostrophe  '");
        case '"':
            return ImportDialog::tr("double quote  \"");
        case '\0':
            return ImportDialog::tr("none");
        default:
            return QString(QLatin1Char(sign));
    }
}

/// A combo of "detected" and the signs; its item data is the sign's code.
QComboBox* signCombo(const QString& name, std::initializer_list<char> signs) {
    auto* combo = new QComboBox;
    combo->setObjectName(name);
    combo->addItem(ImportDialog::tr("as detected"), detected);
    for (const char sign : signs) combo->addItem(signName(sign), int(sign));
    return combo;
}

std::optional<char> chosenSign(const QComboBox* combo) {
    const QVariant value = combo->currentData();
    return value.isValid() ? std::optional(static_cast<char>(value.toInt())) : std::nullopt;
}

void selectSign(QComboBox* combo, const std::optional<char>& sign) {
    if (!sign)
        return;
    int index = combo->findData(int(*sign));
    if (index < 0) {
        combo->addItem(signName(*sign), int(*sign));
        index = combo->count() - 1;
    }
    combo->setCurrentIndex(index);
}

/// What detection found stands behind the first item: "as detected: comma".
void showDetected(QComboBox* combo, const QString& what) {
    combo->setItemText(0, what.isEmpty() ? ImportDialog::tr("as detected")
                                         : ImportDialog::tr("detected: %1").arg(what));
}

}  // namespace

struct ImportDialog::Parts {
    QString path;
    CsvOptions given;
    CsvDialect dialect;
    bool hasDialect = false;
    QString failure;  ///< of sniffing or reading
    std::shared_ptr<const ImportResult> result;
    CsvOptions resultOptions;
    std::unique_ptr<ImportJob> job;
    bool acceptWhenRead = false;
    bool isHeaderTold = false;
    bool isUpdating = false;
    std::vector<std::pair<std::string, ColumnType>> types;

    QComboBox* encoding = nullptr;
    QComboBox* delimiter = nullptr;
    QComboBox* decimal = nullptr;
    QComboBox* grouping = nullptr;
    QComboBox* quote = nullptr;
    QCheckBox* header = nullptr;
    QLineEdit* missing = nullptr;
    QLineEdit* comment = nullptr;
    QSpinBox* skip = nullptr;
    QComboBox* type = nullptr;
    QLabel* typeLabel = nullptr;
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

ImportDialog::ImportDialog(QString path, CsvOptions options, QWidget* parent)
    : QDialog(parent), parts_(std::make_unique<Parts>()) {
    parts_->path = std::move(path);
    parts_->given = std::move(options);
    parts_->types = parts_->given.column_types;
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Open %1").arg(QFileInfo(parts_->path).fileName()));

    auto* optionsSide = new QWidget;
    auto* form = new QFormLayout(optionsSide);
    form->setContentsMargins(0, 0, 0, 0);
    buildOptions(form);

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
            [this](const QModelIndex& current) { chooseType(current.column()); });
    connect(parts_->preview->horizontalHeader(), &QHeaderView::sectionClicked, this,
            [this](int column) {
                parts_->preview->setCurrentIndex(parts_->model->index(0, column));
                chooseType(column);
            });

    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(optionsSide);
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
    parts_->badCells->addItem(tr("choose what to do ..."), detected);
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

    connect(parts_->badCells, &QComboBox::currentIndexChanged, this, [this] {
        if (!parts_->isUpdating)
            startReading();
    });
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

void ImportDialog::buildOptions(QFormLayout* form) {
    Parts& p = *parts_;
    p.encoding = new QComboBox;
    p.encoding->setObjectName(QStringLiteral("importEncoding"));
    p.encoding->addItem(tr("as detected"), detected);
    for (const TextEncoding encoding : {TextEncoding::utf8, TextEncoding::utf16le,
                                        TextEncoding::utf16be, TextEncoding::windows1252})
        p.encoding->addItem(encodingName(encoding), int(encoding));
    if (p.given.encoding)
        p.encoding->setCurrentIndex(p.encoding->findData(int(*p.given.encoding)));
    p.delimiter = signCombo(QStringLiteral("importDelimiter"), {',', ';', '\t', '|', ' '});
    selectSign(p.delimiter, p.given.delimiter);
    p.decimal = signCombo(QStringLiteral("importDecimal"), {'.', ','});
    selectSign(p.decimal, p.given.decimal);
    p.grouping = signCombo(QStringLiteral("importGrouping"), {'\0', ',', '.', ' ', '\''});
    selectSign(p.grouping, p.given.grouping);
    p.quote = signCombo(QStringLiteral("importQuote"), {'"', '\'', '\0'});
    selectSign(p.quote, p.given.quote);
    p.header = new QCheckBox(tr("First row holds column &names"));
    p.header->setObjectName(QStringLiteral("importHeader"));
    p.isHeaderTold = p.given.has_header.has_value();
    p.header->setChecked(p.given.has_header.value_or(true));
    p.missing = new QLineEdit;
    p.missing->setObjectName(QStringLiteral("importMissing"));
    p.missing->setToolTip(
        tr("Texts that mean 'no value', separated by commas. They replace the "
           "built-in list."));
    if (p.given.missing_codes) {
        QStringList codes;
        for (const std::string& code : *p.given.missing_codes)
            codes << QString::fromStdString(code);
        p.missing->setText(codes.join(u','));
    }
    p.comment = new QLineEdit;
    p.comment->setObjectName(QStringLiteral("importComment"));
    p.comment->setMaxLength(1);
    p.comment->setPlaceholderText(tr("none"));
    p.comment->setToolTip(tr("Lines that begin with this sign are left out."));
    if (p.given.comment && *p.given.comment != '\0')
        p.comment->setText(QString(QLatin1Char(*p.given.comment)));
    p.skip = new QSpinBox;
    p.skip->setObjectName(QStringLiteral("importSkip"));
    p.skip->setRange(0, 1000000);
    p.skip->setValue(p.given.skip_lines);
    p.type = new QComboBox;
    p.type->setObjectName(QStringLiteral("importColumnType"));
    for (const ColumnType type :
         {ColumnType::numeric, ColumnType::category, ColumnType::text, ColumnType::date})
        p.type->addItem(typeName(type), int(type));
    p.type->setEnabled(false);
    p.type->setAccessibleName(tr("Type of the column selected in the preview"));
    p.typeLabel = new QLabel(tr("&Type of column:"));
    p.typeLabel->setBuddy(p.type);

    form->addRow(tr("&Encoding:"), p.encoding);
    form->addRow(tr("&Delimiter:"), p.delimiter);
    form->addRow(tr("De&cimal sign:"), p.decimal);
    form->addRow(tr("Thou&sands:"), p.grouping);
    form->addRow(tr("&Quotes:"), p.quote);
    form->addRow(p.header);
    form->addRow(tr("&Missing codes:"), p.missing);
    form->addRow(tr("S&kip lines:"), p.skip);
    form->addRow(tr("Comment s&ign:"), p.comment);
    form->addRow(p.typeLabel, p.type);
    for (const auto& [field, name] : {std::pair<QWidget*, QString>{p.encoding, tr("Encoding")},
                                      {p.delimiter, tr("Delimiter")},
                                      {p.decimal, tr("Decimal sign")},
                                      {p.grouping, tr("Thousands separator")},
                                      {p.quote, tr("Quotes")},
                                      {p.header, tr("First row holds column names")},
                                      {p.missing, tr("Missing codes")},
                                      {p.skip, tr("Lines to skip")},
                                      {p.comment, tr("Comment sign")}})
        field->setAccessibleName(name);

    for (QComboBox* combo : {p.encoding, p.delimiter, p.decimal, p.grouping, p.quote}) {
        combo->setMinimumContentsLength(24);  // "detected: double quote"
        connect(combo, &QComboBox::currentIndexChanged, this, &ImportDialog::optionChanged);
    }
    connect(p.header, &QCheckBox::clicked, this, [this] {
        parts_->isHeaderTold = true;
        optionChanged();
    });
    connect(p.missing, &QLineEdit::textChanged, this, &ImportDialog::optionChanged);
    connect(p.comment, &QLineEdit::textChanged, this, &ImportDialog::optionChanged);
    connect(p.skip, &QSpinBox::valueChanged, this, &ImportDialog::optionChanged);
    connect(p.type, &QComboBox::activated, this, [this] {
        const int column = parts_->preview->currentIndex().column();
        if (column < 0)
            return;
        const std::string& name = parts_->dialect.column_names.at(std::size_t(column));
        std::erase_if(parts_->types, [&](const auto& told) { return told.first == name; });
        parts_->types.emplace_back(name,
                                   static_cast<ColumnType>(parts_->type->currentData().toInt()));
        optionChanged();
    });
}

const QString& ImportDialog::path() const {
    return parts_->path;
}

CsvOptions ImportDialog::optionsFromWidgets() const {
    const Parts& p = *parts_;
    CsvOptions options;
    if (p.encoding->currentData().isValid())
        options.encoding = static_cast<TextEncoding>(p.encoding->currentData().toInt());
    options.delimiter = chosenSign(p.delimiter);
    options.decimal = chosenSign(p.decimal);
    options.grouping = chosenSign(p.grouping);
    options.quote = chosenSign(p.quote);
    if (!p.comment->text().isEmpty())
        options.comment = p.comment->text().front().toLatin1();
    if (p.isHeaderTold)
        options.has_header = p.header->isChecked();
    options.skip_lines = p.skip->value();
    if (!p.missing->text().isEmpty()) {
        std::vector<std::string> codes;
        for (const QString& code : p.missing->text().split(u','))
            codes.push_back(code.trimmed().toStdString());
        options.missing_codes = std::move(codes);
    }
    options.column_types = p.types;
    if (p.badCells->currentData().isValid())
        options.bad_cell = static_cast<BadCell>(p.badCells->currentData().toInt());
    return options;
}

void ImportDialog::optionChanged() {
    if (parts_->isUpdating)
        return;
    cancelReading();
    parts_->result.reset();
    parts_->failure.clear();
    parts_->settle.start();
    showState();
}

void ImportDialog::sniff() {
    parts_->hasDialect = false;
    parts_->failure.clear();
    const CsvOptions options = optionsFromWidgets();
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
            parts_->types = types;
            parts_->hasDialect = true;
            showDialect();
            if (QFileInfo(parts_->path).size() <= readAheadBytes || parts_->acceptWhenRead)
                startReading();
            showState();
        };
    });
    showState();
}

void ImportDialog::showDialect() {
    Parts& p = *parts_;
    p.isUpdating = true;
    const CsvDialect& dialect = p.dialect;
    showDetected(p.encoding, encodingName(dialect.encoding));
    const auto shown = [](QComboBox* combo, char sign) {
        if (!combo->currentData().isValid())
            showDetected(combo, signName(sign));
    };
    shown(p.delimiter, dialect.delimiter);
    shown(p.decimal, dialect.decimal);
    shown(p.grouping, dialect.grouping);
    shown(p.quote, dialect.quote);
    if (!p.isHeaderTold)
        p.header->setChecked(dialect.has_header);
    QStringList codes;
    for (const std::string& code : dialect.missing_codes)
        if (!code.empty())
            codes << QString::fromStdString(code);
    p.missing->setPlaceholderText(codes.join(QStringLiteral(", ")));
    const int column = p.preview->currentIndex().column();
    p.model->setDialect(dialect);
    constexpr int columnsMeasured = 100;  // measuring thousands would take seconds
    for (int c = 0; c < std::min(columnsMeasured, p.model->columnCount()); ++c)
        p.preview->resizeColumnToContents(c);
    if (column >= 0 && column < p.model->columnCount())
        p.preview->setCurrentIndex(p.model->index(0, column));
    chooseType(p.preview->currentIndex().column());
    p.isUpdating = false;
}

void ImportDialog::chooseType(int column) {
    Parts& p = *parts_;
    const bool isColumn = column >= 0 && std::size_t(column) < p.dialect.column_types.size();
    p.type->setEnabled(isColumn);
    const QString name =
        isColumn ? fontMetrics().elidedText(
                       QString::fromStdString(p.dialect.column_names[std::size_t(column)]),
                       Qt::ElideMiddle, fontMetrics().averageCharWidth() * 16)
                 : QString();
    p.typeLabel->setText(
        isColumn ? tr("&Type of %1:").arg(QString(name).replace(u'&', QStringLiteral("&&")))
                 : tr("&Type of column:"));
    p.type->setToolTip(isColumn ? QString() : tr("Select a column in the preview first."));
    if (isColumn)
        p.type->setCurrentIndex(p.type->findData(int(p.dialect.column_types[std::size_t(column)])));
}

void ImportDialog::startReading() {
    Parts& p = *parts_;
    cancelReading();
    p.result.reset();
    p.failure.clear();
    CsvOptions options = optionsFromWidgets();
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
    connect(p.job.get(), &ImportJob::failed, this,
            [this](const QString& message, const DataLocation& /*location*/) {
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
    if (!p.dialect.ambiguity.empty() && !p.decimal->currentData().isValid())
        return false;
    return !p.result || p.result->problem_count == 0 || p.badCells->currentData().isValid();
}

void ImportDialog::showState() {
    Parts& p = *parts_;
    const QLocale locale;
    const bool isReading = p.job && p.job->isRunning();
    const bool isAmbiguous =
        p.hasDialect && !p.dialect.ambiguity.empty() && !p.decimal->currentData().isValid();
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
    QFont decimalFont = font();
    decimalFont.setBold(isAmbiguous);
    p.decimal->setFont(decimalFont);
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
