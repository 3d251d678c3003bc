// SPDX-License-Identifier: Apache-2.0
/// The program as it is started from a shell: what it writes, what it says, how it ends.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "mixtura/io/model_file.h"
#include "mixtura/plan/plan.h"

#include "desktop_support.h"

namespace mixtura::app {
namespace {

struct Outcome {
    int status = -1;
    QString said;  ///< on standard error
};

void write(const QString& path, const QByteArray& text) {
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    ASSERT_EQ(file.write(text), text.size());
}

class Program : public testing::Test {
  protected:
    [[nodiscard]] QString in(const char* name) const {
        return folder.filePath(QLatin1String(name));
    }
    [[nodiscard]] Outcome run(QStringList arguments) const {
        arguments << QStringLiteral("--quit-when-done") << QStringLiteral("--safe-mode");
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), folder.path());
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(folder.path());
        process.start(QStringLiteral(MIXTURA_BINARY_DIR "/mixtura"), arguments);
        if (!process.waitForFinished(test::patience))
            process.kill();
        QString said = QString::fromUtf8(process.readAllStandardError());
        // Qt's own platform without a display says this of every window.
        said.remove(QStringLiteral("This plugin does not support propagateSizeHints()\n"));
        return {process.exitCode(), said};
    }
    QTemporaryDir folder;
};

TEST_F(Program, SaysNothingOnStandardErrorInANormalRun) {
    Plan plan;
    plan.search.component_counts = {1, 2, 3};
    plan.search.covariance_structures = {CovarianceStructure::VVV};
    write(in("plan.json"), QByteArray::fromStdString(to_json(plan).dump()));
    for (const char* view : {"data", "summary", "scatter", "fit", "understanding", "compare",
                             "simulation", "misspecification", "help"}) {
        const Outcome outcome =
            run({test::dataPath("iris.csv"), QStringLiteral("--plan"), in("plan.json"),
                 QStringLiteral("--run"), QStringLiteral("--export-dir"), in("out"),
                 QStringLiteral("--show"), QLatin1String(view), QStringLiteral("--screenshot"),
                 in("window.png")});
        EXPECT_EQ(outcome.status, 0);
        EXPECT_EQ(outcome.said.toStdString(), "") << view;
        EXPECT_TRUE(QFile::exists(in("window.png")));
    }
    EXPECT_TRUE(QFile::exists(in("out/iris-model.json")));
}

TEST_F(Program, EndsWithTheStatusOfTheCommandLine) {
    write(in("header.csv"), "a,b,c\n");
    write(in("bad.csv"),
          "a,b\n1,2\n3,4\n5,x7..\n6,8\n9,1\n2,7\n4,1\n3,3\n5,5\n7,8\n9,9\n1,1\n2,3\n");
    write(in("constant.csv"), "a,b\n1,2\n1,3\n1,4\n1,7\n");
    write(in("ambiguous.csv"), "a;b\n1,234;5,678\n2,345;6,789\n3,456;7,891\n");
    write(in("no.mixtura"), "this is no project");
    write(in("no.json"), "{\"format\": \"something else\"}");
    const auto expect = [this](const QStringList& arguments, int status, const char* words) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.status, status) << arguments.join(u' ').toStdString();
        EXPECT_TRUE(outcome.said.contains(QLatin1String(words))) << outcome.said.toStdString();
        EXPECT_EQ(outcome.said.count(u'\n'), 1) << outcome.said.toStdString();
    };
    expect({in("nowhere.csv")}, 4, "nowhere.csv");
    expect({in("nowhere.mixtura")}, 4, "nowhere.mixtura");
    expect({in("nowhere.json")}, 4, "nowhere.json");
    expect({folder.path()}, 4, "");
    expect({in("no.mixtura")}, 4, "no.mixtura");
    expect({in("no.json")}, 3, "no.json");
    expect({in("header.csv")}, 3, "header.csv");
    expect({in("bad.csv")}, 3, "x7..");
    expect({in("ambiguous.csv")}, 3, "1,234");
    expect({in("constant.csv"), QStringLiteral("--run")}, 3, "same value");
    expect({QStringLiteral("--run")}, 2, "no data");
    expect({QStringLiteral("--plan"), in("nowhere.plan")}, 4, "nowhere.plan");
}

TEST_F(Program, RunsAPlanFromEndToEnd) {
    Plan plan;
    plan.data_path = test::dataPath("iris.csv").toStdString();
    plan.columns.excluded = {"2"};
    plan.search.component_counts = {2, 3};
    plan.search.covariance_structures = {CovarianceStructure::EEE, CovarianceStructure::VVV};
    plan.search.em.seed = 5;
    plan.model_output = in("planned.json").toStdString();
    plan.assignments_output = in("planned.csv").toStdString();
    write(in("plan.json"), QByteArray::fromStdString(to_json(plan).dump(2)));
    const Outcome outcome =
        run({QStringLiteral("--plan"), in("plan.json"), QStringLiteral("--run")});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.said.toStdString(), "");
    const SavedModel saved = read_model_file(in("planned.json").toStdString());
    const RunResult direct = mixtura::run(plan);
    ASSERT_TRUE(direct.chosen);
    EXPECT_EQ(saved.data.features, direct.chosen->data.features);
    EXPECT_EQ(saved.data.features.size(), 3u);
    EXPECT_EQ(saved.fit.log_likelihood, direct.chosen->fit.log_likelihood);
    EXPECT_EQ(saved.selection.size(), 4u);
    QFile labels(in("planned.csv"));
    ASSERT_TRUE(labels.open(QIODevice::ReadOnly));
    EXPECT_EQ(labels.readAll().count('\n'), 151);
}

TEST_F(Program, RefusesAPlanThatDoesNotFit) {
    write(in("broken.json"), "{\"search\": ");
    EXPECT_EQ(run({QStringLiteral("--plan"), in("broken.json")}).status, 3);
    Plan plan;
    plan.columns.features = {"no such column"};
    write(in("other.json"), QByteArray::fromStdString(to_json(plan).dump()));
    const Outcome outcome =
        run({test::dataPath("iris.csv"), QStringLiteral("--plan"), in("other.json")});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(outcome.said.contains(QStringLiteral("no such column")))
        << outcome.said.toStdString();
}

}  // namespace
}  // namespace mixtura::app
