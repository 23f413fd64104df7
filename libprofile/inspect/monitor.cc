// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/monitor.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

// Whether a process is a user's: by its own user, or by who owns its user namespace or one around that.
bool belongs_to(pid_t pid, uid_t user) {
  if (user_of(pid) == user) return true;
  constexpr int most_levels = 33;  // user_namespaces(7): 32 may be nested
  int space = ::open(concat("/proc/", pid, "/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
  bool found = false;
  for (int i = 0; i < most_levels && space >= 0 && !found; ++i) {
    uid_t owner = 0;
    found = ::ioctl(space, NS_GET_OWNER_UID, &owner) == 0 && owner == user;
    const int outer = found ? -1 : ::ioctl(space, NS_GET_PARENT);
    ::close(space);
    space = outer;
  }
  if (space >= 0) ::close(space);
  return found;
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
  found->second->pid = pid;
  found->second->user = *user;
  if (!shares_mounts) found->second->root = concat("/proc/", pid, "/root");
  return found->second;
}

std::optional<pid_t> Monitors::parent(pid_t pid) {
  const auto [found, is_new] = parents_.try_emplace(pid);
  if (is_new) found->second = parent_of(pid);
  return found->second;
}

const Monitor* Monitors::over(pid_t pid) {
  constexpr int most_generations = 1000;
  const Monitor* outermost = nullptr;
  std::optional<pid_t> above = parent(pid);
  for (int i = 0; i < most_generations && above && *above > 1; ++i) {
    const std::optional<Monitor>& monitor = at(*above);
    if (monitor && (monitor->user == 0 || belongs_to(pid, monitor->user))) outermost = &*monitor;
    above = parent(*above);
  }
  return outermost;
}

}  // namespace scrim::inspect
