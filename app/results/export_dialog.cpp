// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/export_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>
#include <array>

namespace mixtura::app {

namespace {

struct Choice {
    ExportKind kind;
    const char* text;
    const char* ending;
    bool isChecked;
};

constexpr std::array choices = {
    Choice{ExportKind::modelJson,
           QT_TRANSLATE_NOOP("ExportDialog", "&Model, to open again or for scripts (JSON)"),
           "-model.json", true},
    Choice{ExportKind::labelsCsv,
           QT_TRANSLATE_NOOP("ExportDialog",
                             "&Rows with component, uncertainty and responsibilities (CSV)"),
           "-assignments.csv", true},
    Choice{ExportKind::comparisonCsv,
           QT_TRANSLATE_NOOP("ExportDialog", "&Table of all models tried (CSV)"), "-models.csv",
           false},
    Choice{ExportKind::rProgram,
           QT_TRANSLATE_NOOP("ExportDialog", "Scoring program in R, no &packages needed"),
           "-model.R", false},
    Choice{ExportKind::pythonProgram,
           QT_TRANSLATE_NOOP("ExportDialog", "Scoring program in P&ython, NumPy alone"),
           "-model.py", false},
    Choice{ExportKind::cppProgram,
           QT_TRANSLATE_NOOP("ExportDialog", "Scoring program in C&++, standard library alone"),
           "-model.cpp", false}};

constexpr std::array figureChoices = {
    Choice{ExportKind::figurePdf, QT_TRANSLATE_NOOP("ExportDialog", "P&DF"), ".pdf", false},
    Choice{ExportKind::figureSvg, QT_TRANSLATE_NOOP("ExportDialog", "&SVG"), ".svg", false},
    Choice{ExportKind::figurePng, QT_TRANSLATE_NOOP("ExportDialog", "P&NG, 300 dots per inch"),
           ".png", false}};

}  // namespace

struct ExportDialog::Parts {
    QLineEdit* folder = nullptr;
    QLineEdit* stem = nullptr;
    QVector<QPair<ExportKind, QCheckBox*>> boxes;
    QGroupBox* figures = nullptr;
    QListWidget* figureList = nullptr;
    QListWidget* outcome = nullptr;
    QPushButton* exportButton = nullptr;

    [[nodiscard]] QCheckBox* box(ExportKind kind) const {
        for (const auto& [each, box] : boxes)
            if (each == kind)
                return box;
        return nullptr;
    }
};

ExportDialog::ExportDialog(QWidget* parent) : QDialog(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export"));
    Parts& p = *parts_;
    p.folder = new QLineEdit;
    p.stem = new QLineEdit;
    auto* browse = new QPushButton(tr("&Choose..."));
    auto* folderRow = new QHBoxLayout;
    folderRow->addWidget(p.folder, 1);
    folderRow->addWidget(browse);
    auto* form = new QFormLayout;
    form->addRow(tr("&Folder"), folderRow);
    form->addRow(tr("File names &begin with"), p.stem);
    auto* folderLabel = qobject_cast<QLabel*>(form->labelForField(folderRow));
    if (folderLabel != nullptr)
        folderLabel->setBuddy(p.folder);
    p.folder->setAccessibleName(tr("Folder"));
    p.stem->setAccessibleName(tr("File names begin with"));

    auto* files = new QGroupBox(tr("Files"));
    auto* fileLayout = new QVBoxLayout(files);
    for (const Choice& choice : choices) {
        auto* box = new QCheckBox(tr(choice.text));
        box->setChecked(choice.isChecked);
        fileLayout->addWidget(box);
        p.boxes.append({choice.kind, box});
    }
    p.figures = new QGroupBox(tr("Figures"));
    auto* figureLayout = new QHBoxLayout(p.figures);
    p.figureList = new QListWidget;
    p.figureList->setAccessibleName(tr("Figures to export"));
    p.figureList->setMaximumHeight(6 * (fontMetrics().height() + 6));
    figureLayout->addWidget(p.figureList, 1);
    auto* formats = new QVBoxLayout;
    for (const Choice& choice : figureChoices) {
        auto* box = new QCheckBox(tr(choice.text));
        formats->addWidget(box);
        p.boxes.append({choice.kind, box});
    }
    formats->addStretch(1);
    figureLayout->addLayout(formats);
    p.figures->hide();

    p.outcome = new QListWidget;
    p.outcome->setAccessibleName(tr("Files written"));
    p.outcome->setSelectionMode(QAbstractItemView::ExtendedSelection);
    p.outcome->setWordWrap(true);
    p.outcome->setMinimumHeight(5 * (fontMetrics().height() + 6));
    p.outcome->hide();

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    p.exportButton = buttons->addButton(tr("E&xport"), QDialogButtonBox::ActionRole);
    p.exportButton->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(files);
    layout->addWidget(p.figures);
    layout->addWidget(p.outcome, 1);
    layout->addWidget(buttons);

    const auto update = [this] { parts_->exportButton->setEnabled(!items().isEmpty()); };
    for (const auto& [kind, box] : p.boxes) connect(box, &QCheckBox::toggled, this, update);
    connect(p.figureList, &QListWidget::itemChanged, this, update);
    connect(p.folder, &QLineEdit::textChanged, this, update);
    connect(p.stem, &QLineEdit::textChanged, this, update);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(
            this, tr("Folder for the exported files"), parts_->folder->text());
        if (!chosen.isEmpty())
            parts_->folder->setText(QDir::toNativeSeparators(chosen));
    });
    connect(p.exportButton, &QPushButton::clicked, this, [this] {
        const QVector<ExportItem> wanted = items();
        if (!QFileInfo(parts_->folder->text()).isDir()) {
            QMessageBox::warning(this, tr("Export"),
                                 tr("The folder %1 does not exist. Choose another one.")
                                     .arg(parts_->folder->text()));
            return;
        }
        QStringList existing;
        for (const ExportItem& item : wanted)
            if (QFileInfo::exists(item.path))
                existing.append(QFileInfo(item.path).fileName());
        if (!existing.isEmpty() &&
            QMessageBox::question(this, tr("Export"),
                                  tr("These files exist. Replace them?\n\n%1")
                                      .arg(existing.join(QLatin1Char('\n')))) != QMessageBox::Yes)
            return;
        parts_->outcome->clear();
        parts_->outcome->show();
        emit exportRequested(wanted);
    });
    setTarget(QDir::homePath(), QStringLiteral("mixture"));
    resize(560, sizeHint().height());
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::setTarget(const QString& folder, const QString& stem) {
    parts_->folder->setText(QDir::toNativeSeparators(folder));
    parts_->stem->setText(stem);
}

void ExportDialog::setFigures(const QVector<QPair<QString, QString>>& titleAndName) {
    parts_->figureList->clear();
    for (const auto& [title, name] : titleAndName) {
        auto* item = new QListWidgetItem(title, parts_->figureList);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setData(Qt::UserRole, name);
        item->setCheckState(Qt::Checked);
    }
    parts_->figures->setVisible(!titleAndName.isEmpty());
}

void ExportDialog::setChecked(ExportKind kind, bool checked) {
    parts_->box(kind)->setChecked(checked);
}

QVector<ExportItem> ExportDialog::items() const {
    QVector<ExportItem> result;
    const QString stem = parts_->stem->text().trimmed();
    if (stem.isEmpty() || stem.contains(QLatin1Char('/')) || parts_->folder->text().isEmpty())
        return result;
    const QDir folder(QDir::fromNativeSeparators(parts_->folder->text()));
    for (const Choice& choice : choices)
        if (parts_->box(choice.kind)->isChecked())
            result.append({choice.kind,
                           folder.absoluteFilePath(stem + QLatin1String(choice.ending)),
                           QString()});
    for (int i = 0; i < parts_->figureList->count(); ++i) {
        const QListWidgetItem* figure = parts_->figureList->item(i);
        if (figure->checkState() != Qt::Checked)
            continue;
        const QString name = figure->data(Qt::UserRole).toString();
        for (const Choice& choice : figureChoices)
            if (parts_->box(choice.kind)->isChecked())
                result.append({choice.kind,
                               folder.absoluteFilePath(stem + QLatin1Char('-') + name +
                                                       QLatin1String(choice.ending)),
                               name});
    }
    return result;
}

void ExportDialog::reportWritten(const QString& path) {
    parts_->outcome->show();
    parts_->outcome->addItem(tr("Written: %1").arg(QDir::toNativeSeparators(path)));
    parts_->outcome->scrollToBottom();
}

void ExportDialog::reportFailed(const QString& path, const QString& reason) {
    parts_->outcome->show();
    parts_->outcome->addItem(tr("Not written: %1. %2").arg(QDir::toNativeSeparators(path), reason));
    parts_->outcome->scrollToBottom();
}

}  // namespace mixtura::app
