// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/samples.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

#include <nlohmann/json.hpp>

namespace mixtura::app {

QString resourceFolder(const QString& name) {
    const QString installed =
        QCoreApplication::applicationDirPath() + QStringLiteral("/../share/mixtura/") + name;
    if (QFileInfo(installed).isDir())
        return QFileInfo(installed).canonicalFilePath();
    return QStringLiteral(MIXTURA_SOURCE_RESOURCES "/") + name;
}

std::vector<SampleData> sampleData() {
    const QString folder = resourceFolder(QStringLiteral("data"));
    QFile file(folder + QStringLiteral("/samples.json"));
    std::vector<SampleData> samples;
    if (!file.open(QIODevice::ReadOnly))
        return samples;
    const auto document = nlohmann::json::parse(file.readAll().toStdString(), nullptr, false);
    if (!document.is_object() || !document.contains("samples"))
        return samples;
    for (const auto& entry : document["samples"]) {
        const auto text = [&](const char* key) {
            return QString::fromStdString(entry.value(key, std::string()));
        };
        SampleData sample{folder + u'/' + text("file"), text("title"), text("story"),
                          entry.value("rows", qint64(0))};
        if (QFileInfo::exists(sample.path))
            samples.push_back(std::move(sample));
    }
    return samples;
}

}  // namespace mixtura::app
