// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/report_html.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "mixtura/common/version.h"
#include "mixtura/gaussian_mixture/component_deviation.h"
#include "mixtura/io/export_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/selection_figures.h"
#include "mixtura/plan/summary.h"
#include "mixtura/report/component_colours.h"
#include "mixtura/selection/criterion_abbreviation.h"

namespace mixtura {

namespace {

constexpr int matrix_feature_limit = 4;

constexpr const char* style_sheet =
    ":root{--ink:#1c1c1c;--paper:#fff;--band:#f2f2f0;--rule:#ccc;--soft:#8a8a8a}"
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.5;"
    "color:var(--ink);background:var(--paper)}"
    "table{border-collapse:collapse;font-size:.9em;display:block;overflow-x:auto}"
    "th,td{border:1px solid var(--rule);padding:.2em .6em;text-align:right}"
    "th{background:var(--band)}th:first-child,td:first-child{text-align:left}"
    "figure{margin:1em 0}figcaption{font-size:.9em}svg{max-width:100%;height:auto}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--band);padding:.8em}"
    "svg text{font:12px sans-serif;fill:var(--ink)}svg .label{font-size:13px}"
    "svg .number{font-weight:bold;paint-order:stroke;stroke:var(--paper);stroke-width:3px}"
    ".axis,.frame{stroke:var(--soft);fill:none}.bar{fill:var(--rule);stroke:var(--paper)}"
    ".curve{fill:none;stroke-width:1.6;stroke:var(--c)}.curve.whole{stroke:var(--ink)}"
    ".mark{fill:var(--c);fill-opacity:.65}.other{--c:var(--rule)}.noise{--c:var(--soft)}"
    ".legend .frame{stroke:none}";

std::string element(std::string_view tag, const std::string& content) {
    std::string text = "<";
    return text.append(tag).append(">").append(content).append("</").append(tag).append(">");
}

std::string escaped(const std::string& text) {
    return export_text::xml_attribute(text);
}

std::string paragraph(const std::string& text) {
    return element("p", escaped(text)).append("\n");
}

std::string heading(const std::string& text) {
    return element("h2", escaped(text)).append("\n");
}

std::string row_of(const std::vector<std::string>& cells, std::string_view tag) {
    std::string text;
    for (const std::string& cell : cells) text += element(tag, escaped(cell));
    return element("tr", text).append("\n");
}

std::string figure(const std::string& svg, const std::string& caption) {
    return svg.empty() ? std::string()
                       : element("figure", svg + element("figcaption", escaped(caption))) + "\n";
}

/// A number of a table; a dash where there is none.
std::string decimals(double value, int count) {
    return std::isfinite(value) ? fixed_text(value, count) : "-";
}

std::string digits(double value) {
    return std::isfinite(value) ? rounded_text(value, 5) : "infinite";
}

/// ".c0{--c:#0072B2}..." for light, and again for dark screens.
std::string colour_rules() {
    const auto rules = [](const std::array<std::uint32_t, 8>& colours) {
        std::string text;
        for (std::size_t i = 0; i < colours.size(); ++i) {
            std::array<char, 32> rule{};
            std::snprintf(rule.data(), rule.size(), ".c%zu{--c:#%06X}", i, unsigned{colours[i]});
            text += rule.data();
        }
        return text;
    };
    std::string text = rules(component_colours_on_light);
    text +=
        "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#1e1e1e;--band:#2c2c2c;"
        "--rule:#555;--soft:#999}";
    return text.append(rules(component_colours_on_dark)).append("}");
}

/// Features by components, "mean (standard deviation)".
std::string parameter_table(const SavedModel& saved) {
    const GaussianMixture& model = saved.model;
    const std::vector<std::string> names = component_names(saved);
    std::vector<std::string> head{""};
    std::vector<std::string> weights{"Mixing weight"};
    std::vector<std::string> tails{"Degrees of freedom"};
    for (int k = 0; k < model.component_count(); ++k) {
        std::string name = std::to_string(k + 1);
        if (!names.empty())
            name.append(": ").append(names[std::size_t(k)]);
        head.push_back(std::move(name));
        weights.push_back(rounded_text(model.mixing_weights()[k], 4));
        if (model.tails())
            tails.push_back(rounded_text(model.tails()->degrees_of_freedom[k], 4));
    }
    std::string text = row_of(head, "th") + row_of(weights, "td");
    if (model.tails())
        text += row_of(tails, "td");
    for (int j = 0; j < model.feature_count(); ++j) {
        std::vector<std::string> cells{saved.data.features[std::size_t(j)]};
        for (int k = 0; k < model.component_count(); ++k)
            cells.push_back(digits(model.means()(k, j))
                                .append(" (")
                                .append(digits(component_deviation(model, k, j)))
                                .append(")"));
        text += row_of(cells, "td");
    }
    return element("table", text).append("\n");
}

/// The admissible ones by the criterion, then the others.
std::vector<SelectionRecord> ranked(std::vector<SelectionRecord> records, Criterion criterion) {
    const auto place = [criterion](const SelectionRecord& record) {
        const double value = criterion_value(record, criterion);
        const bool has_place = is_admissible(record) && std::isfinite(value);
        return std::pair(!has_place, has_place ? value : 0.0);
    };
    std::stable_sort(
        records.begin(), records.end(),
        [&](const SelectionRecord& a, const SelectionRecord& b) { return place(a) < place(b); });
    return records;
}

/// A column that no model fills is left out.
bool any_finite(const std::vector<SelectionRecord>& records, double SelectionRecord::*figure) {
    return std::any_of(records.begin(), records.end(), [figure](const SelectionRecord& record) {
        return std::isfinite(record.*figure);
    });
}

std::string comparison_table(const std::vector<SelectionRecord>& records, Criterion criterion) {
    const bool has_nec = any_finite(records, &SelectionRecord::nec);
    const bool has_cv = any_finite(records, &SelectionRecord::cv);
    const std::string margin = "Behind by " + abbreviation(criterion);
    std::vector<std::string> head{"Model", "Components", "Log-likelihood", "Parameters", "BIC",
                                  "ICL",   "AIC"};
    if (has_nec)
        head.emplace_back("NEC");
    if (has_cv)
        head.emplace_back("CV");
    head.insert(head.end(), {margin, "Status", "Remark"});
    std::string text = row_of(head, "th");
    const double least = criterion_value(records.front(), criterion);
    for (const SelectionRecord& record : records) {
        std::vector<std::string> cells{record.covariance_structure,
                                       std::to_string(record.component_count),
                                       decimals(record.log_likelihood, 3),
                                       std::to_string(record.parameter_count),
                                       decimals(record.bic, 3),
                                       decimals(record.icl, 3),
                                       decimals(record.aic, 3)};
        if (has_nec)
            cells.push_back(decimals(record.nec, 4));
        if (has_cv)
            cells.push_back(decimals(record.cv, 1));
        const double behind = is_admissible(record) && is_admissible(records.front())
                                  ? criterion_value(record, criterion) - least
                                  : std::nan("");
        cells.insert(cells.end(), {decimals(behind, 3), record.status, record.message});
        text += row_of(cells, "td");
    }
    return element("table", text).append("\n");
}

std::string component_test_table(const std::vector<ComponentTestRecord>& tests) {
    std::string text =
        row_of({"Components", "Against", "Statistic", "95 % point", "p-value", "Samples"}, "th");
    for (const ComponentTestRecord& test : tests)
        text +=
            row_of({std::to_string(test.component_count), std::to_string(test.component_count + 1),
                    decimals(test.statistic, 3), decimals(test.critical_value, 3),
                    decimals(test.p_value, 4), std::to_string(test.replicate_count)},
                   "td");
    return element("table", text).append("\n");
}

std::string accuracy_words(std::string_view rows, const LabelAccuracyRecord& accuracy) {
    std::string text(rows);
    return text.append(": ")
        .append(fixed_text(100.0 * accuracy.error_rate, 1))
        .append(" % classified wrongly, Brier score ")
        .append(rounded_text(accuracy.brier, 4))
        .append(".");
}

/// The mixture of each class, a row each.
std::string class_models_rows(const LabelRecord& labels) {
    std::string rows = row_of({"Class", "Structure", "Components", "Log-likelihood", "BIC"}, "th");
    for (std::size_t c = 0; c < labels.names.size(); ++c) {
        const SelectionRecord& model = labels.class_models[c];
        rows += row_of(
            {labels.names[c], model.covariance_structure, std::to_string(model.component_count),
             fixed_text(model.log_likelihood, 3), fixed_text(model.bic, 3)},
            "td");
    }
    return rows;
}

std::string labels_section(const LabelRecord& labels, int component_count) {
    if (labels.training.counts.empty())
        return {};
    std::vector<std::string> head{labels.column};
    const bool has_classes = !labels.component_classes.empty();
    const int column_count = has_classes ? int(labels.names.size()) : component_count;
    for (int k = 0; k < column_count; ++k)
        head.push_back(k < std::ssize(labels.names)
                           ? labels.names[std::size_t(k)]
                           : std::string("component ").append(std::to_string(k + 1)));
    std::string table = row_of(head, "th");
    for (std::size_t c = 0; c < labels.training.counts.size(); ++c) {
        std::vector<std::string> cells{labels.names[c]};
        for (const double count : labels.training.counts[c])
            cells.push_back(rounded_text(count, 6));
        table += row_of(cells, "td");
    }
    std::string text =
        heading(has_classes ? "Classes and classification" : "Known labels and classification");
    if (has_classes)
        text += element("table", class_models_rows(labels)).append("\n");
    text += paragraph(
        accuracy_words(has_classes ? "Rows with a class" : "Rows with a label", labels.training));
    if (!labels.cross_validated.counts.empty())
        text += paragraph(
            accuracy_words("Cross-validated, " + std::to_string(labels.fold_count) + " folds",
                           labels.cross_validated));
    return text.append(element("table", table)).append("\n");
}

/// The model in a sentence, without rows to count.
std::string model_sentence(const SavedModel& saved) {
    const int count = saved.model.component_count();
    std::string text = std::to_string(count);
    if (saved.incremental)
        return text.append(count == 1 ? " component" : " components")
            .append(" learned from ")
            .append(std::to_string(saved.incremental->rows_seen))
            .append(" rows in one pass; log density of a row before it was learned ")
            .append(fixed_text(saved.incremental->prequential_log_likelihood, 4))
            .append(" on average; ")
            .append(saved.fit.status)
            .append(".");
    if (saved.posterior)
        return headline(*saved.posterior)
            .append(": lower bound of the log evidence ")
            .append(fixed_text(saved.posterior->lower_bound, 3))
            .append("; ")
            .append(saved.fit.status)
            .append(" after ")
            .append(std::to_string(saved.fit.iterations))
            .append(saved.fit.iterations == 1 ? " iteration." : " iterations.");
    return text.append(saved.model.tails() ? " Student-t" : " Gaussian")
        .append(count == 1 ? " component, " : " components, ")
        .append(describe(saved.model.covariance_form()))
        .append(" (")
        .append(to_string(saved.model.covariance_form()))
        .append("): log-likelihood ")
        .append(fixed_text(saved.fit.log_likelihood, 3))
        .append(", ")
        .append(std::to_string(saved.fit.parameter_count))
        .append(" parameters, BIC ")
        .append(fixed_text(saved.fit.bic, 3))
        .append("; ")
        .append(saved.fit.status)
        .append(" after ")
        .append(std::to_string(saved.fit.iterations))
        .append(saved.fit.iterations == 1 ? " iteration." : " iterations.");
}

std::string words_section(const SavedModel& saved, const ReportRows* rows) {
    std::string text = paragraph(model_sentence(saved));
    if (rows == nullptr)
        return saved.fit.spurious.empty() ? text : text + paragraph(saved.fit.spurious);
    const ModelSummary summary = summarise(saved, rows->table, rows->scores);
    for (const ComponentSummary& component : summary.components) text += paragraph(component.words);
    for (const std::string& remark : summary.remarks)
        text += element("p", element("em", escaped(remark))).append("\n");
    return text;
}

std::string matrix_caption(const SavedModel& saved, const ReportRows* rows, std::size_t shown) {
    std::string text =
        "Density of each feature (black: the mixture; coloured: its components), and ellipses that "
        "hold 50 and 95 % of each component.";
    if (shown < saved.data.features.size())
        text.append(" Of ")
            .append(std::to_string(saved.data.features.size()))
            .append(" features the ")
            .append(std::to_string(shown))
            .append(" are shown whose means tell the components apart most.");
    if (rows == nullptr)
        return text.append(" No rows were given: the model alone is drawn.");
    text += " Rows have the colour of their most probable component.";
    const Eigen::Index count = rows->table.observations.rows();
    if (count > report_mark_limit)
        text.append(" Of ")
            .append(std::to_string(count))
            .append(" rows at most ")
            .append(std::to_string(report_mark_limit))
            .append(", evenly spaced, are drawn; densities and histograms are of all.");
    return text;
}

Criterion criterion_of(const SavedModel& saved) {
    const auto found = saved.options.find("criterion");
    return found != saved.options.end() && found->is_string()
               ? criterion_from(found->get<std::string>())
               : Criterion::bic;
}

std::string selection_section(const SavedModel& saved, const std::string& verdict) {
    std::string text;
    if (saved.selection.size() > 1) {
        const Criterion criterion = criterion_of(saved);
        text += heading("Models compared (smaller is better)");
        if (!verdict.empty())
            text += paragraph(verdict);
        text += figure(criterion_svg(saved.selection, criterion),
                       "The criterion by number of components; the best five structures coloured.");
        text += comparison_table(ranked(saved.selection, criterion), criterion);
    }
    if (!saved.component_tests.empty()) {
        text += heading("Bootstrap tests of the number of components");
        text += component_test_table(saved.component_tests);
    }
    return text;
}

std::string provenance_section(const SavedModel& saved, const ReportWords& words) {
    std::string text = heading("Data and method");
    text += paragraph(std::string("Fitted to ")
                          .append(saved.data.source)
                          .append(" (SHA-256 ")
                          .append(saved.data.sha256.empty() ? "not known" : saved.data.sha256)
                          .append("): ")
                          .append(std::to_string(saved.data.rows))
                          .append(" rows, of which ")
                          .append(std::to_string(saved.data.rows_used))
                          .append(" were used."));
    if (!words.rows.empty())
        text += paragraph(words.rows);
    if (saved.posterior)
        text += paragraph(
            "Estimated by variational Bayes (Attias 2000; Bishop 2006, section 10.2): the product "
            "of a "
            "posterior of the weights and of each component's mean and covariance that is nearest "
            "to "
            "their true posterior. What is drawn and tabulated is the predictive density, a "
            "mixture of "
            "Student-t distributions. Parameters are in the data's own units.");
    else
        text += paragraph(
            "Estimated by expectation-maximisation (Dempster, Laird and Rubin 1977) under the "
            "covariance "
            "structures of Celeux and Govaert (1995). BIC = -2 log L + p log n (Schwarz 1978), AIC "
            "= "
            "-2 "
            "log L + 2 p; ICL adds the uncertainty of the classification to BIC. Parameters are in "
            "the "
            "data's own units.");
    if (!words.command.empty())
        text += paragraph("This command repeats the fit:") +
                element("pre", escaped(words.command)).append("\n");
    return text.append(paragraph(std::string("Mixtura ").append(version).append(".")));
}

}  // namespace

std::string report_html(const SavedModel& saved, const ReportRows* rows, const ReportWords& words) {
    const std::string title = saved.data.source.substr(saved.data.source.find_last_of("/\\") + 1) +
                              ": " +
                              (saved.posterior         ? "Bayesian Gaussian mixture"
                               : saved.model.tails()   ? "Student-t mixture"
                               : saved.model.factors() ? "mixture of factor analysers"
                                                       : "Gaussian mixture");
    const std::vector<int> features = telling_features(saved.model, matrix_feature_limit);
    std::string page = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
    page += element("title", escaped(title));
    page += element("style", style_sheet + colour_rules());
    page += "</head><body>\n" + element("h1", escaped(title)) + "\n";
    page += words_section(saved, rows);
    page += figure(scatter_matrix_svg(saved.model, saved.data.features, features, rows),
                   matrix_caption(saved, rows, features.size()));
    page += heading("Parameters: mean (standard deviation)") + parameter_table(saved);
    page += labels_section(saved.labels, saved.model.component_count());
    page += selection_section(saved, words.verdict);
    page += heading("Convergence and certainty");
    page += figure(trace_svg(saved.fit.trace),
                   std::string(saved.posterior ? "Lower bound" : "Log-likelihood") +
                       " of the best start, by iteration.");
    if (rows != nullptr)
        page +=
            figure(uncertainty_svg(rows->scores),
                   "Uncertainty: 1 less the largest responsibility of a row, in order of size.");
    page += provenance_section(saved, words);
    return page + "</body></html>\n";
}

}  // namespace mixtura
