// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>

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

/// Milliseconds that the calling thread was ready to run while the kernel ran others; 0 where the
/// kernel does not tell.
inline qint64 milliseconds_in_queue() {
    QFile file(QStringLiteral("/proc/thread-self/schedstat"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> fields = file.readAll().split(' ');  // running, in queue (ns), slices
    return fields.size() > 1 ? fields[1].toLongLong() / 1000000 : 0;
}

/// The longest the event loop was away, computing or blocked, as a 10 ms timer sees it. The time
/// that other processes of a loaded machine took from a thread that was ready does not count.
class Heartbeat {
  public:
    Heartbeat() {
        timer_.setTimerType(Qt::PreciseTimer);
        QObject::connect(&timer_, &QTimer::timeout,
                         [this] { longest_ = std::max(longest_, beat()); });
        beat();
        timer_.start(10);
    }
    /// Milliseconds, since the last call or the beginning.
    [[nodiscard]] qint64 takeLongest() {
        beat();
        return std::exchange(longest_, 0);
    }

  private:
    qint64 beat() {
        const qint64 queued = milliseconds_in_queue();
        const qint64 away = clock_.isValid() ? clock_.restart() : (clock_.start(), 0);
        return away - (queued - std::exchange(queued_, queued));
    }

    QTimer timer_;
    QElapsedTimer clock_;
    qint64 queued_ = 0;
    qint64 longest_ = 0;
};

/// A numeric CSV of `rows` rows and `columns` columns with 17 significant digits: two clouds,
/// always the same.
inline void writeClouds(const QString& path, int rows, int columns) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return;
    std::mt19937_64 bits(7);
    const auto uniform = [&] { return static_cast<double>(bits() >> 11) * 0x1p-53; };
    std::string text;
    for (int column = 0; column < columns; ++column)
        text += (column > 0 ? ",x" : "x") + std::to_string(column + 1);
    text += '\n';
    char number[40];
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            if (column > 0)
                text += ',';
            // Nearly normal, and quick: the sum of four uniform numbers.
            const double value =
                uniform() + uniform() + uniform() + uniform() - 2.0 + (row % 3 == 0 ? 3.0 : 0.0);
            const auto end = std::to_chars(number, number + sizeof number, value,
                                           std::chars_format::scientific, 16);
            text.append(number, end.ptr);
        }
        text += '\n';
        if (text.size() > (1u << 20)) {
            file.write(text.data(), qint64(text.size()));
            text.clear();
        }
    }
    file.write(text.data(), qint64(text.size()));
}

}  // namespace mixtura::test
