// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace scrim::inspect {

// Who started a process, from the path of its cgroup, as engines name them.
struct Place {
  std::string cgroup;  // the path, in the hierarchy that tells most
  std::string engine;  // "docker", "containerd", "podman", "cri-o"; empty: none that is known by its paths
  std::string id;      // of the container, in full; empty without one
};
// From the text of /proc/PID/cgroup (cgroups(7)).
[[nodiscard]] Place place_of(std::string_view cgroups);

[[nodiscard]] Place place_of_process(pid_t pid);

}  // namespace scrim::inspect
