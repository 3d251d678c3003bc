// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/recovery.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "mixtura/common/error.h"

#include "session/project_file.h"

namespace mixtura::app {

namespace {

const QString copyName = QStringLiteral("project.mixtura");
const QString factsName = QStringLiteral("about.json");
const QString lockName = QStringLiteral("lock");
const QString crashName = QStringLiteral("crashed");

void writeFacts(const QString& folder, const QString& originalPath, const QString& contents) {
    const nlohmann::json facts = {
        {"original", originalPath.toStdString()},
        {"contents", contents.toStdString()},
        {"time", QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString()}};
    QSaveFile file(folder + u'/' + factsName);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QByteArray::fromStdString(facts.dump(2)));
        file.commit();
    }
}

RecoveryOffer offerOf(const QString& folder) {
    RecoveryOffer offer;
    offer.folder = folder;
    offer.time = QFileInfo(folder + u'/' + copyName).lastModified();
    offer.isCrash = QFileInfo::exists(folder + u'/' + crashName);
    QFile file(folder + u'/' + factsName);
    if (file.open(QIODevice::ReadOnly)) {
        const auto facts = nlohmann::json::parse(file.readAll().toStdString(), nullptr, false);
        if (facts.is_object()) {
            offer.originalPath = QString::fromStdString(facts.value("original", ""));
            offer.contents = QString::fromStdString(facts.value("contents", ""));
        }
    }
    return offer;
}

/// Path of the marker, prepared because a signal handler may not build it.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler knows nothing else
std::array<char, 4096> crashMarkerPath{};

extern "C" void markCrash(int signal) {
    const int descriptor = ::open(crashMarkerPath.data(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        ::close(descriptor);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void removeCopy(const QString& folder) {
    QFile::remove(folder + u'/' + copyName);
    QFile::remove(folder + u'/' + factsName);
}

}  // namespace

Recovery::Recovery(Session& session, QObject* parent)
    : QObject(parent),
      session_(&session),
      folder_(root() + u'/' + QUuid::createUuid().toString(QUuid::WithoutBraces)),
      queue_(std::make_unique<BackgroundQueue>()) {
    QDir().mkpath(folder_);
    lock_ = std::make_unique<QLockFile>(folder_ + u'/' + lockName);
    lock_->setStaleLockTime(0);  // stale only when its process is gone
    lock_->tryLock(0);
    installCrashMarker(folder_);
    timer_.setSingleShot(true);
    timer_.setInterval(delayMilliseconds);
    connect(&timer_, &QTimer::timeout, this, &Recovery::writeCopy);
    connect(&session, &Session::changed, this, [this] {
        if (!timer_.isActive())
            timer_.start();
    });
    connect(&session, &Session::recoveryPointWanted, this, &Recovery::writeCopy);
    connect(queue_.get(), &BackgroundQueue::failed, this,
            [this](const QString& /*key*/, const QString& message) { emit copyFailed(message); });
}

Recovery::~Recovery() {
    queue_.reset();  // a copy on its way ends first
    if (isDiscarded_)
        removeCopy(folder_);
    lock_->unlock();
    QDir folder(folder_);
    if (!folder.exists(copyName))
        folder.removeRecursively();
}

QString Recovery::root() {
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
           QStringLiteral("/recovery");
}

std::vector<RecoveryOffer> Recovery::offers() {
    std::vector<RecoveryOffer> found;
    const QDir folders(root());
    for (const QString& name : folders.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = folders.filePath(name);
        QLockFile lock(folder + u'/' + lockName);
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue;  // of a running window
        const bool hasCopy = QFileInfo::exists(folder + u'/' + copyName);
        const RecoveryOffer offer = offerOf(folder);
        const bool isOld = offer.time.daysTo(QDateTime::currentDateTime()) > daysKept;
        lock.unlock();
        if (!hasCopy || isOld)
            QDir(folder).removeRecursively();
        else
            found.push_back(offer);
    }
    std::sort(found.begin(), found.end(),
              [](const RecoveryOffer& left, const RecoveryOffer& right) {
                  return left.time > right.time;
              });
    return found;
}

void Recovery::remove(const RecoveryOffer& offer) {
    QDir(offer.folder).removeRecursively();
}

QString Recovery::restore(const RecoveryOffer& offer) {
    auto lock = std::make_unique<QLockFile>(offer.folder + u'/' + lockName);
    lock->setStaleLockTime(0);
    if (!lock->tryLock(0))
        return tr("This work is open in another window.");
    try {
        LoadedProject loaded = readProject(offer.folder + u'/' + copyName);
        const QString ownFolder = std::exchange(folder_, offer.folder);
        lock_->unlock();
        QDir(ownFolder).removeRecursively();
        lock_ = std::move(lock);
        QFile::remove(folder_ + u'/' + crashName);
        installCrashMarker(folder_);
        originalPath_ = offer.originalPath;
        saveId_ = loaded.saveId;
        session_->setContent(std::move(loaded.content));
        session_->markModified();
        return {};
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

void Recovery::discardCopy() {
    timer_.stop();
    queue_->cancel(QStringLiteral("copy"));
    saveId_.clear();
    isDiscarded_ = true;
    removeCopy(folder_);
    // A copy may be half way through its writing: its thread removes it as the next thing it does.
    queue_->post(QStringLiteral("copy"),
                 [folder = folder_](const std::stop_token& /*stop*/) -> BackgroundQueue::Delivery {
                     removeCopy(folder);
                     return {};
                 });
}

void Recovery::writeCopy() {
    timer_.stop();
    if (session_->content().data.empty() || !session_->isModified())
        return;
    isDiscarded_ = false;
    const QString path = folder_ + u'/' + copyName;
    queue_->post(
        QStringLiteral("copy"),
        [this, path, folder = folder_, original = originalPath_, known = saveId_,
         content = session_->content()](const std::stop_token& stop) -> BackgroundQueue::Delivery {
            if (stop.stop_requested())
                return {};
            const QString saveId = writeProject(path, content, known);
            writeFacts(folder, original, contentsOf(content));
            return [this, saveId] {
                saveId_ = saveId;
                emit copyWritten(QDateTime::currentDateTime());
            };
        });
}

QString contentsOf(const ProjectContent& content) {
    const QLocale locale;
    QStringList parts;
    std::size_t fits = 0;
    for (const DataEntry& entry : content.data) {
        parts << Recovery::tr("%1 (%2 rows)")
                     .arg(entry.name, locale.toString(qint64(entry.data->row_count())));
        fits += entry.fits.size();
    }
    if (fits > 0)
        parts << (fits == 1 ? Recovery::tr("1 fit")
                            : Recovery::tr("%1 fits").arg(locale.toString(qint64(fits))));
    return parts.join(QStringLiteral(", "));
}

void installCrashMarker(const QString& folder) {
    const QByteArray path = QFile::encodeName(folder + u'/' + crashName);
    if (std::size_t(path.size()) >= crashMarkerPath.size())
        return;
    std::memcpy(crashMarkerPath.data(), path.constData(), std::size_t(path.size()) + 1);
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
        std::signal(signal, markCrash);
}

}  // namespace mixtura::app
