// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/exec_process.h"

#include <charconv>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

void pass_on(const document::Warnings& warnings, const Warn& warn) {
  for (const document::Warning& warning : warnings) warn(warning.text);
}

// Of the container's own what it warns of has been said when it was created.
bundle::Process process_of(const ContainerState& container) {
  if (container.process.is_null()) throw Error("its config.json has no process: one is needed (--process)");
  document::Warnings said_before;
  return bundle::read_process(container.process, "state.json", said_before);
}

bundle::Process read_file(const ContainerState& container, const std::string& file, const Warn& warn) {
  const std::string name = file == "-" ? "standard input" : file;
  const std::string text = file == "-" ? os::read_kernel_file("/dev/stdin") : document::read_text(file);
  document::Warnings warnings;
  bundle::Process process = bundle::read_process(document::json::parse(text, name), name, warnings);
  pass_on(warnings, warn);
  if (container.process.is_null()) return process;
  const bundle::Process first = process_of(container);
  if (!process.capabilities) process.capabilities = first.capabilities;
  if (process.rlimits.empty()) process.rlimits = first.rlimits;
  if (process.apparmor_profile.empty()) process.apparmor_profile = first.apparmor_profile;
  if (process.selinux_label.empty()) process.selinux_label = first.selinux_label;
  if (!process.oom_score_adj) process.oom_score_adj = first.oom_score_adj;
  if (!process.scheduler) process.scheduler = first.scheduler;
  if (!process.io_priority) process.io_priority = first.io_priority;
  if (!process.exec_affinity.initial && !process.exec_affinity.final)
    process.exec_affinity = first.exec_affinity;
  if (!process.user.umask) process.user.umask = first.user.umask;
  return process;
}

std::uint32_t number(std::string_view text, std::string_view what) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(concat("--user: ", what, " \"", text, "\" is no number (UID or UID:GID)"));
  return value;
}

void set_user(bundle::User& user, const std::string& text) {
  const std::size_t colon = text.find(':');
  user.uid = number(std::string_view(text).substr(0, colon), "user");
  if (colon != std::string::npos) user.gid = number(std::string_view(text).substr(colon + 1), "group");
}

void add_variable(std::vector<std::string>& env, const std::string& variable) {
  const std::size_t equals = variable.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(concat("--env \"", variable.substr(0, equals), "\": must have the form NAME=value"));
  std::erase_if(
      env, [&](const std::string& old) { return old.compare(0, equals + 1, variable, 0, equals + 1) == 0; });
  env.push_back(variable);
}

// Not to the inheritable set, which a container's processes do not need and which would survive execve of a
// program with file capabilities (CVE-2022-29162); without it there are no ambient ones either
// (capabilities(7)).
void add_capability(bundle::Capabilities& capabilities, const std::string& name) {
  const auto capability = resolve::CapabilitySet::number_of(name);
  if (!capability) throw Error(concat("--cap: no capability is called ", name, " (capabilities(7))"));
  capabilities.bounding.add(*capability);
  capabilities.permitted.add(*capability);
  capabilities.effective.add(*capability);
  if (capabilities.inheritable.has(*capability)) capabilities.ambient.add(*capability);
}

}  // namespace

bundle::Process process_to_exec(const ContainerState& container, const ProcessOptions& options,
                                const Warn& warn) {
  if (!options.file.empty()) return read_file(container, options.file, warn);
  if (options.args.empty()) throw Error("no command to run in the container (or --process)");
  bundle::Process process = process_of(container);
  process.args = options.args;
  process.terminal = options.terminal;
  process.console_size.reset();
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (process.cwd.front() != '/')
    throw Error(concat("--cwd ", process.cwd, ": must be an absolute path in the container"));
  for (const std::string& variable : options.env) add_variable(process.env, variable);
  if (!options.user.empty()) set_user(process.user, options.user);
  process.user.additional_gids.insert(process.user.additional_gids.end(), options.additional_gids.begin(),
                                      options.additional_gids.end());
  if (!options.capabilities.empty() && !process.capabilities) process.capabilities.emplace();
  for (const std::string& name : options.capabilities) add_capability(*process.capabilities, name);
  if (!options.apparmor_profile.empty()) process.apparmor_profile = options.apparmor_profile;
  if (!options.selinux_label.empty()) process.selinux_label = options.selinux_label;
  if (options.no_new_privileges) process.no_new_privileges = true;
  return process;
}

}  // namespace scrim::runtime
