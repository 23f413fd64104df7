// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/profile.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <vector>

#include "launcher/options/options.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

std::span<const ProfileCommand> profile_commands() {
  static constexpr std::array table{
      ProfileCommand{"check", "which of the calls that a program needs it denies", profile_check},
      ProfileCommand{"compile", "write the filter of a profile as a program", profile_compile},
      ProfileCommand{"cost", "what its filter costs, beside libseccomp's", profile_cost},
      ProfileCommand{"count", "how many calls it allows: always, for some arguments, never", profile_count},
      ProfileCommand{"diff", "what changes from one profile to another", profile_diff},
      ProfileCommand{"disasm", "read a program back, with names in the margin", profile_disasm},
      ProfileCommand{"explain", "what happens to a call, and because of which line", profile_explain},
      ProfileCommand{"history", "since when engines' defaults allow a call, and why", profile_history},
      ProfileCommand{"lint", "what is wrong with a profile, or will surprise", profile_lint},
      ProfileCommand{"merge", "one profile that allows what any, or all, of several allow", profile_merge},
      ProfileCommand{"resolve", "linux.seccomp for an architecture, kernel and capabilities",
                     profile_resolve},
      ProfileCommand{"show", "what happens to every call", profile_show},
  };
  return table;
}

namespace {

// --help is the only option that stands before the command's name.
void print_help(const Arguments& arguments) {
  Options app(
      "What a profile says, and the program it becomes.\n"
      "usage: scrim [global options] profile COMMAND [options] …",
      "scrim profile");
  app.footer("exit status: 0 as asked, 1 a finding, 2 wrong use, 3 could not");
  app.show_commands(profile_commands());
  try {
    app.parse(arguments);
  } catch (const HelpShown&) {
  }
}

const ProfileCommand& find(const std::string& name) {
  std::vector<std::string_view> names;
  for (const ProfileCommand& command : profile_commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  const std::string_view near = nearest_name(name, names);
  throw UsageError(concat("no command \"profile ", name, "\"",
                          near.empty() ? "" : concat("; did you mean ", near, "?"),
                          " (see scrim profile --help)"));
}

int dispatch(const Context& context, const Arguments& arguments) {
  if (arguments.empty()) {
    print_help({"--help"});
    return status_wrong_use;
  }
  if (arguments.front().starts_with('-')) {
    print_help(arguments);
    return status_as_asked;
  }
  return find(arguments.front()).call(context, Arguments(arguments.begin() + 1, arguments.end()));
}

}  // namespace

int with_status(const Context& context, const std::function<int()>& command) {
  try {
    const int status = command();
    // Half a listing in a full file system is no listing.
    if (!std::cout.flush()) throw Error("write to standard output: it takes no more");
    return status;
  } catch (const UsageError& error) {
    context.log.error(error.what());
    return status_wrong_use;
  } catch (const Error& error) {
    context.log.error(error.what());
    return status_could_not;
  }
}

int profile_command(const Context& context, const Arguments& arguments) {
  return with_status(context, [&] { return dispatch(context, arguments); });
}

}  // namespace scrim::cli
