// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/automation.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QPixmap>
#include <QTimer>
#include <cstdio>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "mixtura/common/error.h"

#include "session/session.h"
#include "shell/file_opener.h"
#include "shell/main_window.h"

namespace mixtura::app {

namespace {

/// @throw FileError, DataError
Plan readPlanFile(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw FileError(Automation::tr("The plan '%1' could not be read: %2.")
                            .arg(path, file.errorString())
                            .toStdString());
    try {
        return plan_from(nlohmann::json::parse(file.readAll().toStdString()));
    } catch (const std::exception& error) {
        throw DataError(Automation::tr("The plan '%1' could not be used: %2")
                            .arg(path, QString::fromUtf8(error.what()))
                            .toStdString());
    }
}

/// As the plan names it, or beside the plan's own file.
QString dataFileOf(const Plan& plan, const QString& planPath) {
    const QString named = QString::fromStdString(plan.data_path);
    const QString beside = QFileInfo(planPath).absoluteDir().absoluteFilePath(named);
    return !QFileInfo::exists(named) && QFileInfo::exists(beside) ? beside : named;
}

}  // namespace

Automation::Automation(MainWindow& window, StartOptions options, QObject* parent)
    : QObject(parent), window_(&window), options_(std::move(options)) {}

void Automation::start() {
    window_->setAnswersItself(options_.quitWhenDone);
    if (!options_.plan.isEmpty() && !readPlan())
        return;
    connect(window_, &MainWindow::fileOpened, this,
            [this] { QTimer::singleShot(0, this, &Automation::openNext); });
    connect(window_, &MainWindow::openFailed, this,
            [this](const QString& message, FailureKind kind) { fail(kind, message); });
    openNext();
}

/// The plan names its data, unless the command line does.
bool Automation::readPlan() {
    try {
        plan_ = readPlanFile(options_.plan);
    } catch (const Error& error) {
        fail(kindOf(error), QString::fromUtf8(error.what()));
        return false;
    }
    if (options_.files.isEmpty() && !plan_->data_path.empty())
        options_.files << dataFileOf(*plan_, options_.plan);
    if (!options_.import)
        options_.import = plan_->import;
    return true;
}

void Automation::openNext() {
    if (!options_.files.isEmpty()) {
        const QString path = options_.files.takeFirst();
        if (FileOpener::isDataFile(path))
            window_->importFile(path, options_.import.value_or(CsvOptions()));
        else
            window_->openFile(path);
        return;
    }
    disconnect(window_, &MainWindow::fileOpened, this, nullptr);
    disconnect(window_, &MainWindow::openFailed, this, nullptr);
    whenSettled(&Automation::fit);
}

void Automation::fit() {
    Session& session = window_->session();
    if ((plan_ || options_.run) && session.currentData() == nullptr) {
        fail(FailureKind::usage, tr("There are no data to fit. Name a data file."));
        return;
    }
    if (plan_) {
        try {
            session.takePlan(*plan_);
        } catch (const Error& error) {
            fail(kindOf(error), QString::fromUtf8(error.what()));
            return;
        }
    }
    if (!options_.run) {
        exportFiles();
        return;
    }
    connect(&session, &Session::fitAdded, this, [this](int index) {
        hasFitted_ = true;
        if (window_->session().currentData()->fits[std::size_t(index)].best < 0)
            status_ = int(FailureKind::fit);
    });
    connect(&session, &Session::fitEnded, this, [this] {
        if (hasFitted_) {
            writeOutputs();
            return;
        }
        const Problem& why = window_->session().problems().back();
        fail(why.kind, why.text);
    });
    session.startFit();
    if (session.fitJob() == nullptr)
        fail(session.problems().back().kind, session.problems().back().text);
}

/// The files that the plan names.
void Automation::writeOutputs() {
    if (plan_) {
        Session& session = window_->session();
        connect(session.background(), &BackgroundQueue::failed, this,
                [this](const QString& /*key*/, const QString& message) {
                    status_ = int(FailureKind::resource);
                    std::fprintf(stderr, "mixtura: %s\n", qPrintable(message));
                });
        session.writeOutputs(*plan_);
    }
    whenSettled(&Automation::exportFiles);
}

void Automation::whenSettled(void (Automation::*next)()) {
    // Background work follows from work that ends: quiet for two turns is quiet.
    auto* timer = new QTimer(this);
    timer->setInterval(60);
    connect(timer, &QTimer::timeout, this, [this, timer, next, quiet = 0]() mutable {
        quiet = window_->isIdle() ? quiet + 1 : 0;
        if (quiet < 3)
            return;
        timer->stop();
        timer->deleteLater();
        (this->*next)();
    });
    timer->start();
}

void Automation::exportFiles() {
    if (!options_.tab.isEmpty())
        window_->showView(options_.tab);
    if (options_.exportFolder.isEmpty()) {
        saveProject();
        return;
    }
    QDir().mkpath(options_.exportFolder);
    connect(window_, &MainWindow::exportDone, this, [this](const QString& failures) {
        if (!failures.isEmpty())
            fail(FailureKind::resource, failures);
        else
            saveProject();
    });
    window_->exportAll(options_.exportFolder);
}

void Automation::saveProject() {
    if (options_.project.isEmpty()) {
        whenSettled(&Automation::finish);
        return;
    }
    connect(window_, &MainWindow::projectSaved, this, [this] { whenSettled(&Automation::finish); });
    connect(window_, &MainWindow::openFailed, this,
            [this](const QString& message, FailureKind kind) { fail(kind, message); });
    window_->saveProject(options_.project);
}

void Automation::finish() {
    if (!options_.screenshot.isEmpty() && !window_->grab().save(options_.screenshot)) {
        fail(FailureKind::resource,
             tr("The picture could not be written to '%1'.").arg(options_.screenshot));
        return;
    }
    quit(status_);
}

void Automation::fail(FailureKind kind, const QString& message) {
    std::fprintf(stderr, "mixtura: %s\n", qPrintable(message));
    if (!options_.screenshot.isEmpty())
        window_->grab().save(options_.screenshot);
    quit(int(kind));
}

/// Closing takes the safety copy away: what ends as asked leaves no "unsaved work" behind.
void Automation::quit(int status) {
    if (!options_.quitWhenDone)
        return;
    window_->close();  // answered by the next turn of the event loop
    QMetaObject::invokeMethod(
        qApp, [status] { QApplication::exit(status); }, Qt::QueuedConnection);
}

}  // namespace mixtura::app
