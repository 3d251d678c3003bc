// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/incremental_run.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

constexpr std::int64_t any_count = std::numeric_limits<std::int64_t>::max();
constexpr double any_number = std::numeric_limits<double>::max();

struct IncrementalArguments {
    IncrementalPlan plan;
    ImportArguments import;
    RunArguments run;
    std::optional<std::string> columns;
    std::string exclude;
    std::optional<std::string> target;
    std::optional<std::string> observation_weights;
    std::string preset;
    IncrementalOptions given;
    double initial_scale = 0.0;
    double prior_strength = 0.0;
    /// Each option of the mixture with what copies it from `given`, over a preset.
    std::vector<std::pair<CLI::Option*, std::function<void(IncrementalOptions&)>>> overrides;
    std::string deviations;
    std::string output;
    std::string trace;
    bool json = false;
};

std::vector<double> numbers_from(const std::string& text) {
    std::vector<double> numbers;
    for (const std::string& item : list_from(text)) {
        double value = 0.0;
        const char* end = item.data() + item.size();
        const auto [stop, error] = std::from_chars(item.data(), end, value);
        if (error != std::errc() || stop != end)
            throw InvalidArgument("'" + display_text(item) +
                                  "' is not a number; --deviations takes one for each feature.");
        numbers.push_back(value);
    }
    return numbers;
}

IncrementalPlan plan_of(const IncrementalArguments& arguments) {
    IncrementalPlan plan = arguments.plan;
    plan.import = csv_options(arguments.import);
    plan.features = list_from(arguments.columns.value_or(""));
    if (arguments.columns && plan.features.empty())
        throw InvalidArgument("--columns names no column; leave it out to use all numeric ones.");
    plan.excluded = list_from(arguments.exclude);
    plan.weights = arguments.observation_weights.value_or("");
    if (arguments.observation_weights && plan.weights.empty())
        throw InvalidArgument("--observation-weights needs the name of a column.");
    plan.target = arguments.target.value_or("");
    if (arguments.target && plan.target.empty())
        throw InvalidArgument("--target needs the name of a column.");
    if (!arguments.preset.empty() && arguments.preset != "paper")
        throw InvalidArgument("'" + display_text(arguments.preset) +
                              "' is not a preset; the choice is paper.");
    plan.stream.mixture = arguments.preset == "paper" ? paper_preset({}) : IncrementalOptions{};
    for (const auto& [option, copy] : arguments.overrides)
        if (option->count() > 0)
            copy(plan.stream.mixture);
    plan.stream.deviations = numbers_from(arguments.deviations);
    if (!plan.stream.deviations.empty())
        plan.stream.feature_scale = FeatureScale::given;
    else if (plan.stream.feature_scale == FeatureScale::given)
        throw InvalidArgument(
            "--feature-scale given needs the deviations of the features: --deviations LIST.");
    plan.model_output = output_path(arguments.output);
    plan.trace_output = output_path(arguments.trace);
    if (output_path(plan.checkpoint_output) == output_path("-"))
        throw InvalidArgument("--checkpoint needs a file, which --resume can read later.");
    return plan;
}

/// Shows rows, components and what was said of the last rows in the progress line.
class StreamProgress final : public StreamObserver {
  public:
    explicit StreamProgress(bool quiet) : line_(quiet) {}
    void on_rows(const StreamReport& report) override {
        std::string text = std::to_string(report.row_count) + " rows, " +
                           std::to_string(report.component_count) + " components";
        if (report.recent.row_count > 0)
            text += ", log density " + fixed_text(report.recent.log_density /
                                                      static_cast<double>(report.recent.row_count),
                                                  3);
        if (report.recent.correct_count > 0)
            text += ", accuracy " + fixed_text(static_cast<double>(report.recent.correct_count) /
                                                   static_cast<double>(report.recent.scored_count),
                                               3);
        line_.on_progress(text, static_cast<double>(report.bytes_done),
                          static_cast<double>(report.bytes_total));
    }
    void clear() { line_.clear(); }

  private:
    ProgressLine line_;
};

std::string components_text(const SavedModel& saved) {
    constexpr int shown_components = 20;
    constexpr Eigen::Index shown_features = 6;
    const IncrementalRecord& record = *saved.incremental;
    const bool has_classes = !record.component_classes.empty();
    const Eigen::Index feature_count =
        std::min<Eigen::Index>(shown_features, saved.model.means().cols());
    std::vector<TextTable::Heading> headings{{"component"}, {"weight"}, {"mass"}, {"age"}};
    if (has_classes)
        headings.push_back({"class", TextTable::Align::left});
    for (Eigen::Index j = 0; j < feature_count; ++j)
        headings.push_back({display_text(saved.data.features[static_cast<std::size_t>(j)], 20)});
    TextTable table(std::move(headings));
    const int count = saved.model.component_count();
    for (int k = 0; k < std::min(count, shown_components); ++k) {
        const auto index = static_cast<std::size_t>(k);
        std::vector<std::string> cells{
            std::to_string(k + 1), fixed_text(saved.model.mixing_weights()[k], 4),
            rounded_text(record.masses[index], 6), std::to_string(record.ages[index])};
        if (has_classes)
            cells.push_back(display_text(
                record.classes[static_cast<std::size_t>(record.component_classes[index])], 20));
        for (Eigen::Index j = 0; j < feature_count; ++j)
            cells.push_back(rounded_text(saved.model.means()(k, j), 4));
        table.add_row(std::move(cells));
    }
    std::string text = table.text();
    if (count > shown_components)
        text += "  and " + std::to_string(count - shown_components) + " more\n";
    return text;
}

std::string summary_text(const IncrementalPlan& plan, const IncrementalResult& result) {
    const SavedModel& saved = result.model;
    const IncrementalRecord& record = *saved.incremental;
    std::string text = display_text(plan.data_path, 200) + ": " + std::to_string(record.rows_seen) +
                       " of " + std::to_string(result.rows_seen) + " rows learned, " +
                       std::to_string(saved.data.features.size()) + " features\n";
    if (result.resumed_at > 0)
        text += "Went on from row " + std::to_string(result.resumed_at) + ".\n";
    if (result.rows_dropped > 0)
        text += std::to_string(result.rows_dropped) +
                " rows left out, because a value was missing or their weight was zero.\n";
    if (result.rows_skipped > 0)
        text += std::to_string(result.rows_skipped) +
                " rows left out, because they could not be "
                "read.\n";
    text += "\n" + std::to_string(saved.model.component_count()) +
            (saved.model.component_count() == 1 ? " component" : " components") + " (" +
            std::to_string(result.counters.created) + " created, " +
            std::to_string(result.counters.pruned) + " pruned, " +
            std::to_string(result.counters.merged) + " merged); " + saved.fit.status + ".\n";
    if (std::isfinite(record.prequential_log_likelihood))
        text += "Log density of a row before it was learned: " +
                fixed_text(record.prequential_log_likelihood, 4) + " on average";
    if (std::isfinite(record.prequential_accuracy) && record.target_kind == "classification")
        text += "; accuracy " + fixed_text(record.prequential_accuracy, 4);
    if (std::isfinite(record.prequential_rmse) && record.target_kind == "regression")
        text += "; root mean squared error " + rounded_text(record.prequential_rmse, 5);
    text += "\n\n" + components_text(saved) + "\n";
    for (const std::string& remark : result.remarks) text += display_text(remark, 2000) + "\n";
    for (const std::string& path : {plan.model_output, plan.trace_output, plan.checkpoint_output}) {
        if (!path.empty())
            text += "Written: " + display_text(path, 400) + "\n";
    }
    return text;
}

struct MergeArguments {
    std::vector<std::string> checkpoints;
    std::string output;
    bool json = false;
};

int merge(const MergeArguments& arguments) {
    IncrementalPlan plan;
    plan.data_path = std::to_string(arguments.checkpoints.size()) + " checkpoints";
    plan.model_output = output_path(arguments.output);
    if (!plan.model_output.empty())
        expect_writable(plan.model_output);
    const IncrementalResult result = merge_checkpoints(arguments.checkpoints);
    if (!plan.model_output.empty())
        write_model_file(plan.model_output, result.model);
    if (arguments.json && plan.model_output != output_path("-"))
        write_output("-", model_file_text(result.model));
    else if (!arguments.json && plan.model_output != output_path("-"))
        write_output("-", summary_text(plan, result));
    return exit_done;
}

int fit(const IncrementalArguments& arguments) {
    const IncrementalPlan plan = plan_of(arguments);
    const std::string standard_output = output_path("-");
    const bool writes_table = plan.trace_output == standard_output;
    if (arguments.json && writes_table)
        throw InvalidArgument(
            "Standard output holds one thing: the JSON document of --json, or one table. Give "
            "--trace the name of a file.");
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    StreamProgress progress(arguments.run.quiet);
    const IncrementalResult result = run_incremental(plan, run_with.control, &progress);
    progress.clear();
    if (arguments.json && plan.model_output != standard_output)
        write_output("-", model_file_text(result.model));
    else if (!arguments.json && !writes_table && plan.model_output != standard_output)
        write_output("-", summary_text(plan, result));
    return result.is_cancelled ? exit_cancelled : exit_done;
}

void add_columns_options(CLI::App& command, IncrementalArguments& arguments) {
    constexpr const char* group = "Rows and columns";
    command
        .add_option("--columns", arguments.columns,
                    "Features, by name or 1-based position: a,b,c; a name with a comma is quoted: "
                    "'\"a,b\",c' [all numeric columns]")
        ->group(group);
    command.add_option("--exclude", arguments.exclude, "Columns that are not features")
        ->group(group);
    command
        .add_option("--target", arguments.target,
                    "Column to predict: classes where it is text, a regression where it is "
                    "numeric [none]")
        ->type_name("COLUMN")
        ->group(group);
    command
        .add_option("--observation-weights", arguments.observation_weights,
                    "Column of case weights [none]")
        ->group(group);
    command
        .add_option_function<std::string>(
            "--missing-rows",
            [&plan = arguments.plan](const std::string& text) {
                plan.missing = missing_cells_from(text);
            },
            "Rows with a missing feature: drop, error, or mar (learn them from their known cells) "
            "[drop]")
        ->group(group);
    add_number(command, "--skip-bad-rows", arguments.plan.skip_limit, std::int64_t{0}, any_count,
               "Unreadable rows to leave out before one is an error [0]")
        ->group(group);
}

/// Options of the mixture, which are also those that a preset changes.
class MixtureOptions {
  public:
    MixtureOptions(CLI::App& command, IncrementalArguments& arguments)
        : command_(command), arguments_(arguments), given_(arguments.given) {}

    void add() {
        command_
            .add_option("--preset", arguments_.preset,
                        "paper: the published algorithm (prior strength 1, plain distances, no "
                        "forgetting, no pruning); other options change it [none]")
            ->type_name("NAME")
            ->group(group);
        add_number_of("--novelty", &IncrementalOptions::novelty_probability, 0.0, 1.0,
                      "Probability that a row of a component is taken for the first of a new one; "
                      "0: no other after the first [0.001]");
        add_optional_of("--initial-scale", arguments_.initial_scale,
                        &IncrementalOptions::initial_scale,
                        "Deviations of a new component relative to those of the features "
                        "[min(0.7, 0.15 sqrt(d))]");
        add_optional_of("--prior-strength", arguments_.prior_strength,
                        &IncrementalOptions::prior_strength,
                        "Rows that the initial covariance counts for [max(1, d / 2)]");
        add_number_of("--forgetting", &IncrementalOptions::forgetting, 0.0, 1.0,
                      "Factor of all masses at every row; remembers about 1 / (1 - factor) rows "
                      "[1]");
        add_name_of("--forget", &IncrementalOptions::forget, forgetting_from,
                    "Which masses decay: all, or per-component (each by its share of the row) "
                    "[all]");
        add_number_of("--minimum-age", &IncrementalOptions::minimum_age, std::int64_t{0}, any_count,
                      "Rows before a component can be pruned; 0: none is [100]");
        add_number_of("--minimum-accumulation", &IncrementalOptions::minimum_accumulation, 0.0,
                      any_number, "Mass below which it then is; 0: none is [3]");
        add_number_of("--component-limit", &IncrementalOptions::component_limit, 1,
                      incremental_component_limit, "Most components [1000]");
        add_name_of("--limit-action", &IncrementalOptions::limit_action, limit_action_from,
                    "What a novel row does when there are so many: update or merge [update]");
        add_name_of("--novelty-scale", &IncrementalOptions::novelty_scale, novelty_scale_from,
                    "Distances of novelty: predictive (wider for young components) or plain "
                    "[predictive]");
        add_name_of("--update-rule", &IncrementalOptions::update_rule, update_rule_from,
                    "exact, or published (to compare; not always positive definite) [exact]");
        add_number_of("--refactor-interval", &IncrementalOptions::refactor_interval,
                      std::int64_t{0}, any_count,
                      "Rows between two factorisations of a covariance; 0: by forgetting [0]");
        add_number_of("--merge-every", &IncrementalOptions::merge_interval, std::int64_t{0},
                      any_count, "Rows between two looks for components to merge; 0: never [0]");
        add_number_of("--merge-threshold", &IncrementalOptions::merge_threshold, 0.0, any_number,
                      "Loss up to which two are merged, relative to the description length of a "
                      "component [1]");
    }

  private:
    static constexpr const char* group = "Mixture";

    template <class Member>
    void keep(CLI::Option* option, Member IncrementalOptions::*member) {
        option->group(group);
        arguments_.overrides.emplace_back(option,
                                          [member, &given = given_](IncrementalOptions& options) {
                                              options.*member = given.*member;
                                          });
    }

    template <class Number>
    void add_number_of(const std::string& name, Number IncrementalOptions::*member, Number least,
                       Number greatest, const std::string& description) {
        keep(add_number(command_, name, given_.*member, least, greatest, description), member);
    }

    void add_optional_of(const std::string& name, double& value,
                         std::optional<double> IncrementalOptions::*member,
                         const std::string& description) {
        CLI::Option* option =
            add_number(command_, name, value, 0.0, any_number, description)->group(group);
        arguments_.overrides.emplace_back(
            option, [member, &value](IncrementalOptions& options) { options.*member = value; });
    }

    template <class Choice>
    void add_name_of(const std::string& name, Choice IncrementalOptions::*member,
                     Choice (*choice_from)(std::string_view), const std::string& description) {
        CLI::Option* option =
            command_
                .add_option_function<std::string>(
                    name,
                    [member, choice_from, &given = given_](const std::string& text) {
                        given.*member = choice_from(text);
                    },
                    description)
                ->type_name("NAME");
        keep(option, member);
    }

    CLI::App& command_;
    IncrementalArguments& arguments_;
    IncrementalOptions& given_;
};

void add_stream_options(CLI::App& command, IncrementalArguments& arguments) {
    constexpr const char* group = "Stream";
    StreamOptions& stream = arguments.plan.stream;
    const auto add_name = [&](const std::string& name, auto set, const std::string& description) {
        command.add_option_function<std::string>(name, set, description)
            ->type_name("NAME")
            ->group(group);
    };
    add_name(
        "--feature-scale",
        [&stream](const std::string& text) { stream.feature_scale = feature_scale_from(text); },
        "Where the deviations of the features come from: warm-up (the first rows, learned after "
        "that), running, or given [warm-up]");
    add_number(command, "--warm-up", stream.warm_up_rows, std::int64_t{1}, warm_up_rows_limit,
               "Rows of the warm-up [max(200, 10 d)]")
        ->group(group);
    command
        .add_option("--deviations", arguments.deviations,
                    "Deviations of the features, in their order: 0.1,2,... (a regression's target "
                    "last)")
        ->group(group);
    add_name(
        "--class-model",
        [&stream](const std::string& text) { stream.class_model = class_model_from(text); },
        "Of a text target: tagged (components of one class each) or joint (an indicator for each "
        "class) [tagged]");
    add_name(
        "--drift",
        [&stream](const std::string& text) { stream.drift_action = drift_action_from(text); },
        "When the log density falls suddenly: none, report (count it) or restart (forget all but "
        "2 %) [none]");
    command
        .add_flag("--follow", arguments.plan.follows, "Read on while the file grows, until Ctrl-C")
        ->group(group);
    add_number(command, "--report-every", stream.history_stride, std::int64_t{1}, any_count,
               "Rows of a line of --trace; doubled when there are 2048 [1000]")
        ->group(group);
}

void add_output_options(CLI::App& command, IncrementalArguments& arguments) {
    constexpr const char* group = "Output";
    add_file(command, "-o,--output", arguments.output, "Write the model (JSON)")->group(group);
    add_file(command, "--trace", arguments.trace,
             "Write components, log density and accuracy or error by stretches of rows (CSV)")
        ->group(group);
    command.add_flag("--json", arguments.json, "Print the model file instead of the summary")
        ->group(group);
}

void add_interruption_options(CLI::App& command, IncrementalArguments& arguments) {
    constexpr const char* group = "Interrupting and going on";
    auto* checkpoint = add_file(command, "--checkpoint", arguments.plan.checkpoint_output,
                                "Keep in this file how far the stream was learned: while it runs, "
                                "at Ctrl-C, before a bad row and at the end");
    checkpoint->group(group);
    add_number(command, "--checkpoint-every", arguments.plan.checkpoint_seconds,
               checkpoint_seconds_least, checkpoint_seconds_limit,
               "Seconds between two writings of the checkpoint [60]")
        ->needs(checkpoint)
        ->group(group);
    add_file(command, "--resume", arguments.plan.resume_from,
             "Go on from a checkpoint of the same data and options, to the same bytes as without "
             "the interruption")
        ->group(group);
}

/// Options of other fits: each says why there is none here.
void add_refused_options(CLI::App& command) {
    const auto refuse = [&](const std::string& name, const std::string& reason) {
        add_refused(command, name, name + " is of no use here: " + reason);
    };
    refuse("--assignments",
           "fit incremental keeps no rows; write the model with --output and use mixtura-cli "
           "predict.");
    refuse("--standardise",
           "fit incremental takes the scale of each feature from the data, so units do not "
           "matter.");
    refuse("--components",
           "an incremental mixture finds its components; --novelty, --initial-scale and "
           "--component-limit say how many.");
    refuse("--criterion", "there is one model, so there is nothing to choose.");
    refuse("--init", "an incremental mixture begins with its first row.");
    refuse("--starts", "one pass over a stream has one start.");
    refuse("--seed", "nothing is drawn at random.");
    refuse("--max-iterations", "a stream is passed over once.");
    refuse("--tolerance", "a stream is passed over once.");
}

}  // namespace

void add_fit_incremental(CLI::App& fit_command, Action& action) {
    auto arguments = std::make_shared<IncrementalArguments>();
    CLI::App* command = fit_command.add_subcommand(
        "incremental", "Incremental mixture: learns from a stream in one pass");
    command->add_option("DATA", arguments->plan.data_path, "CSV file, or - for standard input")
        ->required();
    MixtureOptions(*command, *arguments).add();
    add_stream_options(*command, *arguments);
    add_columns_options(*command, *arguments);
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    add_output_options(*command, *arguments);
    add_interruption_options(*command, *arguments);
    add_refused_options(*command);
    set_example(*command, "mixtura-cli fit incremental iris.csv --target species -o model.json");
    command->callback([arguments, &action] { action = [arguments] { return fit(*arguments); }; });
}

void add_merge(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<MergeArguments>();
    CLI::App* command = app.add_subcommand(
        "merge", "One incremental mixture of parallel streams, from the checkpoints of their fits");
    command
        ->add_option("CHECKPOINTS", arguments->checkpoints,
                     "Two or more files that fit incremental --checkpoint wrote, with the same "
                     "options and --deviations")
        ->required()
        ->expected(1, 1000);
    add_file(*command, "-o,--output", arguments->output, "Write the model (JSON)");
    command->add_flag("--json", arguments->json, "Print the model file instead of the summary");
    set_example(*command, "mixtura-cli merge monday.state tuesday.state -o model.json");
    command->callback([arguments, &action] { action = [arguments] { return merge(*arguments); }; });
}

}  // namespace mixtura::cli
