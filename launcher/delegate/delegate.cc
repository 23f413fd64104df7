// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/delegate.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "launcher/delegate/callers_bundle.h"
#include "launcher/delegate/command_line.h"
#include "launcher/delegate/resolved_bundle.h"
#include "launcher/delegate/shadow.h"
#include "launcher/os/program.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::delegate {

namespace {

bool succeeded(const os::ExitStatus& end) {
  return end.code == 0 && end.signal == 0;
}

// runc or crun, called with this command line.
class Delegate {
 public:
  Delegate(std::string program, CommandLine line) : program_(std::move(program)), line_(std::move(line)) {}

  [[nodiscard]] const CommandLine& line() const { return line_; }
  [[nodiscard]] Carrier carrier() const {
    return {program_, [this] { return ask_kind(program_); }};
  }

  [[noreturn]] void replace_us(const std::vector<std::string>& arguments) const {
    os::exec_program(program_, with_name(arguments));
  }
  [[nodiscard]] os::ExitStatus run(const os::SignalsHeld& signals,
                                   const std::vector<std::string>& arguments) const {
    return signals.run_in_foreground(program_, with_name(arguments));
  }
  [[nodiscard]] os::Captured capture(const std::vector<std::string>& arguments) const {
    return os::capture(program_, with_name(arguments), os::StandardError::inherited);
  }
  // True if the delegate has a container of that id and reads this shadow for it.
  [[nodiscard]] bool uses(const std::string& shadow, const std::string& id) const {
    const os::Captured state =
        os::capture(program_, with_name(state_of(line_, id)), os::StandardError::discarded);
    return succeeded(state.exit) && state.output.find(shadow) != std::string::npos;
  }
  // Where its containers' shadows are; of all of them if `id` is empty.
  [[nodiscard]] Place place(const std::string& base, const std::string& id) const {
    const std::string root = line_.root.empty() ? default_root(program_) : line_.root;
    // Resolved as far as it exists: Docker says /var/run, others /run.
    return {base, std::filesystem::weakly_canonical(root).string(), id};
  }

 private:
  [[nodiscard]] std::vector<std::string> with_name(const std::vector<std::string>& arguments) const {
    std::vector<std::string> out{program_};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
  }

  std::string program_;
  CommandLine line_;
};

}  // namespace

// A delegate that is scrim would delegate again, for ever.
static void refuse_ourselves(const std::string& program) {
  struct stat theirs {};
  struct stat ours {};
  if (stat(program.c_str(), &theirs) != 0) throw_errno(concat("find delegate ", program));
  if (stat("/proc/self/exe", &ours) == 0 && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino)
    throw Error(concat("delegate ", program, " is scrim itself (name runc or crun, or none at all)"));
}

// create, run, restore
static int start_container(const Delegate& delegate, const Invocation& invocation) {
  const CommandLine& line = delegate.line();
  const std::string& id = line.positionals.front();
  const ResolvedBundle resolved =
      resolve_bundle(line.bundle, line.config_file, invocation.config, delegate.carrier());
  if (invocation.warn)
    for (const std::string& warning : resolved.warnings) invocation.warn(warning);
  if (invocation.debug)
    for (const std::string& step : resolved.because) invocation.debug(step);

  const std::optional<std::string> base = base_directory();
  if (!base)
    throw Error(
        "no directory for the resolved config.json: XDG_RUNTIME_DIR is not set (it is /run/user/UID after "
        "login)");
  const Place place = delegate.place(*base, id);
  const os::SignalsHeld signals;
  const std::vector<IdleShadow> earlier = idle_shadows(place);
  Shadow shadow(place);
  shadow.write(resolved.config, resolved.bundle);
  const os::ExitStatus end = delegate.run(signals, with_bundle(line, shadow.path()));

  const bool in_foreground = line.command != "create" && !line.detach;
  const bool created = !in_foreground && succeeded(end);
  const bool surely_gone = end.signal == 0 && (in_foreground ? !line.keep : !succeeded(end));
  if (created || (!surely_gone && delegate.uses(shadow.path(), id))) {
    shadow.keep();
    // The delegate had no container of this id before, so whoever left these is gone.
    for (const IdleShadow& stale : earlier) remove_idle_shadow(stale.path);
  }
  return end.as_shell();
}

// delete; and checkpoint, after which runc removes the container unless it is told not to.
static int end_container(const Delegate& delegate, const Invocation& invocation) {
  const CommandLine& line = delegate.line();
  std::vector<IdleShadow> shadows;
  if (const std::optional<std::string> base = base_directory()) {
    if (line.regex) {
      shadows = idle_shadows_of_root(delegate.place(*base, ""));
    } else {
      for (const std::string& id : line.positionals) {
        const Place place = delegate.place(*base, id);
        for (IdleShadow& shadow : idle_shadows(place)) shadows.push_back(std::move(shadow));
        if (shadows.empty()) remove_empty_directories(place);
      }
    }
  }
  if (shadows.empty()) delegate.replace_us(invocation.arguments);

  const os::SignalsHeld signals;
  const os::ExitStatus end = delegate.run(signals, invocation.arguments);
  const bool deleted = line.command == "delete" && !line.regex && succeeded(end);
  for (const IdleShadow& shadow : shadows)
    if (deleted || !delegate.uses(shadow.path, shadow.id)) remove_idle_shadow(shadow.path);
  return end.as_shell();
}

// state, list
static int show_containers(const Delegate& delegate, const Invocation& invocation) {
  const std::optional<std::string> base = base_directory();
  if (!base || access(delegate.place(*base, "").root_directory().c_str(), F_OK) != 0)
    delegate.replace_us(invocation.arguments);
  const os::Captured captured = delegate.capture(invocation.arguments);
  os::write_all(STDOUT_FILENO, show_callers_bundles(captured.output, *base), "standard output");
  return captured.exit.as_shell();
}

int carry_out(const Invocation& invocation) {
  const std::string program = os::find_program(invocation.runtime);
  refuse_ourselves(program);
  const Delegate delegate(program, parse_command_line(invocation.arguments));
  const CommandLine& line = delegate.line();
  if (line.command == "create" || line.command == "run" || line.command == "restore") {
    // Without an id, the delegate only explains itself.
    if (!line.positionals.empty()) return start_container(delegate, invocation);
  }
  if (line.command == "delete" || line.command == "checkpoint") return end_container(delegate, invocation);
  if (line.command == "state" || line.command == "list") return show_containers(delegate, invocation);
  delegate.replace_us(invocation.arguments);
}

}  // namespace scrim::delegate
