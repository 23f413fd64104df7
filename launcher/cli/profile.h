// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "launcher/cli/command.h"

// `scrim profile NAME`: commands on profiles and programs that start nothing and need neither root nor a
// container. Each is in a file profile_NAME.cc.
namespace scrim::cli {

// Exit statuses of all of them.
inline constexpr int status_as_asked = 0;
inline constexpr int status_finding = 1;    // it was done, and this came out: not equal, differs, lints badly
inline constexpr int status_wrong_use = 2;  // UsageError
inline constexpr int status_could_not = 3;  // any other error

struct ProfileCommand {
  std::string_view name;
  std::string_view summary;
  // Returns the exit status, and throws Error for the rest. `arguments`: what follows the name.
  int (*call)(const Context&, const Arguments&);
};
[[nodiscard]] std::span<const ProfileCommand> profile_commands();

// Runs a command and turns what it throws into a message and one of these statuses.
int with_status(const Context& context, const std::function<int()>& command);

int profile_compile(const Context& context, const Arguments& arguments);
int profile_cost(const Context& context, const Arguments& arguments);
int profile_count(const Context& context, const Arguments& arguments);
int profile_diff(const Context& context, const Arguments& arguments);
int profile_disasm(const Context& context, const Arguments& arguments);
int profile_explain(const Context& context, const Arguments& arguments);
int profile_history(const Context& context, const Arguments& arguments);
int profile_lint(const Context& context, const Arguments& arguments);
int profile_check(const Context& context, const Arguments& arguments);
int profile_merge(const Context& context, const Arguments& arguments);
int profile_resolve(const Context& context, const Arguments& arguments);
int profile_show(const Context& context, const Arguments& arguments);

}  // namespace scrim::cli
