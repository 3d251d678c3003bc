// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/report.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDateTime>
#include <QImage>
#include <QLocale>
#include <cmath>

#include "mixtura/common/version.h"
#include "mixtura/gaussian_mixture/component_deviation.h"

#include "plots/plot_view.h"
#include "session/current_model.h"
#include "session/session.h"
#include "shell/result_views.h"

namespace mixtura::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("Report", source);
}

QString escaped(const std::string& words) {
    return QString::fromStdString(words).toHtmlEscaped();
}

QString number(double value, int decimals) {
    return std::isfinite(value) ? QLocale().toString(value, 'f', decimals) : QString();
}

QString paragraph(const QString& html) {
    return QStringLiteral("<p>%1</p>\n").arg(html);
}

QString heading(const QString& words) {
    return QStringLiteral("<h2>%1</h2>\n").arg(words.toHtmlEscaped());
}

QString row(const QStringList& cells, const char* tag) {
    QString html = QStringLiteral("<tr>");
    for (const QString& cell : cells)
        html += QStringLiteral("<%1>%2</%1>").arg(QLatin1String(tag), cell);
    return html + QStringLiteral("</tr>\n");
}

QString parameterTable(const SavedModel& saved) {
    QString html = QStringLiteral("<table>");
    QStringList head{text("Component"), text("Weight")};
    for (const std::string& name : saved.data.features) {
        head << text("mean of %1").arg(escaped(name)) << text("sd of %1").arg(escaped(name));
    }
    html += row(head, "th");
    const GaussianMixture& model = saved.model;
    for (int k = 0; k < model.component_count(); ++k) {
        const auto at = std::size_t(k);
        const QString name =
            at < saved.labels.names.size() ? escaped(saved.labels.names[at]) : QString();
        QStringList cells{
            name.isEmpty() ? QString::number(k + 1) : QStringLiteral("%1: %2").arg(k + 1).arg(name),
            number(model.mixing_weights()[k], 3)};
        for (int j = 0; j < model.feature_count(); ++j) {
            cells << QLocale().toString(model.means()(k, j), 'g', 5)
                  << QLocale().toString(component_deviation(model, k, j), 'g', 4);
        }
        html += row(cells, "td");
    }
    return html + QStringLiteral("</table>\n");
}

QString comparisonTable(const FitEntry& fit) {
    QString html = QStringLiteral("<table>");
    html += row({text("Model"), text("Components"), text("log L"), text("Parameters"),
                 QStringLiteral("BIC"), QStringLiteral("ICL"), QStringLiteral("AIC"),
                 QStringLiteral("NEC"), QStringLiteral("CV"), text("Status"), text("Remark")},
                "th");
    for (const SelectionRecord& record : fit.result->selection)
        html += row({escaped(record.covariance_structure), QString::number(record.component_count),
                     number(record.log_likelihood, 3), QString::number(record.parameter_count),
                     number(record.bic, 3), number(record.icl, 3), number(record.aic, 3),
                     number(record.nec, 4), number(record.cv, 1), escaped(record.status),
                     escaped(record.message)},
                    "td");
    return html + QStringLiteral("</table>\n");
}

QString figureHtml(PlotView& view, const QString& title) {
    const QImage image = view.renderFigure({900, 600}, 2.0);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return QStringLiteral(
               "<figure><img alt=\"%1\" src=\"data:image/png;base64,%2\"/>"
               "<figcaption>%1</figcaption></figure>\n")
        .arg(title.toHtmlEscaped(), QString::fromLatin1(bytes.toBase64()));
}

constexpr const char* styleSheet =
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.5;"
    "color:#1c1c1c;background:#fff}table{border-collapse:collapse;font-size:.9em;display:block;"
    "overflow-x:auto}th,td{border:1px solid #ccc;padding:.2em .6em;text-align:right}"
    "th{background:#f2f2f0}img{max-width:100%}figure{margin:1em 0}pre{white-space:pre-wrap;"
    "background:#f2f2f0;padding:.8em}";

}  // namespace

QString reportHtml(const Session& session, const CurrentModel& current, const ResultViews& views) {
    const DataEntry* entry = session.currentData();
    const FitEntry* fit = session.currentFit();
    if (entry == nullptr || fit == nullptr || !current.model() || !current.scores())
        return {};
    const SavedModel& saved = *current.model();
    const QLocale locale;
    QString html = QStringLiteral(
                       "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title>"
                       "<style>%2</style></head><body>\n<h1>%1</h1>\n")
                       .arg(text("%1: Gaussian mixture").arg(entry->name.toHtmlEscaped()),
                            QLatin1String(styleSheet));
    html += paragraph(QString::fromStdString(current.summary().headline).toHtmlEscaped());
    html += paragraph(escaped(verdict(fit->result->search, fit->plan.search.criterion)));
    for (const ComponentSummary& component : current.summary().components)
        html += paragraph(escaped(component.words));
    for (const std::string& remark : current.summary().remarks)
        html += paragraph(QStringLiteral("<em>%1</em>").arg(escaped(remark)));
    html += figureHtml(*views.figure(QStringLiteral("fit")), text("The fit"));
    html += heading(text("Parameters, in the data's own units"));
    html += parameterTable(saved);
    html += heading(text("Models compared (smaller is better)"));
    html += figureHtml(*views.figure(QStringLiteral("comparison")), text("Criterion by number of "
                                                                         "components"));
    html += comparisonTable(*fit);
    html += heading(text("Data and method"));
    html += paragraph(text("File %1, SHA-256 %2: %3 rows, of which %4 were used and %5 left out.")
                          .arg(entry->path.toHtmlEscaped(),
                               fit->result->data_sha256.empty() ? text("not known")
                                                                : escaped(fit->result->data_sha256),
                               locale.toString(qint64(entry->data->row_count())),
                               locale.toString(qint64(current.table()->observations.rows())),
                               locale.toString(qint64(current.table()->rows_dropped))));
    html +=
        paragraph(text("Estimated by expectation-maximisation (Dempster, Laird and Rubin 1977) "
                       "under the covariance structures of Celeux and Govaert (1995); BIC = "
                       "-2 log L + p log n (Schwarz 1978). This command repeats it:"));
    html += QStringLiteral("<pre>%1</pre>\n").arg(escaped(command_line(fit->plan)));
    html += paragraph(
        text("Mixtura %1, fitted %2.")
            .arg(QLatin1String(version), locale.toString(fit->finishedAt, QLocale::ShortFormat)));
    return html + QStringLiteral("</body></html>\n");
}

}  // namespace mixtura::app
