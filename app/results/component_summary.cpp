// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/component_summary.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QFontMetrics>
#include <QLocale>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <cmath>
#include <optional>

#include "mixtura/gaussian_mixture/component_deviation.h"
#include "mixtura/io/csv.h"

#include "plots/palette.h"

namespace mixtura::app {

namespace {

// Wider tables would not be read; the file holds them all.
constexpr int shownFeatures = 60;
// Of a component, in average characters.
constexpr int longestName = 20;

/// `value` with three significant digits of its standard deviation; plain general format where
/// that would be too long to read, or there is none.
QString number(double value, double deviation) {
    if (!std::isfinite(deviation))
        return std::isfinite(value) ? QLocale().toString(value, 'g', 6) : QStringLiteral("\u221e");
    const int decimals = 2 - static_cast<int>(std::floor(std::log10(deviation)));
    if (decimals > 9 || std::abs(value) >= 1e9)
        return QLocale().toString(value, 'g', 6);
    return QLocale().toString(value, 'f', std::max(decimals, 0));
}

QString fileNumber(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', QLocale::FloatingPointShortest)
                                : QString();
}

}  // namespace

struct ComponentSummaryView::Parts {
    QTextBrowser* text = nullptr;
    std::optional<GaussianMixture> model;
    std::vector<std::string> names;
    ModelSummary summary;
    QString verdict;
    QStringList componentNames;

    [[nodiscard]] double deviation(int component, int feature) const {
        return component_deviation(*model, component, feature);
    }
    [[nodiscard]] QString html(bool dark) const;
    [[nodiscard]] QString parameterTable(bool dark) const;
    [[nodiscard]] QString heading(int component) const;
};

ComponentSummaryView::ComponentSummaryView(QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("componentSummary"));
    parts_->text = new QTextBrowser;
    parts_->text->setOpenLinks(false);
    parts_->text->setFrameShape(QFrame::NoFrame);
    parts_->text->setWordWrapMode(QTextOption::WordWrap);  // a long name widens its column instead
    parts_->text->document()->setDocumentMargin(14.0);
    parts_->text->setAccessibleName(tr("Summary of the fitted model"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(parts_->text);
    clear();
}

ComponentSummaryView::~ComponentSummaryView() = default;

void ComponentSummaryView::clear() {
    parts_->model.reset();
    parts_->names.clear();
    parts_->summary = {};
    parts_->text->setHtml(
        QStringLiteral("<p>%1</p>")
            .arg(tr("No model yet. Run a fit to read about its components here.").toHtmlEscaped()));
}

void ComponentSummaryView::setModel(const GaussianMixture& model,
                                    const std::vector<std::string>& featureNames,
                                    const ModelSummary& summary, const QString& verdict,
                                    const QStringList& componentNames) {
    parts_->model = model;
    parts_->names = featureNames;
    parts_->summary = summary;
    parts_->verdict = verdict;
    parts_->componentNames = componentNames;
    redraw();
}

void ComponentSummaryView::redraw() {
    if (!parts_->model)
        return;
    const bool dark =
        palette().color(QPalette::Base).lightness() < palette().color(QPalette::Text).lightness();
    parts_->text->setHtml(parts_->html(dark));
}

void ComponentSummaryView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        redraw();
    QWidget::changeEvent(event);
}

QString ComponentSummaryView::Parts::html(bool dark) const {
    const auto escaped = [](const std::string& words) {
        return QString::fromStdString(words).toHtmlEscaped();
    };
    QString page = QStringLiteral("<h3>%1</h3>").arg(escaped(summary.headline));
    if (!verdict.isEmpty())
        page += QStringLiteral("<p>%1</p>").arg(verdict.toHtmlEscaped());
    for (const std::string& remark : summary.remarks)
        page += QStringLiteral("<p>%1</p>").arg(escaped(remark));
    page += QStringLiteral("<table cellspacing=0 cellpadding=4>");
    for (const ComponentSummary& component : summary.components) {
        const QColor colour = readableColour(componentColour(component.component, dark), dark);
        page += QStringLiteral(
                    "<tr><td width=26 align=center style='color:%1'><b>&#9632;</b></td>"
                    "<td>%2</td></tr>")
                    .arg(colour.name(), escaped(component.words));
    }
    page += QStringLiteral("</table>");
    return page + parameterTable(dark);
}

/// The number of a component, and below it its name, cut where it would widen the column much.
QString ComponentSummaryView::Parts::heading(int component) const {
    const QString number =
        ComponentSummaryView::tr("Component %1").arg(component + 1).toHtmlEscaped();
    const QString name = componentNames.value(component);
    if (name.isEmpty())
        return number;
    const QFontMetrics metrics(text->font());
    const int room = longestName * metrics.averageCharWidth();
    return number + QStringLiteral("<br>") +
           metrics.elidedText(name, Qt::ElideMiddle, room).toHtmlEscaped();
}

QString ComponentSummaryView::Parts::parameterTable(bool dark) const {
    const int featureCount = std::min(model->feature_count(), shownFeatures);
    QString page = QStringLiteral("<h3>%1</h3>")
                       .arg(ComponentSummaryView::tr("Means and standard deviations, in the data's "
                                                     "own units")
                                .toHtmlEscaped());
    const QString head = dark ? QStringLiteral("#333333") : QStringLiteral("#EEEEEE");
    page +=
        QStringLiteral("<table cellspacing=0 cellpadding=5><tr bgcolor=%1><th align=left>%2</th>")
            .arg(head, ComponentSummaryView::tr("Feature").toHtmlEscaped());
    for (int k = 0; k < model->component_count(); ++k)
        page += QStringLiteral("<th align=right>%1</th>").arg(heading(k));
    page += QStringLiteral("</tr><tr><td>%1</td>")
                .arg(ComponentSummaryView::tr("Mixing weight").toHtmlEscaped());
    for (int k = 0; k < model->component_count(); ++k)
        page += QStringLiteral("<td align=right>%1&nbsp;%</td>")
                    .arg(QLocale().toString(100.0 * model->mixing_weights()[k], 'f', 1));
    page += QStringLiteral("</tr>");
    for (int feature = 0; feature < featureCount; ++feature) {
        page += QStringLiteral("<tr%1><td>%2</td>")
                    .arg(feature % 2 == 0 ? QStringLiteral(" bgcolor=%1")
                                                .arg(dark ? QStringLiteral("#262626")
                                                          : QStringLiteral("#F7F7F7"))
                                          : QString(),
                         QString::fromStdString(names[static_cast<std::size_t>(feature)])
                             .toHtmlEscaped());
        for (int k = 0; k < model->component_count(); ++k)
            page += QStringLiteral("<td align=right>%1 &#177; %2</td>")
                        .arg(number(model->means()(k, feature), deviation(k, feature)),
                             number(deviation(k, feature), deviation(k, feature)));
        page += QStringLiteral("</tr>");
    }
    page += QStringLiteral("</table>");
    if (featureCount < model->feature_count())
        page += QStringLiteral("<p>%1</p>")
                    .arg(ComponentSummaryView::tr("%n more feature(s) stand in the exported files.",
                                                  nullptr, model->feature_count() - featureCount)
                             .toHtmlEscaped());
    return page;
}

QByteArray ComponentSummaryView::toCsv(char separator) const {
    if (!parts_->model)
        return {};
    const GaussianMixture& model = *parts_->model;
    const QStringList& names = parts_->componentNames;
    QString text = QStringLiteral("component") + QLatin1Char(separator);
    if (!names.isEmpty())
        text += QStringLiteral("label") + QLatin1Char(separator);
    text += QStringLiteral("mixing_weight");
    for (const char* what : {"mean", "standard_deviation"})
        for (const std::string& name : parts_->names)
            text += QLatin1Char(separator) +
                    QString::fromStdString(csv_field(std::string(what) + " of " + name));
    text += QLatin1Char('\n');
    for (int k = 0; k < model.component_count(); ++k) {
        text += QString::number(k + 1) + QLatin1Char(separator);
        if (!names.isEmpty())
            text += QString::fromStdString(csv_field(names.value(k).toStdString())) +
                    QLatin1Char(separator);
        text += fileNumber(model.mixing_weights()[k]);
        for (int feature = 0; feature < model.feature_count(); ++feature)
            text += QLatin1Char(separator) + fileNumber(model.means()(k, feature));
        for (int feature = 0; feature < model.feature_count(); ++feature)
            text += QLatin1Char(separator) + fileNumber(parts_->deviation(k, feature));
        text += QLatin1Char('\n');
    }
    return text.toUtf8();
}

void ComponentSummaryView::copyTable() const {
    QApplication::clipboard()->setText(QString::fromUtf8(toCsv('\t')));
}

}  // namespace mixtura::app
