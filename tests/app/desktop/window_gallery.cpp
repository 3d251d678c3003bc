// SPDX-License-Identifier: Apache-2.0
/// Draws the window and its dialogs in every state into PNG files, to be looked at:
/// window_gallery FOLDER [DATA]
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDockWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <cstdio>

#include "mixtura/plan/explanation.h"

#include "data/import_dialog.h"
#include "desktop_support.h"
#include "session/session.h"
#include "shell/main_window.h"
#include "shell/theme.h"

namespace {

using namespace mixtura::app;
using mixtura::test::waitFor;

class Gallery {
  public:
    Gallery(QString folder, QString name, QSize size)
        : folder_(std::move(folder)), name_(std::move(name)), window_(session_, false) {
        window_.setAnswersItself(true);
        window_.resize(size);
        window_.show();
    }
    void draw(const QString& data) {
        settle();
        save(window_, "start");
        simulation("hand-set");
        readThroughDialog(data);
        for (const char* view : {"data", "summary", "scatter", "fit", "understanding", "compare"})
            saveView(view, view);
        action("actionRunFit")->trigger();
        QTest::qWait(400);
        save(window_, "running");
        dock("convergenceDock")->raise();
        if (!waitFor([&] { return session_.fitJob() == nullptr; }, 600000))
            return;
        for (const char* view : {"scatter", "fit", "understanding", "compare", "standard-errors",
                                 "agreement", "local-optima"})
            saveView(view, (std::string("fitted-") + view).c_str());
        window_.findChild<QComboBox*>(QStringLiteral("simulationSource"))->setCurrentIndex(1);
        simulation("fitted");
        standardErrors("hessian", 0);
        standardErrors("weighted-bootstrap", 99999);
        for (auto* box : window_.findChild<QWidget*>("fitPlot")->findChildren<QCheckBox*>())
            box->setChecked(true);
        saveView("fit", "fitted-fit-all");
        dock("logDock")->raise();
        saveView("help", "help");
        dialogOf("actionExport", "export");
        dialogOf("actionShortcuts", "shortcuts");
        session_.clearProblems();
        window_.openFile("/nowhere/a file that has gone away.csv");
        dock("problemsDock")->raise();
        saveView("data", "problems");
    }

  private:
    void settle() {
        waitFor([&] { return window_.isIdle(); });
        QTest::qWait(150);
    }
    void save(QWidget& widget, const char* what) {
        const QString path = folder_ + u'/' + name_ + u'-' + QLatin1String(what) + ".png";
        if (!widget.grab().save(path))
            std::fprintf(stderr, "%s could not be written\n", qPrintable(path));
    }
    void saveView(const char* view, const char* what) {
        window_.showView(QLatin1String(view));
        settle();
        save(window_, what);
    }
    void readThroughDialog(const QString& data) {
        window_.openFile(data);
        auto* dialog = window_.findChild<ImportDialog*>();
        auto* open = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
        waitFor([&] { return open->isEnabled(); });
        QTest::qWait(300);
        save(*dialog, "import");
        dialog->accept();
        waitFor([&] { return session_.currentData() != nullptr; });
    }
    void dialogOf(const char* actionName, const char* what) {
        action(actionName)->trigger();
        QTest::qWait(100);
        for (auto* dialog : window_.findChildren<QDialog*>())
            if (dialog->isVisible()) {
                save(*dialog, what);
                dialog->close();
            }
    }
    void simulation(const std::string& what) {
        saveView("simulation", (what + "-rows").c_str());
        window_.showView(QStringLiteral("misspecification"));
        settle();
        window_.findChild<QPushButton*>(QStringLiteral("studyRun"))->click();
        auto* shown = window_.findChild<QComboBox*>(QStringLiteral("studyShown"));
        for (int kind = 0; kind < shown->count(); ++kind) {
            shown->setCurrentIndex(kind);
            settle();
            save(window_, (what + "-study-" + std::to_string(kind)).c_str());
        }
    }
    void standardErrors(const char* source, int replicates) {
        window_.showView(QStringLiteral("standard-errors"));
        auto* combo = window_.findChild<QComboBox*>(QStringLiteral("errorSource"));
        combo->setCurrentIndex(combo->findData(int(mixtura::error_source_from(source))));
        window_.findChild<QSpinBox*>(QStringLiteral("errorReplicates"))->setValue(replicates);
        window_.findChild<QPushButton*>(QStringLiteral("errorRun"))->click();
        if (replicates > 0) {
            QTest::qWait(400);
            save(window_, "standard-errors-running");
            window_.findChild<QPushButton*>(QStringLiteral("errorStop"))->click();
        }
        settle();
        save(window_, (std::string("standard-errors-") + source).c_str());
    }
    QAction* action(const char* name) { return window_.findChild<QAction*>(QLatin1String(name)); }
    QDockWidget* dock(const char* name) {
        return window_.findChild<QDockWidget*>(QLatin1String(name));
    }

    QString folder_;
    QString name_;
    Session session_;
    MainWindow window_;
};

}  // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QTemporaryDir home;
    qputenv("XDG_DATA_HOME", home.path().toLocal8Bit());
    qputenv("XDG_CONFIG_HOME", home.path().toLocal8Bit());
    QApplication application(argc, argv);
    QApplication::setApplicationName("mixtura-gallery");
    const QString folder = argc > 1 ? argv[1] : ".";
    const QString data = argc > 2 ? QString(argv[2]) : mixtura::test::dataPath("iris.csv");
    QDir().mkpath(folder);
    for (const auto& [theme, colours] : {std::pair{Theme::light, "light"}, {Theme::dark, "dark"}}) {
        applyTheme(theme);
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)})
            Gallery(folder, QStringLiteral("%1-%2").arg(colours).arg(size.width()), size)
                .draw(data);
    }
    return 0;
}
