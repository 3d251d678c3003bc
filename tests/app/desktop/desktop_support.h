// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <functional>
#include <memory>

#include "mixtura/common/random.h"
#include "mixtura/io/csv.h"

#include "session/session.h"
#include "support/data_file.h"

namespace mixtura::test {

constexpr int patience = 60000;  ///< ms; a loaded machine is slow

inline QString dataPath(const std::string& name) {
    return QString::fromStdString(data_file(name));
}

/// Runs the event loop until the condition holds.
inline bool waitFor(const std::function<bool()>& condition, int milliseconds = patience) {
    return QTest::qWaitFor(condition, milliseconds);
}

/// Imports a sample into the session and makes it current.
inline void open(app::Session& session, const std::string& name) {
    const std::string path = data_file(name);
    session.addImport(QString::fromStdString(path), {},
                      std::make_shared<ImportResult>(import_csv(path)));
}

/// A small search, so that a test takes milliseconds.
inline void setUpSmallFit(app::Session& session, std::vector<int> counts = {1, 2},
                          std::vector<CovarianceStructure> structures = {
                              CovarianceStructure::EEE, CovarianceStructure::VVV}) {
    Plan setup = session.currentData()->setup;
    setup.search.component_counts = std::move(counts);
    setup.search.covariance_structures = std::move(structures);
    session.setSetup(setup, QStringLiteral("small"));
}

inline bool fit(app::Session& session) {
    session.startFit();
    return session.fitJob() != nullptr && waitFor([&] { return session.fitJob() == nullptr; }) &&
           session.currentFit() != nullptr;
}

/// The longest the event loop was away, as a 10 ms timer sees it.
class Heartbeat {
  public:
    Heartbeat() {
        timer_.setTimerType(Qt::PreciseTimer);
        QObject::connect(&timer_, &QTimer::timeout,
                         [this] { longest_ = std::max(longest_, clock_.restart()); });
        clock_.start();
        timer_.start(10);
    }
    [[nodiscard]] qint64 longest() const { return longest_; }

  private:
    QTimer timer_;
    QElapsedTimer clock_;
    qint64 longest_ = 0;
};

/// A numeric CSV of `rows` rows and `columns` columns: two clouds, always the same.
inline void writeClouds(const QString& path, int rows, int columns) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return;
    RandomStream random(7);
    QByteArray line;
    for (int column = 0; column < columns; ++column)
        line += (column > 0 ? ",x" : "x") + QByteArray::number(column + 1);
    file.write(line + '\n');
    for (int row = 0; row < rows; ++row) {
        line.clear();
        for (int column = 0; column < columns; ++column) {
            if (column > 0)
                line += ',';
            line += QByteArray::number(random.normal() + (row % 3 == 0 ? 3.0 : 0.0), 'g', 17);
        }
        file.write(line + '\n');
    }
}

}  // namespace mixtura::test
