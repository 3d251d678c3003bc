// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/automation.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QPixmap>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "mixtura/common/error.h"

#include "session/session.h"
#include "shell/main_window.h"

namespace mixtura::app {

Automation::Automation(MainWindow& window, StartOptions options, QObject* parent)
    : QObject(parent), window_(&window), options_(std::move(options)) {}

void Automation::start() {
    window_->setAnswersItself(options_.quitWhenDone);
    connect(window_, &MainWindow::fileOpened, this,
            [this] { QTimer::singleShot(0, this, &Automation::openNext); });
    connect(window_, &MainWindow::openFailed, this,
            [this](const QString& message) { fail(3, message); });
    openNext();
}

void Automation::openNext() {
    if (!options_.files.isEmpty()) {
        const QString path = options_.files.takeFirst();
        if (path.endsWith(QStringLiteral(".mixtura")))
            window_->openFile(path);
        else
            window_->importFile(path, options_.import.value_or(CsvOptions()));
        return;
    }
    disconnect(window_, &MainWindow::fileOpened, this, nullptr);
    disconnect(window_, &MainWindow::openFailed, this, nullptr);
    whenSettled(&Automation::fit);
}

void Automation::fit() {
    Session& session = window_->session();
    if (!options_.plan.isEmpty()) {
        QFile file(options_.plan);
        if (!file.open(QIODevice::ReadOnly)) {
            fail(4,
                 tr("The plan '%1' could not be read: %2.").arg(options_.plan, file.errorString()));
            return;
        }
        try {
            const DataEntry* entry = session.currentData();
            const Plan plan = plan_from(nlohmann::json::parse(file.readAll().toStdString()));
            if (entry != nullptr) {
                session.setSetup(plan, tr("Take the set-up from a plan"));
                for (std::size_t column = 0;
                     column < entry->roles.size() && !plan.columns.features.empty(); ++column) {
                    const std::string& name = entry->data->column(column).name;
                    const bool isNamed =
                        std::find(plan.columns.features.begin(), plan.columns.features.end(),
                                  name) != plan.columns.features.end();
                    session.setColumnRole(int(column), isNamed ? ColumnRole::feature
                                                       : name == plan.columns.weights
                                                           ? ColumnRole::weight
                                                           : ColumnRole::none);
                }
            }
        } catch (const std::exception& error) {
            fail(3, tr("The plan '%1' could not be used: %2")
                        .arg(options_.plan, QString::fromUtf8(error.what())));
            return;
        }
    }
    if (!options_.run) {
        exportFiles();
        return;
    }
    connect(&session, &Session::fitAdded, this, [this](int index) {
        if (window_->session().currentData()->fits[std::size_t(index)].best < 0)
            status_ = 1;
    });
    connect(&session, &Session::fitEnded, this, [this] {
        const Session& ended = window_->session();
        if (ended.currentFit() == nullptr) {
            fail(1,
                 ended.problems().empty() ? tr("The fit failed.") : ended.problems().back().text);
            return;
        }
        whenSettled(&Automation::exportFiles);
    });
    session.startFit();
    if (session.fitJob() == nullptr)
        fail(1, session.problems().empty() ? tr("There is nothing to fit.")
                                           : session.problems().back().text);
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
            fail(4, failures);
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
            [this](const QString& message) { fail(4, message); });
    window_->saveProject(options_.project);
}

void Automation::finish() {
    if (!options_.screenshot.isEmpty() && !window_->grab().save(options_.screenshot)) {
        fail(4, tr("The picture could not be written to '%1'.").arg(options_.screenshot));
        return;
    }
    quit(status_);
}

void Automation::fail(int status, const QString& message) {
    std::fprintf(stderr, "mixtura: %s\n", qPrintable(message));
    if (!options_.screenshot.isEmpty())
        window_->grab().save(options_.screenshot);
    quit(status);
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
