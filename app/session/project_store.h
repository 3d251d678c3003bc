// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "session/background_queue.h"
#include "session/session.h"

namespace mixtura::app {

/// Loads and saves the session's project in the background. One task at a time, in order.
class ProjectStore : public QObject {
    Q_OBJECT
  public:
    explicit ProjectStore(Session& session, QObject* parent = nullptr);

    /// Path of the project, or empty while it was never saved.
    [[nodiscard]] const QString& path() const { return path_; }
    [[nodiscard]] bool isBusy() const { return queue_.pendingCount() > 0; }
    void open(const QString& path);
    /// Saves onto `path()`; needs one.
    void save();
    void saveAs(const QString& path);
    /// Forgets the file: the session holds a new, or a restored, project.
    void detach(const QString& path = {}, const QString& saveId = {});

  signals:
    void pathChanged();
    void opened(const QString& path);
    void saved(const QString& path);
    /// A sentence that says what failed; what was there before is intact.
    void failed(const QString& message);

  private:
    void write(const QString& path, const QString& knownSaveId);

    Session* session_;
    QString path_;
    QString saveId_;
    BackgroundQueue queue_;
};

}  // namespace mixtura::app
