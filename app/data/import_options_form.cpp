// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/import_options_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontMetrics>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <utility>

#include "data/preview_model.h"

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
            return ImportOptionsForm::tr("comma  ,");
        case ';':
            return ImportOptionsForm::tr("semicolon  ;");
        case '\t':
            return ImportOptionsForm::tr("tab");
        case '|':
            return ImportOptionsForm::tr("bar  |");
        case ' ':
            return ImportOptionsForm::tr("space");
        case '.':
            return ImportOptionsForm::tr("point  .");
        case '\'':
            return ImportOptionsForm::tr("apostrophe  '");
        case '"':
            return ImportOptionsForm::tr("double quote  \"");
        case '\0':
            return ImportOptionsForm::tr("none");
        default:
            return QString(QLatin1Char(sign));
    }
}

/// A combo of "detected" and the signs; its item data is the sign's code.
QComboBox* signCombo(const QString& name, std::initializer_list<char> signs) {
    auto* combo = new QComboBox;
    combo->setObjectName(name);
    combo->addItem(ImportOptionsForm::tr("as detected"), detected);
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
    combo->setItemText(0, what.isEmpty() ? ImportOptionsForm::tr("as detected")
                                         : ImportOptionsForm::tr("detected: %1").arg(what));
}

}  // namespace

struct ImportOptionsForm::Parts {
    CsvDialect dialect;
    int column = -1;
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
};

ImportOptionsForm::ImportOptionsForm(const CsvOptions& given, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->types = given.column_types;
    build(given);
    connectFields();
}

ImportOptionsForm::~ImportOptionsForm() = default;

void ImportOptionsForm::build(const CsvOptions& given) {
    Parts& p = *parts_;
    p.encoding = new QComboBox;
    p.encoding->setObjectName(QStringLiteral("importEncoding"));
    p.encoding->addItem(tr("as detected"), detected);
    for (const TextEncoding encoding : {TextEncoding::utf8, TextEncoding::utf16le,
                                        TextEncoding::utf16be, TextEncoding::windows1252})
        p.encoding->addItem(encodingName(encoding), int(encoding));
    if (given.encoding)
        p.encoding->setCurrentIndex(p.encoding->findData(int(*given.encoding)));
    p.delimiter = signCombo(QStringLiteral("importDelimiter"), {',', ';', '\t', '|', ' '});
    selectSign(p.delimiter, given.delimiter);
    p.decimal = signCombo(QStringLiteral("importDecimal"), {'.', ','});
    selectSign(p.decimal, given.decimal);
    p.grouping = signCombo(QStringLiteral("importGrouping"), {'\0', ',', '.', ' ', '\''});
    selectSign(p.grouping, given.grouping);
    p.quote = signCombo(QStringLiteral("importQuote"), {'"', '\'', '\0'});
    selectSign(p.quote, given.quote);
    p.header = new QCheckBox(tr("First row holds column &names"));
    p.header->setObjectName(QStringLiteral("importHeader"));
    p.isHeaderTold = given.has_header.has_value();
    p.header->setChecked(given.has_header.value_or(true));
    p.missing = new QLineEdit;
    p.missing->setObjectName(QStringLiteral("importMissing"));
    p.missing->setToolTip(
        tr("Texts that mean 'no value', separated by commas. They replace the "
           "built-in list."));
    if (given.missing_codes) {
        QStringList codes;
        for (const std::string& code : *given.missing_codes) codes << QString::fromStdString(code);
        p.missing->setText(codes.join(u','));
    }
    p.comment = new QLineEdit;
    p.comment->setObjectName(QStringLiteral("importComment"));
    p.comment->setMaxLength(1);
    p.comment->setPlaceholderText(tr("none"));
    p.comment->setToolTip(tr("Lines that begin with this sign are left out."));
    if (given.comment && *given.comment != '\0')
        p.comment->setText(QString(QLatin1Char(*given.comment)));
    p.skip = new QSpinBox;
    p.skip->setObjectName(QStringLiteral("importSkip"));
    p.skip->setRange(0, 1000000);
    p.skip->setValue(given.skip_lines);
    p.type = new QComboBox;
    p.type->setObjectName(QStringLiteral("importColumnType"));
    for (const ColumnType type :
         {ColumnType::numeric, ColumnType::category, ColumnType::text, ColumnType::date})
        p.type->addItem(typeName(type), int(type));
    p.type->setEnabled(false);
    p.type->setAccessibleName(tr("Type of the column selected in the preview"));
    p.typeLabel = new QLabel(tr("&Type of column:"));
    p.typeLabel->setBuddy(p.type);

    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
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
}

void ImportOptionsForm::connectFields() {
    const Parts& p = *parts_;
    const auto change = [this] {
        if (!parts_->isUpdating)
            emit changed();
    };
    for (QComboBox* combo : {p.encoding, p.delimiter, p.decimal, p.grouping, p.quote}) {
        combo->setMinimumContentsLength(24);  // "detected: double quote"
        connect(combo, &QComboBox::currentIndexChanged, this, change);
    }
    connect(p.header, &QCheckBox::clicked, this, [this] {
        parts_->isHeaderTold = true;
        emit changed();
    });
    connect(p.missing, &QLineEdit::textChanged, this, change);
    connect(p.comment, &QLineEdit::textChanged, this, change);
    connect(p.skip, &QSpinBox::valueChanged, this, change);
    connect(p.type, &QComboBox::activated, this, [this] {
        const std::string& name = parts_->dialect.column_names.at(std::size_t(parts_->column));
        std::erase_if(parts_->types, [&](const auto& told) { return told.first == name; });
        parts_->types.emplace_back(name,
                                   static_cast<ColumnType>(parts_->type->currentData().toInt()));
        emit changed();
    });
}

CsvOptions ImportOptionsForm::options() const {
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
    return options;
}

void ImportOptionsForm::showDialect(const CsvDialect& dialect) {
    Parts& p = *parts_;
    p.isUpdating = true;
    p.dialect = dialect;
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
    chooseColumn(p.column);
    p.isUpdating = false;
}

void ImportOptionsForm::chooseColumn(int column) {
    Parts& p = *parts_;
    const bool isColumn = column >= 0 && std::size_t(column) < p.dialect.column_types.size();
    p.column = isColumn ? column : -1;
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

void ImportOptionsForm::setColumnTypes(std::vector<std::pair<std::string, ColumnType>> types) {
    parts_->types = std::move(types);
}

bool ImportOptionsForm::isDecimalTold() const {
    return parts_->decimal->currentData().isValid();
}

void ImportOptionsForm::stressDecimal(bool isStressed) {
    QFont decimalFont = font();
    decimalFont.setBold(isStressed);
    parts_->decimal->setFont(decimalFont);
}

}  // namespace mixtura::app
