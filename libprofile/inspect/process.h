// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/inspect/known.h"
#include "libprofile/kernel/read_back.h"

// Processes that run, and what is enforced on them.
namespace scrim::inspect {

// Who started a process, from the path of its cgroup, as engines name them.
struct Place {
  std::string cgroup;  // the path, in the hierarchy that tells most
  std::string engine;  // "docker", "containerd", "podman", "cri-o"; empty: none that is known by its paths
  std::string id;      // of the container, in full; empty without one
};
// From the text of /proc/PID/cgroup (cgroups(7)).
[[nodiscard]] Place place_of(std::string_view cgroups);

struct FilteredProcess {
  pid_t pid = 0;
  kernel::ThreadStatus status;  // of its first thread
  Place place;
};
// Every process that `wanted` is true for; those that end meanwhile are left out.
[[nodiscard]] std::vector<FilteredProcess> processes_where(
    const std::function<bool(const FilteredProcess&)>& wanted);

// The process of a container that is named by its id (or twelve and more characters that it starts with), or
// by the last part of its cgroup's path; the one with the lowest number. Nothing if there is none.
[[nodiscard]] std::optional<pid_t> process_of_container(std::string_view name);

// What is known of one process.
struct Inspection {
  pid_t pid = 0;
  Place place;
  std::vector<kernel::ThreadStatus> threads;
  std::vector<kernel::LoadedFilter> filters;  // of the first thread, the one installed last first
  // Why these are not known although there are some; empty if they are.
  std::string not_read;
  // Threads on which something else is enforced than on the first one.
  std::vector<kernel::ThreadStatus> differing;
  [[nodiscard]] const kernel::ThreadStatus& first() const { return threads.front(); }
};
// Throws Error if there is no such process. Filters that could not be read are no error.
[[nodiscard]] Inspection inspect(pid_t pid);

// Filters together, in the form that the rest of this folder takes.
[[nodiscard]] std::vector<filter::Program> programs_of(const std::vector<kernel::LoadedFilter>& filters);

// What a process' default profile would be: this machine, its kernel, and the process' bounding set.
[[nodiscard]] resolve::Target target_of(const kernel::ThreadStatus& status);

}  // namespace scrim::inspect
