// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_store.h"

#include <memory>
#include <utility>

#include "session/project_file.h"

namespace mixtura::app {

ProjectStore::ProjectStore(Session& session, QObject* parent)
    : QObject(parent), session_(&session) {
    connect(&queue_, &BackgroundQueue::failed, this,
            [this](const QString& /*key*/, const QString& message) { emit failed(message); });
}

void ProjectStore::open(const QString& path) {
    queue_.post(QStringLiteral("open"), [this, path](const std::stop_token& /*stop*/) {
        auto loaded = std::make_shared<LoadedProject>(readProject(path));
        return [this, path, loaded] {
            session_->setContent(std::move(loaded->content));
            detach(path, loaded->saveId);
            emit opened(path);
        };
    });
}

void ProjectStore::save() {
    write(path_, saveId_);
}

void ProjectStore::saveAs(const QString& path) {
    write(path, path == path_ ? saveId_ : QString());
}

void ProjectStore::detach(const QString& path, const QString& saveId) {
    path_ = path;
    saveId_ = saveId;
    emit pathChanged();
}

void ProjectStore::write(const QString& path, const QString& knownSaveId) {
    const quint64 revision = session_->revision();
    queue_.post(QStringLiteral("save"),
                [this, path, knownSaveId, revision,
                 content = session_->content()](const std::stop_token& /*stop*/) {
                    const QString saveId = writeProject(path, content, knownSaveId);
                    return [this, path, saveId, revision] {
                        // Edits made while the file was written are not in it.
                        if (session_->revision() == revision)
                            session_->setUnmodified();
                        detach(path, saveId);
                        emit saved(path);
                    };
                });
}

}  // namespace mixtura::app
