// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/start_options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <cstdio>

#include "mixtura/common/version.h"

namespace mixtura::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("StartOptions", source);
}

std::optional<char> signFrom(const QString& word) {
    if (word == u"comma")
        return ',';
    if (word == u"semicolon")
        return ';';
    if (word == u"tab")
        return '\t';
    if (word == u"space")
        return ' ';
    if (word == u"bar")
        return '|';
    if (word == u"point")
        return '.';
    if (word.size() == 1 && word.front().unicode() < 128)
        return word.front().toLatin1();
    return std::nullopt;
}

std::optional<TextEncoding> encodingFrom(const QString& word) {
    const QString name = word.toLower().remove(u'-');
    if (name == u"utf8")
        return TextEncoding::utf8;
    if (name == u"utf16" || name == u"utf16le")
        return TextEncoding::utf16le;
    if (name == u"utf16be")
        return TextEncoding::utf16be;
    if (name == u"latin1" || name == u"windows1252" || name == u"cp1252")
        return TextEncoding::windows1252;
    return std::nullopt;
}

}  // namespace

CsvOptions importOptionsFrom(const QString& given, QString& failure) {
    CsvOptions options;
    // A comma separates the parts; as a value it is spelled "comma" (or stands right behind '=').
    QString rest = given;
    while (!rest.isEmpty()) {
        const qsizetype equals = rest.indexOf(u'=');
        const QString key = rest.left(equals < 0 ? rest.size() : equals).trimmed();
        QString value = equals < 0 ? QString() : rest.mid(equals + 1);
        const qsizetype end = value.indexOf(u',', value.startsWith(u',') ? 1 : 0);
        rest = end < 0 ? QString() : value.mid(end + 1);
        value = end < 0 ? value : value.left(end);
        const std::optional<char> sign = signFrom(value);
        bool isUnderstood = true;
        if (key == u"sep" && sign)
            options.delimiter = sign;
        else if (key == u"dec" && sign)
            options.decimal = sign;
        else if (key == u"enc" && encodingFrom(value))
            options.encoding = encodingFrom(value);
        else if (key == u"na")
            options.missing_codes = std::vector<std::string>{value.toStdString()};
        else if (key == u"header" && (value == u"yes" || value == u"no"))
            options.has_header = value == u"yes";
        else if (key == u"skip")
            options.skip_lines = value.toInt(&isUnderstood);
        else
            isUnderstood = key == u"auto";
        if (!isUnderstood) {
            failure = text(
                          "--import does not know '%1'. It takes sep, dec, enc, na, header and "
                          "skip, for example --import \"sep=;,dec=comma,na=-999\"; or auto.")
                          .arg(key + (value.isEmpty() ? QString() : u'=' + value));
            return options;
        }
    }
    return options;
}

std::optional<int> parseArguments(const QStringList& arguments, StartOptions& options) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        text("Mixtura finds the groups in a table: Gaussian mixtures from CSV to exported model."));
    parser.addPositionalArgument(QStringLiteral("FILE"),
                                 text("Data files (CSV) or a project (.mixtura) to open."),
                                 QStringLiteral("[FILE...]"));
    const QCommandLineOption import(
        QStringLiteral("import"),
        text("Read data files so, without asking: sep=;,dec=comma,enc=latin1,na=-999 or auto."),
        QStringLiteral("OPTIONS"));
    const QCommandLineOption plan(QStringLiteral("plan"),
                                  text("Set-up of the fit, as a plan in JSON."),
                                  QStringLiteral("FILE"));
    const QCommandLineOption run(QStringLiteral("run"), text("Start the fit."));
    const QCommandLineOption exportDir(QStringLiteral("export-dir"),
                                       text("Export model, labels, programs and figures there."),
                                       QStringLiteral("DIR"));
    const QCommandLineOption quit(QStringLiteral("quit-when-done"),
                                  text("End the program when all that was asked for is done."));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        text("Save a picture of the window when all is done."),
                                        QStringLiteral("FILE.png"));
    const QCommandLineOption tab(
        QStringLiteral("show"),
        text("View to show: data, summary, scatter, fit, understanding "
             "(or its parts standard-errors, "
             "agreement, local-optima, loadings), compare, simulation (or its part "
             "misspecification) or help."),
        QStringLiteral("VIEW"));
    const QCommandLineOption project(QStringLiteral("save-project"),
                                     text("Save the project when all is done."),
                                     QStringLiteral("FILE.mixtura"));
    const QCommandLineOption safe(
        QStringLiteral("safe-mode"),
        text("Start with the default layout and without reading the settings."));
    parser.addOptions({import, plan, run, exportDir, quit, screenshot, tab, project, safe});
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    if (!parser.parse(arguments)) {
        std::fprintf(stderr, "%s\n", qPrintable(parser.errorText()));
        return 2;
    }
    if (parser.isSet(version)) {
        std::printf("mixtura %s\n", mixtura::version);
        return 0;
    }
    if (parser.isSet(help)) {
        std::printf("%s", qPrintable(parser.helpText()));
        return 0;
    }
    options.files = parser.positionalArguments();
    options.plan = parser.value(plan);
    options.run = parser.isSet(run);
    options.exportFolder = parser.value(exportDir);
    options.screenshot = parser.value(screenshot);
    options.tab = parser.value(tab);
    options.project = parser.value(project);
    options.quitWhenDone = parser.isSet(quit);
    options.safeMode = parser.isSet(safe);
    if (parser.isSet(import)) {
        QString failure;
        options.import = importOptionsFrom(parser.value(import), failure);
        if (!failure.isEmpty()) {
            std::fprintf(stderr, "%s\n", qPrintable(failure));
            return 2;
        }
    }
    return std::nullopt;
}

}  // namespace mixtura::app
