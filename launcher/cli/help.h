// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace scrim::cli {

// What --help prints.
[[nodiscard]] std::string help_text(const CLI::App& app);

// The same as JSON, for packaging/documents.py, which writes the man page and the completions of shells from
// it: name, description, usage, commands (name and summary) and options (names, value, choices, help; those
// without names are positional). `--help-json`, as the only argument of any command, prints it; no --help
// says so.
[[nodiscard]] std::string help_json(const CLI::App& app);
inline constexpr std::string_view help_json_option = "--help-json";

// Makes `commands` (rows with a name and a summary) show in both. Not to be parsed with after that.
template <typename Commands>
void show_commands(CLI::App& app, const Commands& commands) {
  for (const auto& command : commands)
    app.add_subcommand(std::string(command.name), std::string(command.summary))
        ->group("Commands (each has --help)");
}

}  // namespace scrim::cli
