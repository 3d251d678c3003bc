// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>

#include "session/project_store.h"
#include "session/recovery.h"

class QWidget;

namespace mixtura::app {

/// The project and its file: save, open, begin anew, continue unsaved work; and the questions that
/// keep work from being lost on the way.
class ProjectKeeper : public QObject {
    Q_OBJECT
  public:
    /// @param window  parent of the dialogs
    ProjectKeeper(Session& session, QWidget& window);

    /// Path of the project, or empty while it was never saved.
    [[nodiscard]] const QString& path() const { return store_.path(); }
    [[nodiscard]] bool isBusy() const { return store_.isBusy(); }
    /// "saved 14:02, safety copy 14:05", or empty.
    [[nodiscard]] QString savedWords() const;
    /// Nobody is there to be asked: changes and running fits are given up.
    void setAnswersItself(bool answersItself) { answersItself_ = answersItself; }

    void open(const QString& path);
    void save();
    void saveAs();
    void saveTo(const QString& path);
    void startNew();
    void restore(const RecoveryOffer& offer);
    /// Runs `then` once changes are saved or given up; not at all if the analyst cancels.
    void afterSaving(const std::function<void()>& then);
    /// The work is safe elsewhere, or given up.
    void discardCopy() { recovery_.discardCopy(); }

  signals:
    /// The last moment to tell the session what a project remembers of its views.
    void aboutToSave();
    void pathChanged();
    void opened(const QString& path);
    void saved(const QString& path);
    void startedNew();
    /// Unsaved work was taken up again; `originalPath` is the file it belongs to, or empty.
    void restored(const QString& originalPath);
    /// A sentence; what stood in the file is intact.
    void failed(const QString& message);
    void savedWordsChanged();

  private:
    enum class FitAnswer { keepRunning, keepBest, discard };
    FitAnswer askAboutRunningFit();
    void forgetTimes();

    Session* session_;
    QWidget* window_;
    ProjectStore store_;
    Recovery recovery_;
    bool answersItself_ = false;
    std::function<void()> afterSave_;
    QString savedAt_;
    QString copiedAt_;
};

}  // namespace mixtura::app
