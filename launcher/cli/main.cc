// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "launcher/cli/command.h"
#include "launcher/cli/version.h"
#include "launcher/delegate/delegate.h"
#include "launcher/options/options.h"
#include "launcher/os/inherited.h"
#include "launcher/os/own_program.h"
#include "launcher/runtime/store.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

std::string Context::root() const {
  return global.root.empty() ? runtime::default_root() : std::filesystem::absolute(global.root).string();
}

namespace {

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& command) { return command.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// What stands before the command.
struct CommandLine {
  Global global;
  bool version = false;
  std::string help;  // what to print for want of a command
  Arguments rest;    // the command and what follows
};

CommandLine parse_global(const Arguments& arguments) {
  CommandLine line;
  Options app("An OCI runtime whose heart is seccomp.\nusage: scrim [global options] COMMAND [options] …",
              "scrim");
  std::string log_format = "text";
  std::string compiler = "own";
  std::string ignored;
  app.stop_at_first_word();
  app.allow_unknown();  // a delegate may have it
  app.add_option("--root DIR", line.global.root,
                 "where containers' state is kept (default: /run/scrim/containers)");
  app.add_option("--log FILE", line.global.log.file, "also write messages to FILE");
  app.add_option("--log-format FORMAT", log_format, "text or json (as runc writes it)")
      .one_of({"text", "json"});
  app.add_flag("--debug", line.global.log.debug, "also say which profile was chosen, and why");
  app.add_option("--config FILE", line.global.config_file, "use FILE instead of /etc/scrim/config.json");
  app.add_option("--delegate RUNTIME", line.global.delegate,
                 "resolve the profile, and let runc or crun do the rest");
  app.add_option("--criu FILE", line.global.criu, "what checkpoint and restore run (default: criu in $PATH)");
  app.add_option("--compiler COMPILER", compiler, "own, or libseccomp as a second opinion")
      .one_of({"own", "libseccomp"});
  app.add_flag("--verify", line.global.verify, "prove each compiled filter equal to its profile, or stop");
  app.add_flag("--systemd-cgroup", line.global.systemd_cgroup,
               "ask systemd for the container's cgroup, over D-Bus");
  // runc's, without a meaning here: scrim finds out by itself whether it is rootless.
  app.add_option("--rootless", ignored).hidden();
  app.add_flag("-v,--version", line.version, "print what this is, and stop");
  app.show_commands(commands());
  app.parse(arguments);
  if (compiler == "libseccomp") line.global.compiler = filter::Backend::libseccomp;
  if (log_format == "json") line.global.log.format = os::Log::Format::json;
  line.rest = app.rest();
  if (line.rest.empty()) line.help = app.help_text();
  return line;
}

// Our own global options, which no delegate knows; with one dash or two.
std::optional<std::string> own_option(const Arguments& arguments, std::size_t& at, std::string_view name) {
  std::string word = arguments[at];
  if (word.starts_with('-') && !word.starts_with("--")) word.insert(0, 1, '-');
  if (word == name) {
    if (++at == arguments.size()) throw Error(concat(name, " needs a value"));
    return arguments[at];
  }
  const std::string with_value = concat(name, "=");
  if (word.starts_with(with_value)) return word.substr(with_value.size());
  return std::nullopt;
}

// The same command line as the delegate is to see it.
Arguments without_own_options(const Arguments& arguments, const Arguments& rest) {
  const std::size_t command_at = arguments.size() - rest.size();
  Arguments kept;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (at < command_at &&
        (own_option(arguments, at, "--config") || own_option(arguments, at, "--delegate") ||
         own_option(arguments, at, "--compiler")))
      continue;
    kept.push_back(arguments[at]);
  }
  return kept;
}

int carry_out(const CommandLine& line, os::Log& log, const Arguments& arguments,
              resolve::RuntimeConfig config, const std::string& runtime) {
  delegate::Invocation invocation;
  invocation.runtime = runtime;
  invocation.arguments = without_own_options(arguments, line.rest);
  invocation.config = std::move(config);
  invocation.warn = [&log](std::string_view message) { log.warning(message); };
  invocation.debug = [&log](std::string_view message) { log.debug(message); };
  return delegate::carry_out(invocation);
}

resolve::RuntimeConfig load_config(const Global& global) {
  return global.config_file.empty() ? resolve::load_runtime_config(resolve::default_runtime_config, false)
                                    : resolve::load_runtime_config(global.config_file, true);
}

int run(const CommandLine& line, os::Log& log, const Arguments& arguments) {
  const std::string& name = line.rest.front();
  const Command* command = find_command(name);
  const resolve::RuntimeConfig config = load_config(line.global);
  // A command that only runc has may still be a delegate's.
  if (command == nullptr || command->delegable) {
    const std::string& runtime = line.global.delegate.empty() ? config.delegate : line.global.delegate;
    if (!runtime.empty() && line.global.verify)
      throw Error(concat("--verify: ", runtime, ", which carries this out, compiles the filter by itself"));
    if (!runtime.empty()) return carry_out(line, log, arguments, config, runtime);
  }
  if (command == nullptr && name.starts_with('-'))
    throw UsageError(concat("unknown option ", name, " (see scrim --help)"));
  if (command == nullptr) throw Error(concat("no command \"", name, "\" (see scrim --help)"));
  // Not for launch, whose program is to find what its caller ignores, as with env(1).
  if (command->delegable) os::keep_exit_statuses();
  os::Fd own_mount;
  if (command->makes_process) {
    Arguments again{"scrim"};
    again.insert(again.end(), arguments.begin(), arguments.end());
    own_mount = os::run_from_readonly(again);
  }
  return command->call({line.global, config, log, own_mount},
                       Arguments(line.rest.begin() + 1, line.rest.end()));
}

int main_of(const Arguments& arguments) {
  std::optional<os::Log> log;
  int failure_status = 1;
  try {
    const CommandLine line = parse_global(arguments);
    if (line.version) {
      std::cout << version_text();
      return 0;
    }
    if (!line.help.empty()) {
      std::cout << line.help;
      return 1;
    }
    if (const Command* command = find_command(line.rest.front())) failure_status = command->failure_status;
    log.emplace(line.global.log);
    return run(line, *log, arguments);
  } catch (const HelpShown&) {
    return 0;
  } catch (const std::exception& error) {
    if (!log) log.emplace(os::Log::Options{});
    log->error(error.what());
    return failure_status;
  }
}

}  // namespace

}  // namespace scrim::cli

int main(int argc, char** argv) {
  scrim::os::fill_standard_streams();
  return scrim::cli::main_of(scrim::cli::Arguments(argv + std::min(argc, 1), argv + argc));
}
