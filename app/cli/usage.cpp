// SPDX-License-Identifier: Apache-2.0
#include "usage.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "mixtura/common/error.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

/// Commands that are part of the public interface and not of this version.
constexpr std::array<std::pair<const char*, const char*>, 1> later_commands = {
    {{"replay", "Replays of a project's log"}}};

std::string in_quotes(const std::string& word) {
    return "'" + display_text(word) + "'";
}

/// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min(
                {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, std::move(row));
    }
    return last.back();
}

/// The known word that is meant, most likely; empty where none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t least = 1 + word.size() / 3;
    for (const std::string& candidate : known) {
        const bool is_begun = word.size() > 3 && candidate.starts_with(word);
        const std::size_t distance = is_begun ? 1 : edit_distance(word, candidate);
        if (distance <= least && (best.empty() || distance < least)) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

const CLI::App& named_command(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    return *command;
}

std::vector<std::string> subcommand_names(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    return names;
}

/// "fit gmm": the command without the program's name, which stands before every message.
std::string short_name(const CLI::App& command) {
    std::string name;
    for (const CLI::App* part = &command; part->get_parent() != nullptr; part = part->get_parent())
        name = part->get_name() + (name.empty() ? "" : " " + name);
    return name;
}

/// "mixtura-cli fit gmm"
std::string whole_name(const CLI::App& command) {
    const CLI::App* root = &command;
    while (root->get_parent() != nullptr) root = root->get_parent();
    const std::string name = short_name(command);
    return root->get_name() + (name.empty() ? "" : " " + name);
}

/// The program and every command, a group before its members.
std::vector<CLI::App*> all_commands(CLI::App& app) {
    std::vector<CLI::App*> commands{&app};
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const auto members = commands[i]->get_subcommands([](CLI::App*) { return true; });
        commands.insert(commands.begin() + static_cast<std::ptrdiff_t>(i) + 1, members.begin(),
                        members.end());
    }
    return commands;
}

/// Every command that can be run: "inspect, fit gmm, predict, ...".
std::string runnable_commands(CLI::App& app) {
    std::string text;
    for (const CLI::App* command : all_commands(app)) {
        if (subcommand_names(*command).empty())
            text += (text.empty() ? "" : ", ") + short_name(*command);
    }
    return text;
}

[[noreturn]] void refuse(const CLI::App& command, const std::string& sentence) {
    throw InvalidArgument(sentence + " See " + whole_name(command) + " --help.");
}

[[noreturn]] void refuse_option(const CLI::App& command, const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_group().empty())
            continue;
        for (const std::string& long_name : option->get_lnames()) known.push_back("--" + long_name);
    }
    const std::string meant = nearest(name, known);
    const std::string owner = short_name(command);
    refuse(command, in_quotes(name) + " is not an option" + (owner.empty() ? "" : " of " + owner) +
                        (meant.empty() ? "." : "; did you mean " + meant + "?"));
}

/// A group of commands was named without one of them, or with one that does not exist.
[[noreturn]] void refuse_command(CLI::App& app, const CLI::App& group,
                                 const std::vector<std::string>& words) {
    const std::string owner = short_name(group);
    const std::string choices = "the commands are " + runnable_commands(app) + ".";
    const auto word = std::find_if(words.begin(), words.end(),
                                   [](const std::string& text) { return !text.starts_with('-'); });
    if (word == words.end() && !words.empty())
        refuse_option(group, words.front());
    if (word == words.end())
        refuse(group, (owner.empty() ? "No command is given; "
                                     : in_quotes(owner) + " is not a whole command; ") +
                          choices);
    for (const auto& [name, what] : later_commands) {
        if (*word == name)
            throw InvalidArgument(std::string(what) +
                                  " are not part of this version of mixtura-cli; " + choices);
    }
    const std::string meant = nearest(*word, subcommand_names(group));
    refuse(group, in_quotes(owner.empty() ? *word : owner + " " + *word) + " is not a command; " +
                      (meant.empty()
                           ? choices
                           : "did you mean " + (owner.empty() ? "" : owner + " ") + meant + "?"));
}

void refuse_leftovers(CLI::App& app) {
    const CLI::App& command = named_command(app);
    for (const CLI::App* group = command.get_parent(); group != nullptr;
         group = group->get_parent()) {
        if (!group->remaining().empty())
            refuse(command, in_quotes(group->remaining().front()) + " stands before '" +
                                short_name(command) + "'; options stand after the command.");
    }
    const std::vector<std::string> words = command.remaining();
    if (!subcommand_names(command).empty())
        refuse_command(app, command, words);
    // Behind -- nothing is an option, and - is standard input.
    const auto mark = std::find(words.begin(), words.end(), "--");
    const auto option = std::find_if(words.begin(), mark, [](const std::string& word) {
        return word.starts_with('-') && word != "-";
    });
    if (option != mark)
        refuse_option(command, *option);
    const auto word = std::find_if(words.begin(), words.end(),
                                   [](const std::string& text) { return text != "--"; });
    if (word != words.end())
        refuse(command,
               in_quotes(*word) + " is one word too many for " + short_name(command) + ".");
}

[[noreturn]] void refuse_error(CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = named_command(app);
    std::string text = error.what();
    const std::string subject = text.substr(0, text.find_first_of(": "));
    if (error.get_name() == "RequiredError") {
        refuse_leftovers(app);  // a misspelt option is why it is missing
        const CLI::Option* lacking = command.get_option_no_throw(subject);
        refuse(command, short_name(command) + " needs " + subject +
                            (lacking != nullptr ? ": " + lacking->get_description() : "") + ".");
    }
    if (error.get_name() == "ArgumentMismatch")
        refuse(command, text.find("At Most") != std::string::npos
                            ? subject + " is given more than once."
                            : subject + " needs a value.");
    if (error.get_name() == "ExcludesError") {
        const std::string other = text.substr(text.rfind(' ') + 1);
        refuse(command, subject + " and " + other + " exclude each other; give one of them.");
    }
    if (error.get_name() == "RequiresError")
        refuse(command, subject + " is of use only with " + text.substr(text.rfind(' ') + 1) + ".");
    std::replace(text.begin(), text.end(), '\n', ' ');
    refuse(command, text + ".");
}

}  // namespace

void parse(CLI::App& app, int argc, char** argv) {
    // What the parser would refuse in its own words is left to `refuse_leftovers`.
    for (CLI::App* command : all_commands(app)) {
        command->allow_extras();
        command->require_subcommand(0, 1);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success&) {
        throw;
    } catch (const CLI::ParseError& error) {
        refuse_error(app, error);
    }
    refuse_leftovers(app);
}

}  // namespace mixtura::cli
