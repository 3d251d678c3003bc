// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/error.h"
#include "mixtura/io/json_reader.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

namespace mixtura {

namespace {

using nlohmann::json;

/// Reads the key into `target` where it stands; `read` may throw InvalidArgument.
template <class Target, class Read>
void read_key(const JsonReader& object, std::string_view key, Target& target, Read read) {
    if (!object.has(key))
        return;
    try {
        target = read(object.at(key));
    } catch (const InvalidArgument& error) {
        throw DataError(object.at(key).place() + ": " + error.what());
    }
}

std::string text_of(const JsonReader& reader) {
    return reader.text();
}

std::vector<std::string> texts_of(const JsonReader& reader) {
    return reader.texts();
}

int count_of(const JsonReader& reader) {
    return reader.count();
}

char sign_of(const JsonReader& reader) {
    return sign_from(reader.text());
}

ColumnPlan column_plan_from(const JsonReader& reader) {
    reader.expect_keys(
        {"features", "excluded", "weights", "labels", "classes", "missing_rows", "standardise"});
    ColumnPlan columns;
    read_key(reader, "features", columns.features, texts_of);
    read_key(reader, "excluded", columns.excluded, texts_of);
    read_key(reader, "weights", columns.weights, text_of);
    read_key(reader, "labels", columns.labels, text_of);
    read_key(reader, "classes", columns.classes, text_of);
    read_key(reader, "missing_rows", columns.missing_rows,
             [](const JsonReader& value) { return missing_rows_from(value.text()); });
    read_key(reader, "standardise", columns.standardise,
             [](const JsonReader& value) { return standardise_from(value.text()); });
    return columns;
}

EmOptions em_options_from(const JsonReader& reader) {
    reader.expect_keys({"family", "degrees_of_freedom_rule", "degrees_of_freedom", "initialisation",
                        "tolerance", "iteration_limit", "run_count", "short_run_count",
                        "covariance_floor", "prior", "has_noise", "seed"});
    EmOptions em;
    read_key(reader, "family", em.family,
             [](const JsonReader& value) { return component_family_from(value.text()); });
    read_key(reader, "degrees_of_freedom_rule", em.degrees_of_freedom_rule,
             [](const JsonReader& value) { return degrees_of_freedom_rule_from(value.text()); });
    read_key(reader, "degrees_of_freedom", em.degrees_of_freedom,
             [](const JsonReader& value) { return value.number(); });
    read_key(reader, "initialisation", em.initialisation,
             [](const JsonReader& value) { return initialisation_from(value.text()); });
    read_key(reader, "tolerance", em.tolerance,
             [](const JsonReader& value) { return value.number(); });
    read_key(reader, "iteration_limit", em.iteration_limit, count_of);
    read_key(reader, "run_count", em.run_count, count_of);
    read_key(reader, "short_run_count", em.short_run_count, count_of);
    read_key(reader, "covariance_floor", em.covariance_floor,
             [](const JsonReader& value) { return value.number(); });
    read_key(reader, "prior", em.prior,
             [](const JsonReader& value) { return prior_from(value.text()); });
    read_key(reader, "has_noise", em.has_noise,
             [](const JsonReader& value) { return value.boolean(); });
    read_key(reader, "seed", em.seed,
             [](const JsonReader& value) { return value.unsigned_integer(); });
    return em;
}

FactorSearchOptions factor_search_options_from(const JsonReader& reader) {
    reader.expect_keys({"factor_counts", "structures", "uniqueness_floor"});
    FactorSearchOptions factors;
    read_key(reader, "factor_counts", factors.factor_counts, [](const JsonReader& value) {
        std::vector<int> counts;
        for (std::size_t i = 0; i < value.array_size(); ++i)
            counts.push_back(static_cast<int>(value.at(i).integer(1, factor_count_limit)));
        return counts;
    });
    read_key(reader, "structures", factors.structures, [](const JsonReader& value) {
        std::vector<FactorStructure> structures;
        for (const std::string& name : value.texts())
            structures.push_back(factor_structure_from(name));
        return structures;
    });
    read_key(reader, "uniqueness_floor", factors.uniqueness_floor,
             [](const JsonReader& value) { return value.number(); });
    return factors;
}

VariationalSearchOptions variational_options_from(const JsonReader& reader) {
    reader.expect_keys(
        {"weight_prior", "concentration", "mean_precision", "prior_degrees_of_freedom"});
    VariationalSearchOptions variational;
    const auto number_of = [](const JsonReader& value) { return value.number(); };
    read_key(reader, "weight_prior", variational.weight_prior,
             [](const JsonReader& value) { return weight_prior_from(value.text()); });
    read_key(reader, "concentration", variational.concentration, number_of);
    read_key(reader, "mean_precision", variational.mean_precision, number_of);
    read_key(reader, "prior_degrees_of_freedom", variational.prior_degrees_of_freedom, number_of);
    return variational;
}

json to_json(const VariationalSearchOptions& variational) {
    json document = {{"weight_prior", std::string(to_string(variational.weight_prior))},
                     {"mean_precision", variational.mean_precision}};
    if (variational.concentration)
        document["concentration"] = *variational.concentration;
    if (variational.prior_degrees_of_freedom)
        document["prior_degrees_of_freedom"] = *variational.prior_degrees_of_freedom;
    return document;
}

SearchOptions search_options_from(const JsonReader& reader) {
    reader.expect_keys({"component_counts", "covariance_structures", "criterion", "fold_count",
                        "em", "factors", "variational"});
    SearchOptions search;
    read_key(reader, "component_counts", search.component_counts, [](const JsonReader& value) {
        std::vector<int> counts;
        for (std::size_t i = 0; i < value.array_size(); ++i)
            counts.push_back(static_cast<int>(value.at(i).integer(1, component_count_limit)));
        return counts;
    });
    read_key(reader, "covariance_structures", search.covariance_structures,
             [](const JsonReader& value) {
                 std::vector<CovarianceStructure> structures;
                 for (const std::string& name : value.texts())
                     structures.push_back(covariance_structure_from(name));
                 return structures;
             });
    read_key(reader, "criterion", search.criterion,
             [](const JsonReader& value) { return criterion_from(value.text()); });
    read_key(reader, "fold_count", search.fold_count, count_of);
    read_key(reader, "em", search.em, em_options_from);
    if (reader.has("factors"))
        search.factors = factor_search_options_from(reader.at("factors"));
    if (reader.has("variational"))
        search.variational = variational_options_from(reader.at("variational"));
    return search;
}

json to_json(const SearchOptions& search) {
    json structures = json::array();
    for (const CovarianceStructure structure : search.covariance_structures)
        structures.push_back(std::string(to_string(structure)));
    const EmOptions& em = search.em;
    json document = {
        {"component_counts", search.component_counts},
        {"covariance_structures", std::move(structures)},
        {"criterion", std::string(to_string(search.criterion))},
        {"fold_count", search.fold_count},
        {"em",
         {{"family", std::string(to_string(em.family))},
          {"degrees_of_freedom_rule", std::string(to_string(em.degrees_of_freedom_rule))},
          {"degrees_of_freedom", em.degrees_of_freedom},
          {"initialisation", std::string(to_string(em.initialisation))},
          {"tolerance", em.tolerance},
          {"iteration_limit", em.iteration_limit},
          {"run_count", em.run_count},
          {"short_run_count", em.short_run_count},
          {"covariance_floor", em.covariance_floor},
          {"prior", std::string(to_string(em.prior))},
          {"seed", em.seed}}}};
    if (em.has_noise)
        document["em"]["has_noise"] = true;
    if (search.variational)
        document["variational"] = to_json(*search.variational);
    if (!search.factors)
        return document;
    json factor_structures = json::array();
    for (const FactorStructure structure : search.factors->structures)
        factor_structures.push_back(std::string(to_string(structure)));
    document["factors"] = {{"factor_counts", search.factors->factor_counts},
                           {"structures", std::move(factor_structures)},
                           {"uniqueness_floor", search.factors->uniqueness_floor}};
    return document;
}

CsvOptions csv_options_from(const JsonReader& reader) {
    reader.expect_keys({"encoding", "delimiter", "decimal", "grouping", "quote", "comment",
                        "has_header", "skip_lines", "missing_codes", "column_missing_codes",
                        "column_types", "bad_cell"});
    CsvOptions options;
    read_key(reader, "encoding", options.encoding,
             [](const JsonReader& value) { return encoding_from(value.text()); });
    read_key(reader, "delimiter", options.delimiter, sign_of);
    read_key(reader, "decimal", options.decimal, sign_of);
    read_key(reader, "grouping", options.grouping, sign_of);
    read_key(reader, "quote", options.quote, sign_of);
    read_key(reader, "comment", options.comment, sign_of);
    read_key(reader, "has_header", options.has_header,
             [](const JsonReader& value) { return value.boolean(); });
    read_key(reader, "skip_lines", options.skip_lines, count_of);
    read_key(reader, "missing_codes", options.missing_codes, texts_of);
    read_key(reader, "column_missing_codes", options.column_missing_codes,
             [](const JsonReader& value) {
                 std::vector<std::pair<std::string, std::vector<std::string>>> codes;
                 for (std::size_t i = 0; i < value.array_size(); ++i)
                     codes.emplace_back(value.at(i).at("column").text(),
                                        texts_of(value.at(i).at("codes")));
                 return codes;
             });
    read_key(reader, "column_types", options.column_types, [](const JsonReader& value) {
        std::vector<std::pair<std::string, ColumnType>> types;
        for (std::size_t i = 0; i < value.array_size(); ++i)
            types.emplace_back(value.at(i).at("column").text(),
                               column_type_from(value.at(i).at("type").text()));
        return types;
    });
    read_key(reader, "bad_cell", options.bad_cell,
             [](const JsonReader& value) { return bad_cell_from(value.text()); });
    return options;
}

}  // namespace

json to_json(const CsvOptions& options) {
    json document = json::object();
    const auto set_sign = [&](const char* key, const std::optional<char>& sign) {
        if (sign)
            document[key] = sign_name(*sign);
    };
    if (options.encoding)
        document["encoding"] = std::string(encoding_name(*options.encoding));
    set_sign("delimiter", options.delimiter);
    set_sign("decimal", options.decimal);
    set_sign("grouping", options.grouping);
    set_sign("quote", options.quote);
    set_sign("comment", options.comment);
    if (options.has_header)
        document["has_header"] = *options.has_header;
    if (options.skip_lines != 0)
        document["skip_lines"] = options.skip_lines;
    if (options.missing_codes)
        document["missing_codes"] = *options.missing_codes;
    for (const auto& [column, codes] : options.column_missing_codes)
        document["column_missing_codes"].push_back({{"column", column}, {"codes", codes}});
    for (const auto& [column, type] : options.column_types)
        document["column_types"].push_back(
            {{"column", column}, {"type", std::string(to_string(type))}});
    if (options.bad_cell != BadCell::error)
        document["bad_cell"] = std::string(bad_cell_name(options.bad_cell));
    return document;
}

CsvOptions csv_options_from(const json& document) {
    return csv_options_from(JsonReader(document));
}

json to_json(const Plan& plan) {
    return {{"data_path", plan.data_path},
            {"import", to_json(plan.import)},
            {"columns",
             {{"features", plan.columns.features},
              {"excluded", plan.columns.excluded},
              {"weights", plan.columns.weights},
              {"labels", plan.columns.labels},
              {"classes", plan.columns.classes},
              {"missing_rows", std::string(to_string(plan.columns.missing_rows))},
              {"standardise", std::string(to_string(plan.columns.standardise))}}},
            {"search", to_json(plan.search)},
            {"start_labels", plan.start_labels},
            {"start_model", plan.start_model},
            {"bootstrap_replicates", plan.bootstrap_replicates},
            {"label_fold_count", plan.label_fold_count},
            {"model_output", plan.model_output},
            {"assignments_output", plan.assignments_output},
            {"trace_output", plan.trace_output},
            {"checkpoint_output", plan.checkpoint_output},
            {"checkpoint_seconds", plan.checkpoint_seconds},
            {"resume_from", plan.resume_from}};
}

Plan plan_from(const json& document) {
    const JsonReader root(document);
    root.expect_keys({"data_path", "import", "columns", "search", "start_labels", "start_model",
                      "bootstrap_replicates", "label_fold_count", "model_output",
                      "assignments_output", "trace_output", "checkpoint_output",
                      "checkpoint_seconds", "resume_from"});
    Plan plan;
    read_key(root, "data_path", plan.data_path, text_of);
    read_key(root, "import", plan.import,
             [](const JsonReader& value) { return csv_options_from(value); });
    read_key(root, "columns", plan.columns, column_plan_from);
    read_key(root, "search", plan.search, search_options_from);
    read_key(root, "start_labels", plan.start_labels, text_of);
    read_key(root, "start_model", plan.start_model, text_of);
    read_key(root, "bootstrap_replicates", plan.bootstrap_replicates, count_of);
    read_key(root, "label_fold_count", plan.label_fold_count, count_of);
    read_key(root, "model_output", plan.model_output, text_of);
    read_key(root, "assignments_output", plan.assignments_output, text_of);
    read_key(root, "trace_output", plan.trace_output, text_of);
    read_key(root, "checkpoint_output", plan.checkpoint_output, text_of);
    read_key(root, "checkpoint_seconds", plan.checkpoint_seconds,
             [](const JsonReader& value) { return value.number(); });
    read_key(root, "resume_from", plan.resume_from, text_of);
    return plan;
}

}  // namespace mixtura
