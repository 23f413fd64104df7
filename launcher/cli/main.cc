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
#include "launcher/cli/help.h"
#include "launcher/cli/parse.h"
#include "launcher/cli/version.h"
#include "launcher/delegate/delegate.h"
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

// What stands before the command. CLI11 stops at the first word that is no option of ours: the command.
struct CommandLine {
  Global global;
  bool version = false;
  std::string help;  // what is to be printed in place of a command: there is none, or --help
  bool asked_for_help = false;
  Arguments rest;  // the command and what follows
};

// What --help says of them. Apart from their parsing: no start of a container is to pay for texts.
void describe(CLI::App& app) {
  struct Option {
    const char* name;
    const char* type;
    const char* help;
  };
  constexpr std::array table{
      Option{"--root", "DIR", "where containers' state is kept (default: /run/scrim/containers)"},
      Option{"--log", "FILE", "also write messages to FILE"},
      Option{"--log-format", "FORMAT", "text or json (as runc writes it)"},
      Option{"--debug", "", "also say which profile was chosen, and why"},
      Option{"--config", "FILE", "use FILE instead of /etc/scrim/config.json"},
      Option{"--delegate", "RUNTIME", "resolve the profile, and let runc or crun do the rest"},
      Option{"--compiler", "COMPILER", "own, or libseccomp as a second opinion"},
      Option{"--verify", "", "prove each compiled filter equal to its profile, or stop"},
      Option{"--systemd-cgroup", "", "ask systemd for the container's cgroup, over D-Bus"},
      Option{"--version", "", "print what this is, and stop"},
      Option{"--help", "", "print this, and stop"},
  };
  app.description(
      "An OCI runtime whose heart is seccomp.\nusage: scrim [global options] COMMAND [options] …");
  for (const Option& option : table)
    app.get_option(option.name)->description(option.help)->type_name(option.type);
  show_commands(app, commands());
}

CommandLine parse_global(const Arguments& arguments) {
  CommandLine line;
  CLI::App app("", "scrim");
  app.set_help_flag();
  app.prefix_command();
  std::string log_format = "text";
  std::string compiler = "own";
  std::string ignored;
  // runc's, without a meaning here: scrim finds out by itself whether it is rootless.
  app.add_option("--criu", ignored)->group("");
  app.add_option("--rootless", ignored)->group("");
  app.add_option("--root", line.global.root);
  app.add_option("--log", line.global.log.file);
  app.add_option("--log-format", log_format)->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--debug", line.global.log.debug);
  app.add_option("--config", line.global.config_file);
  app.add_option("--delegate", line.global.delegate);
  app.add_option("--compiler", compiler)->check(CLI::IsMember({"own", "libseccomp"}));
  app.add_flag("--verify", line.global.verify);
  app.add_flag("--systemd-cgroup", line.global.systemd_cgroup);
  app.add_flag("-v,--version", line.version);
  app.add_flag("-h,--help", line.asked_for_help);
  if (!arguments.empty() && arguments.front() == help_json_option) describe(app);
  parse(app, arguments);
  if (compiler == "libseccomp") line.global.compiler = filter::Backend::libseccomp;
  if (log_format == "json") line.global.log.format = os::Log::Format::json;
  line.rest = app.remaining(true);
  if (line.asked_for_help || line.rest.empty()) {
    describe(app);
    line.help = help_text(app);
  }
  return line;
}

// Our own global options, which no delegate knows.
std::optional<std::string> own_option(const Arguments& arguments, std::size_t& at, std::string_view name) {
  const std::string& word = arguments[at];
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
  if (command == nullptr) throw Error(concat("no command \"", name, "\" (see scrim --help)"));
  // Not for launch, whose program is to find what its caller ignores, as with env(1).
  if (command->delegable) os::keep_exit_statuses();
  if (command->makes_process) {
    Arguments again{"scrim"};
    again.insert(again.end(), arguments.begin(), arguments.end());
    os::run_from_readonly(again);
  }
  return command->call({line.global, config, log}, Arguments(line.rest.begin() + 1, line.rest.end()));
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
      return line.asked_for_help ? 0 : 1;
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
