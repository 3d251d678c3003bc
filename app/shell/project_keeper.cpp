// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/project_keeper.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <utility>

#include "session/session.h"

namespace mixtura::app {

namespace {

QString clockText(const QDateTime& time) {
    return QLocale().toString(time.time(), QLocale::ShortFormat);
}

/// The project's own file, or a name beside nothing that follows from the data.
QString proposedPath(const Session& session, const QString& path) {
    if (!path.isEmpty())
        return path;
    const DataEntry* entry = session.currentData();
    const QString stem =
        entry == nullptr ? QStringLiteral("mixtura") : QFileInfo(entry->name).completeBaseName();
    return stem + QStringLiteral(".mixtura");
}

}  // namespace

ProjectKeeper::ProjectKeeper(Session& session, QWidget& window)
    : session_(&session), window_(&window), store_(session), recovery_(session) {
    connect(&store_, &ProjectStore::pathChanged, this, [this] {
        recovery_.setOriginalPath(store_.path());
        emit pathChanged();
    });
    connect(&store_, &ProjectStore::opened, this, [this](const QString& path) {
        recovery_.discardCopy();
        forgetTimes();
        emit opened(path);
    });
    connect(&store_, &ProjectStore::saved, this, [this](const QString& path) {
        if (!session_->isModified())
            recovery_.discardCopy();
        savedAt_ = clockText(QDateTime::currentDateTime());
        emit savedWordsChanged();
        emit saved(path);
        if (afterSave_)
            std::exchange(afterSave_, {})();
    });
    connect(&store_, &ProjectStore::failed, this, [this](const QString& message) {
        afterSave_ = {};
        emit failed(message);
    });
    connect(&recovery_, &Recovery::copyWritten, this, [this](const QDateTime& time) {
        copiedAt_ = clockText(time);
        emit savedWordsChanged();
    });
    connect(&recovery_, &Recovery::copyFailed, this, [this](const QString& message) {
        session_->report(
            {Problem::Severity::warning,
             tr("The safety copy could not be written, save the project yourself: %1").arg(message),
             {},
             {},
             -1,
             -1});
    });
}

QString ProjectKeeper::savedWords() const {
    QStringList words;
    if (!savedAt_.isEmpty())
        words << tr("saved %1").arg(savedAt_);
    if (!copiedAt_.isEmpty())
        words << tr("safety copy %1").arg(copiedAt_);
    return words.join(QStringLiteral(", "));
}

void ProjectKeeper::forgetTimes() {
    savedAt_.clear();
    copiedAt_.clear();
    emit savedWordsChanged();
}

void ProjectKeeper::open(const QString& path) {
    afterSaving([this, path] { store_.open(path); });
}

void ProjectKeeper::save() {
    if (store_.path().isEmpty())
        saveAs();
    else
        saveTo(store_.path());
}

void ProjectKeeper::saveTo(const QString& path) {
    emit aboutToSave();
    store_.saveAs(path);
}

void ProjectKeeper::saveAs() {
    auto* dialog = new QFileDialog(window_, tr("Save project"));
    dialog->setObjectName(QStringLiteral("saveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Mixtura projects (*.mixtura)"));
    dialog->setDefaultSuffix(QStringLiteral("mixtura"));
    dialog->selectFile(proposedPath(*session_, store_.path()));
    connect(dialog, &QFileDialog::fileSelected, this, &ProjectKeeper::saveTo);
    connect(dialog, &QDialog::rejected, this, [this] { afterSave_ = {}; });
    dialog->open();
}

void ProjectKeeper::startNew() {
    afterSaving([this] {
        store_.detach();
        session_->setContent({});
        recovery_.discardCopy();
        forgetTimes();
        emit startedNew();
    });
}

void ProjectKeeper::restore(const RecoveryOffer& offer) {
    afterSaving([this, offer] {
        const QString failure = recovery_.restore(offer);
        if (!failure.isEmpty()) {
            emit failed(failure);
            return;
        }
        store_.detach();
        session_->logAction(tr("Continued unsaved work"));
        emit restored(offer.originalPath);
    });
}

ProjectKeeper::FitAnswer ProjectKeeper::askAboutRunningFit() {
    if (answersItself_)
        return FitAnswer::discard;
    QMessageBox box(QMessageBox::Question, tr("A fit is running"),
                    tr("A fit is still running. What should become of it?"), QMessageBox::NoButton,
                    window_);
    QPushButton* keepRunning = box.addButton(tr("Keep &running"), QMessageBox::RejectRole);
    QPushButton* keepBest =
        box.addButton(tr("&Stop and keep best so far"), QMessageBox::AcceptRole);
    box.addButton(tr("&Discard it"), QMessageBox::DestructiveRole);
    box.setDefaultButton(keepRunning);
    box.setEscapeButton(keepRunning);
    box.exec();
    return box.clickedButton() == keepRunning ? FitAnswer::keepRunning
           : box.clickedButton() == keepBest  ? FitAnswer::keepBest
                                              : FitAnswer::discard;
}

void ProjectKeeper::afterSaving(const std::function<void()>& then) {
    if (session_->fitJob() != nullptr && session_->fitJob()->isRunning()) {
        const FitAnswer answer = askAboutRunningFit();
        FitJob* job = session_->fitJob();  // it may have ended while the question stood
        if (answer == FitAnswer::keepRunning)
            return;
        if (job != nullptr && answer == FitAnswer::keepBest) {
            connect(
                session_, &Session::fitEnded, this, [this, then] { afterSaving(then); },
                Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
            job->stopAndKeep();
            return;
        }
        if (job != nullptr)
            job->discard();
    }
    if (!session_->isModified() || session_->content().data.empty() || answersItself_) {
        then();
        return;
    }
    QMessageBox box(QMessageBox::Question, tr("Unsaved changes"),
                    tr("Save the changes to this project first?"),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, window_);
    box.setInformativeText(contentsOf(session_->content()));
    box.setDefaultButton(QMessageBox::Save);
    switch (box.exec()) {
        case QMessageBox::Save:
            afterSave_ = then;
            save();
            break;
        case QMessageBox::Discard:
            then();
            break;
        default:
            break;
    }
}

}  // namespace mixtura::app
