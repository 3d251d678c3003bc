// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <vector>

#include "session/background_queue.h"
#include "session/session.h"

namespace mixtura::app {

/// Unsaved work that an earlier run of the program left behind.
struct RecoveryOffer {
    QString folder;
    QString originalPath;  ///< of the project file it goes back to, or empty
    QDateTime time;
    QString contents;      ///< "iris.csv (150 rows), 2 fits"
    bool isCrash = false;  ///< the program ended by a fault
};

/// Keeps a copy of unsaved work, 60 s after a change and before every fit, in a folder of its own
/// that a lock file marks as in use: two windows never touch each other's copy. The user's file is
/// never written here.
class Recovery : public QObject {
    Q_OBJECT
  public:
    static constexpr int delayMilliseconds = 60000;
    static constexpr int daysKept = 30;

    explicit Recovery(Session& session, QObject* parent = nullptr);
    /// Waits for a copy being written.
    ~Recovery() override;

    /// Folder that holds the copies of all windows.
    static QString root();
    /// Copies whose program is gone, newest first; those older than `daysKept` are removed.
    static std::vector<RecoveryOffer> offers();
    /// Deletes one offer for good.
    static void remove(const RecoveryOffer& offer);

    /// Makes the offered work that of the session, as modified and unsaved. The copy stays until
    /// the work is saved. @return an empty string, or why it could not be read
    QString restore(const RecoveryOffer& offer);
    /// Project file that the work belongs to, told at the next start.
    void setOriginalPath(const QString& path) { originalPath_ = path; }
    /// The work is safe elsewhere, or given up: deletes the copy.
    void discardCopy();
    /// Writes the copy now, in the background.
    void writeCopy();
    [[nodiscard]] const QString& folder() const { return folder_; }

  signals:
    void copyWritten(const QDateTime& time);
    void copyFailed(const QString& message);

  private:
    Session* session_;
    QString folder_;
    QString originalPath_;
    QString saveId_;
    bool isDiscarded_ = false;  ///< no copy is to be left behind
    std::unique_ptr<QLockFile> lock_;
    QTimer timer_;
    std::unique_ptr<BackgroundQueue> queue_;
};

/// Says in a few words what a project holds: "iris.csv (150 rows), 2 fits".
QString contentsOf(const ProjectContent& content);

/// Writes a marker into `folder` if the program is ended by a fault (SIGSEGV, SIGABRT, ...), with
/// calls alone that are safe inside a signal handler.
void installCrashMarker(const QString& folder);

}  // namespace mixtura::app
