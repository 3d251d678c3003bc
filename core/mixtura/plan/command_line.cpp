// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "mixtura/io/number_format.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

namespace mixtura {

namespace {

/// One word of a POSIX shell. Inside single quotes nothing but a single quote is special.
std::string shell_word(const std::string& text) {
    constexpr std::string_view safe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=+@%-";
    if (!text.empty() && text.find_first_not_of(safe) == std::string::npos)
        return text;
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
    return word + "'";
}

/// Collects `--name=value` where the value could be taken for an option, else `--name value`.
class Arguments {
  public:
    explicit Arguments(std::string command) : text_(std::move(command)) {}
    void flag(const std::string& name) { text_ += " " + name; }
    void option(const std::string& name, const std::string& value) {
        if (value.starts_with('-')) {
            word(name + "=" + value);
        } else {
            word(name);
            word(value);
        }
    }
    void word(const std::string& value) { text_.append(" ").append(shell_word(value)); }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

void add_import(const CsvOptions& import, Arguments& arguments) {
    const auto sign = [&](const std::string& name, const std::optional<char>& value) {
        if (value)
            arguments.option(name, sign_name(*value));
    };
    sign("--delimiter", import.delimiter);
    sign("--decimal", import.decimal);
    sign("--grouping", import.grouping);
    sign("--quote", import.quote);
    sign("--comment", import.comment);
    if (import.encoding)
        arguments.option("--encoding", std::string(encoding_name(*import.encoding)));
    if (import.has_header)
        arguments.word(*import.has_header ? "--header" : "--no-header");
    if (import.missing_codes)
        arguments.option("--missing", list_text(*import.missing_codes));
    if (!import.column_missing_codes.empty()) {
        std::vector<std::string> codes;
        for (const auto& [column, own] : import.column_missing_codes)
            for (const std::string& code : own) codes.push_back(column + "=" + code);
        arguments.option("--column-missing", list_text(codes));
    }
    if (import.skip_lines != 0)
        arguments.option("--skip", std::to_string(import.skip_lines));
    if (!import.column_types.empty()) {
        std::vector<std::string> types;
        for (const auto& [column, type] : import.column_types)
            types.push_back(column + "=" + std::string(to_string(type)));
        arguments.option("--types", list_text(types));
    }
    if (import.bad_cell != BadCell::error)
        arguments.option("--bad-cells", std::string(bad_cell_name(import.bad_cell)));
}

void add_data(const Plan& plan, Arguments& arguments) {
    const bool looks_like_option = plan.data_path.size() > 1 && plan.data_path.front() == '-';
    arguments.word(looks_like_option ? "./" + plan.data_path : plan.data_path);
    add_import(plan.import, arguments);
}

void add_columns(const ColumnPlan& columns, Arguments& arguments) {
    if (!columns.features.empty())
        arguments.option("--columns", list_text(columns.features));
    if (!columns.excluded.empty())
        arguments.option("--exclude", list_text(columns.excluded));
    if (!columns.weights.empty())
        arguments.option("--observation-weights", columns.weights);
    if (!columns.labels.empty())
        arguments.option("--labels", columns.labels);
    if (!columns.classes.empty())
        arguments.option("--classes", columns.classes);
    if (columns.missing_rows != MissingRows::drop)
        arguments.option("--missing-rows", std::string(to_string(columns.missing_rows)));
    if (columns.standardise != Standardise::none)
        arguments.option("--standardise", std::string(to_string(columns.standardise)));
}

/// "all", or the names of the structures.
template <class Structure, std::size_t count>
std::string structures_text(const std::vector<Structure>& structures,
                            const std::array<Structure, count>& all) {
    if (std::ranges::equal(structures, all))
        return "all";
    std::string text;
    for (const Structure structure : structures)
        text.append(text.empty() ? "" : ",").append(to_string(structure));
    return text;
}

void add_factors(const FactorSearchOptions& factors, Arguments& arguments) {
    arguments.option("--family", "factor");
    arguments.option("--covariance", structures_text(factors.structures, all_factor_structures));
    arguments.option("--factors", counts_text(factors.factor_counts));
    if (factors.uniqueness_floor != default_uniqueness_floor)
        arguments.option("--uniqueness-floor", exact_text(factors.uniqueness_floor));
}

void add_variational(const VariationalSearchOptions& variational, Arguments& arguments) {
    arguments.option("--family", "bayesian");
    if (variational.weight_prior != VariationalSearchOptions{}.weight_prior)
        arguments.option("--weight-prior", std::string(to_string(variational.weight_prior)));
    if (variational.concentration)
        arguments.option("--concentration", exact_text(*variational.concentration));
    if (variational.mean_precision != VariationalSearchOptions{}.mean_precision)
        arguments.option("--mean-precision", exact_text(variational.mean_precision));
    if (variational.prior_degrees_of_freedom)
        arguments.option("--prior-degrees-of-freedom",
                         exact_text(*variational.prior_degrees_of_freedom));
}

std::string start_text(const Plan& plan) {
    if (!plan.start_labels.empty())
        return "labels:" + plan.start_labels;
    if (!plan.start_model.empty())
        return plan.start_model;
    return std::string(to_string(plan.search.em.initialisation));
}

void add_search(const Plan& plan, Arguments& arguments) {
    const EmOptions& em = plan.search.em;
    const EmOptions defaults;
    if (!plan.search.component_counts.empty())
        arguments.option("--components", counts_text(plan.search.component_counts));
    if (plan.search.variational)
        add_variational(*plan.search.variational, arguments);
    else if (plan.search.factors)
        add_factors(*plan.search.factors, arguments);
    else if (!plan.search.covariance_structures.empty())
        arguments.option("--covariance", structures_text(plan.search.covariance_structures,
                                                         all_covariance_structures));
    if (em.family != defaults.family)
        arguments.option("--family", std::string(to_string(em.family)));
    if (em.family == ComponentFamily::student &&
        em.degrees_of_freedom_rule != defaults.degrees_of_freedom_rule)
        arguments.option("--degrees-of-freedom", degrees_of_freedom_text(em));
    if (plan.search.criterion != Criterion::bic)
        arguments.option("--criterion", std::string(to_string(plan.search.criterion)));
    if (plan.search.fold_count != SearchOptions{}.fold_count)
        arguments.option("--folds", std::to_string(plan.search.fold_count));
    if (plan.bootstrap_replicates > 0)
        arguments.option("--bootstrap-test", std::to_string(plan.bootstrap_replicates));
    if (plan.label_fold_count > 0)
        arguments.option("--label-folds", std::to_string(plan.label_fold_count));
    arguments.option("--init", start_text(plan));
    if (plan.search.factors || plan.search.variational || em.run_count != defaults.run_count)
        arguments.option("--starts", std::to_string(em.run_count));
    if (em.short_run_count != defaults.short_run_count)
        arguments.option("--short-runs", std::to_string(em.short_run_count));
    arguments.option("--seed", std::to_string(em.seed));
    if (em.iteration_limit != defaults.iteration_limit)
        arguments.option("--max-iterations", std::to_string(em.iteration_limit));
    if (em.tolerance != defaults.tolerance)
        arguments.option("--tolerance", exact_text(em.tolerance));
    if (em.covariance_floor != defaults.covariance_floor)
        arguments.option("--covariance-floor", exact_text(em.covariance_floor));
    if (em.prior != defaults.prior)
        arguments.option("--prior", std::string(to_string(em.prior)));
    if (em.has_noise)
        arguments.flag("--noise");
}

}  // namespace

std::string command_line(const Plan& plan) {
    Arguments arguments("mixtura-cli fit gmm");
    add_data(plan, arguments);
    add_columns(plan.columns, arguments);
    add_search(plan, arguments);
    if (!plan.model_output.empty())
        arguments.option("--output", plan.model_output);
    if (!plan.assignments_output.empty())
        arguments.option("--assignments", plan.assignments_output);
    if (!plan.trace_output.empty())
        arguments.option("--trace", plan.trace_output);
    if (!plan.checkpoint_output.empty()) {
        arguments.option("--checkpoint", plan.checkpoint_output);
        if (plan.checkpoint_seconds != Plan{}.checkpoint_seconds)
            arguments.option("--checkpoint-every", exact_text(plan.checkpoint_seconds));
    }
    if (!plan.resume_from.empty())
        arguments.option("--resume", plan.resume_from);
    return arguments.text();
}

std::string inspect_command_line(const Plan& plan) {
    Arguments arguments("mixtura-cli inspect");
    add_data(plan, arguments);
    return arguments.text();
}

}  // namespace mixtura
