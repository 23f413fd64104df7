// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/profile_source.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "launcher/cli/known_containers.h"
#include "launcher/options/options.h"
#include "launcher/runtime/store.h"
#include "libprofile/defaults/defaults.h"
#include "libprofile/document/file.h"
#include "libprofile/document/spo.h"
#include "libprofile/filter/own.h"
#include "libprofile/inspect/container.h"
#include "libprofile/inspect/process.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

std::optional<pid_t> number_in(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

ProfileSource of_process(pid_t pid, const std::string& name) {
  const inspect::Inspection inspection = inspect::inspect(pid);
  if (!inspection.not_read.empty()) throw Error(inspection.not_read);
  if (inspection.first().mode == kernel::SeccompMode::strict)
    throw Error(
        concat(name, ": it is in strict mode: read, write, exit and sigreturn alone, without a program"));
  ProfileSource source;
  source.target = inspect::target_of(inspection.first());
  source.enforced =
      inspect::enforced(name, inspect::programs_of(inspection.filters), source.target.architecture);
  return source;
}

// The text that a profile was resolved from, again: a resolution does not keep it.
std::optional<document::Profile> written(const resolve::Wanted& wanted, const resolve::Settings& settings) {
  document::Warnings told_already;
  const auto read = [&](const std::string& text, const std::string& file) {
    return document::read_profile_text(text, file, told_already);
  };
  if (const auto* const file = std::get_if<resolve::ProfileFile>(&wanted))
    return read(document::read_text(file->path), file->path);
  if (const auto* const local = std::get_if<resolve::Localhost>(&wanted))
    return read(resolve::read_localhost(settings.profile_root, local->path),
                resolve::localhost_file_name(settings.profile_root, local->path));
  if (const auto* const built_in = std::get_if<resolve::RuntimeDefault>(&wanted))
    return defaults::default_profile(built_in->engine.value_or(settings.runtime_default),
                                     built_in->engine ? built_in->version : settings.runtime_default_version);
  return std::nullopt;
}

}  // namespace

bool has_container(const Context& context, const std::string& name) {
  try {
    const std::vector<std::string> ids = runtime::Store(context.root()).ids();
    return std::ranges::find(ids, name) != ids.end();
  } catch (const SystemError& error) {
    if (error.code() == EACCES) return false;  // root's, and the caller is not
    throw;
  }
}

pid_t container_process(const Context& context, const std::string& name,
                        const std::vector<std::string>& runtime_roots) {
  if (has_container(context, name)) {
    const runtime::Container container = runtime::Store(context.root()).look(name);
    const runtime::ContainerState state = container.load();
    if (status_of(state, container) == runtime::Status::stopped || state.pid == 0)
      throw Error(concat("container ", name, " does not run"));
    return state.pid;
  }
  inspect::Containers containers = known_containers(context, runtime_roots);
  const std::optional<pid_t> pid = inspect::process_of_container(name, containers);
  if (!pid)
    throw Error(concat("no container ", name, " runs, neither scrim's (in ", context.root(),
                       ") nor one that an engine on this machine calls so"));
  return *pid;
}

ProfileSource profile_source(const Context& context, const ProfileOptions& options, const std::string& text) {
  constexpr std::string_view of_pid = "pid:";
  constexpr std::string_view of_container = "container:";
  if (text.starts_with(of_pid)) {
    const std::optional<pid_t> pid = number_in(std::string_view(text).substr(of_pid.size()));
    if (!pid) throw UsageError(concat("\"", text, "\": no process has such a number"));
    return of_process(*pid, text);
  }
  if (text.starts_with(of_container))
    return of_process(container_process(context, text.substr(of_container.size())), text);

  ProfileSource source;
  source.target.architecture = options.architectures.empty() ? resolve::native_architecture()
                                                             : architecture_of(options.architectures.front());
  const resolve::Wanted wanted = wanted_profile(text);
  if (std::holds_alternative<resolve::Unconfined>(wanted)) {
    source.enforced = inspect::enforced("Unconfined", {}, source.target.architecture);
    return source;
  }
  ProfileOptions each = options;
  each.profile = text;
  if (each.architectures.size() > 1) each.architectures.resize(1);
  const ResolvedProfile resolved = resolve_profile(context, each).front();
  source.resolved = resolved.seccomp;
  source.target = resolved.target;
  resolve::Settings settings = context.config.settings;
  if (!options.profile_root.empty()) settings.profile_root = options.profile_root;
  source.written = written(wanted, settings);
  if (const auto* const built_in = std::get_if<resolve::RuntimeDefault>(&wanted))
    source.engine = built_in->engine.value_or(settings.runtime_default);
  source.enforced = inspect::enforced(resolved.resolution.name,
                                      {filter::compile(make_table(policy_of(context, each, resolved)))},
                                      source.target.architecture);
  return source;
}

}  // namespace scrim::cli
