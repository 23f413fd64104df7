// SPDX-License-Identifier: Apache-2.0
// scrim-hook-resolve: a precreate hook (containers-common, pkg/hooks/docs/oci-hooks.5). config.json comes on
// standard input; the config.json that takes its place, with the resolved profile in it, goes to standard
// output. Whatever fails, nothing is written and the status is 1, at which Podman does not create the
// container.
#include <syslog.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hooks/hook_io.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace {

using scrim::concat;
using scrim::document::json::Value;
using scrim::hooks::report;
using scrim::hooks::write_all;

constexpr std::string_view program = "scrim-hook-resolve";

constexpr std::string_view help =
    R"(Usage: scrim-hook-resolve [--config FILE] [--profile WANTED] < config.json > new-config.json

Resolves the seccomp profile of a container and writes it into linux.seccomp. Podman calls it as a "precreate" hook.

  --config FILE     what profiles mean here (default: /etc/scrim/config.json, if it exists)
  --profile WANTED  the profile of every container this hook is called for, in place of what the engine chose:
                    RuntimeDefault, RuntimeDefault@ENGINE[-VERSION], Localhost:PATH or Unconfined
  --help            print this
  --version         print the version

Errors and warnings go to standard error; if that is /dev/null, as under Podman, to the system's log
(journalctl -t scrim-hook-resolve).
)";

struct Options {
  std::string config = scrim::resolve::default_runtime_config;
  bool config_given = false;
  std::optional<std::string> profile;
  bool help = false;
  bool version = false;
};

// "--name VALUE" and "--name=VALUE".
Options parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::string_view name = argument.substr(0, argument.find('='));
    const auto value = [&]() -> std::string {
      if (name.size() < argument.size()) return std::string(argument.substr(name.size() + 1));
      if (i + 1 == arguments.size()) throw scrim::Error(concat(name, " needs a value (--help tells which)"));
      return arguments[++i];
    };
    if (name == "--config") {
      options.config = value();
      options.config_given = true;
    } else if (name == "--profile") {
      options.profile = value();
    } else if (argument == "--help") {
      options.help = true;
    } else if (argument == "--version") {
      options.version = true;
    } else {
      throw scrim::Error(concat("unknown argument \"", argument, "\" (--help lists those there are)"));
    }
  }
  return options;
}

// --profile has the rank of a trusted run.scrim.profile: before linux.seccomp and the marks of privilege.
scrim::resolve::Request installed_request(const std::string& profile) {
  std::optional<scrim::resolve::Wanted> wanted = scrim::resolve::parse_wanted(profile);
  if (!wanted) throw scrim::Error(concat("--profile \"", profile, "\": not ", scrim::resolve::wanted_forms));
  std::string because = concat(program, " --profile asks for ", scrim::resolve::describe(*wanted));
  return {std::move(*wanted), false, {std::move(because)}};
}

void resolve_standard_input(const Options& options) {
  constexpr std::string_view file = "config.json";
  const scrim::resolve::RuntimeConfig runtime_config =
      scrim::resolve::load_runtime_config(options.config, options.config_given);
  Value config = scrim::document::json::parse(
      scrim::document::read_standard_input(concat(file, " from standard input")), file);

  scrim::document::Warnings warnings;
  const scrim::resolve::Request request =
      options.profile ? installed_request(*options.profile)
                      : scrim::resolve::bundle_request(config, file, runtime_config, warnings);
  const scrim::resolve::Target target{scrim::resolve::native_architecture(), scrim::resolve::running_kernel(),
                                      scrim::resolve::bounding_set(config)};
  const scrim::resolve::Resolution resolution =
      scrim::resolve::resolve(request, runtime_config.settings, target);
  scrim::resolve::write_resolution(config, resolution);

  warnings.insert(warnings.end(), resolution.warnings.begin(), resolution.warnings.end());
  for (const scrim::document::Warning& warning : warnings)
    report(program, LOG_WARNING, "warning: ", warning.text);
  write_all(STDOUT_FILENO, scrim::document::json::to_text(config));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // A reader that went away is then an error of write(2) with a message.
    std::signal(SIGPIPE, SIG_IGN);
    const Options options = parse_options({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
    if (options.help)
      write_all(STDOUT_FILENO, help);
    else if (options.version)
      write_all(STDOUT_FILENO, concat(program, " ", SCRIM_VERSION, "\n"));
    else
      resolve_standard_input(options);
    return 0;
  } catch (const std::exception& error) {
    report(program, LOG_ERR, "", error.what());
    return 1;
  }
}
