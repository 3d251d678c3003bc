// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_chunks.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <bit>

namespace mixtura::app {

static_assert(std::endian::native == std::endian::little, "chunks are stored little-endian");

FileError projectError(const char* text, const QString& path, const QString& more) {
    QString message = QCoreApplication::translate("ProjectFile", text).arg(path);
    if (!more.isEmpty())
        message = message.arg(more);
    return FileError(message.toStdString());
}

QString digest(const char* bytes, std::size_t size) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(bytes, qsizetype(size)));
    return QString::fromLatin1(hash.result().toHex());
}

}  // namespace mixtura::app
