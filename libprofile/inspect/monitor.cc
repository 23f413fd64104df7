// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/monitor.h"

#include <algorithm>

#include "libprofile/inspect/place.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/text.h"

namespace scrim::inspect {

namespace {

// The argument behind a name; conmon's are glib's, a shim's are Go's, and both write them apart.
std::string value_of(const std::vector<std::string>& arguments, std::string_view name) {
  const auto found = std::ranges::find(arguments, name);
  return found == arguments.end() || std::next(found) == arguments.end() ? std::string() : *std::next(found);
}

bool has(const std::vector<std::string>& arguments, std::string_view name) {
  return std::ranges::find(arguments, name) != arguments.end();
}

std::string parent_directory(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

std::optional<Monitor> read_monitor(std::string_view name, const std::vector<std::string>& arguments,
                                    std::string_view working_directory) {
  Monitor monitor;
  if (name == "conmon") {
    monitor.kind = Monitor::Kind::conmon;
    monitor.id = value_of(arguments, "-c");
    monitor.name = value_of(arguments, "-n");
    monitor.bundle = value_of(arguments, "-b");
    // Of an exec session it is a directory below the container's.
    if (has(arguments, "-e") && has(arguments, "--exec-process-spec"))
      monitor.bundle = parent_directory(monitor.bundle);
  } else if (name.starts_with("containerd-shim")) {  // what a name of 15 bytes shows of it
    monitor.id = value_of(arguments, "-id");
    monitor.shim_namespace = value_of(arguments, "-namespace");
    // containerd starts it in the bundle (runtime/v2/shim/util_unix.go and binary.go).
    monitor.bundle = working_directory;
  } else {
    return std::nullopt;
  }
  if (monitor.id.empty() || !monitor.bundle.starts_with('/')) return std::nullopt;
  return monitor;
}

Monitors::Monitors()
    : pid_namespace_(link_of("/proc/self/ns/pid")), mount_namespace_(link_of("/proc/self/ns/mnt")) {}

const std::optional<Monitor>& Monitors::at(pid_t pid) {
  const auto [found, is_new] = known_.try_emplace(pid);
  if (!is_new) return found->second;
  std::string name = read_proc(concat("/proc/", pid, "/comm")).value_or("");
  if (name.ends_with('\n')) name.pop_back();
  if (name != "conmon" && !name.starts_with("containerd-shim")) return found->second;
  const std::optional<uid_t> user = user_of(pid);
  if (!user || link_of(concat("/proc/", pid, "/ns/pid")) != pid_namespace_) return found->second;
  const bool shares_mounts = link_of(concat("/proc/", pid, "/ns/mnt")) == mount_namespace_;
  if (!shares_mounts && !place_of_process(pid).id.empty()) return found->second;
  found->second = read_monitor(name, arguments_of(pid), link_of(concat("/proc/", pid, "/cwd")).value_or(""));
  if (!found->second) return found->second;
  found->second->user = *user;
  if (!shares_mounts) found->second->root = concat("/proc/", pid, "/root");
  return found->second;
}

const Monitor* Monitors::over(pid_t pid) {
  constexpr int most_generations = 1000;
  for (int i = 0; i < most_generations; ++i) {
    const std::optional<pid_t> parent = parent_of(pid);
    if (!parent || *parent <= 1) return nullptr;
    if (const std::optional<Monitor>& monitor = at(*parent)) return &*monitor;
    pid = *parent;
  }
  return nullptr;
}

}  // namespace scrim::inspect
