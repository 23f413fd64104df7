// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "launcher/cgroup/cgroup.h"

namespace scrim::cgroup {

// A hierarchy as it is mounted.
struct MountedHierarchy {
  Hierarchy hierarchy;
  std::string
      root;  // the cgroup that shows at the mount point: "/" but in containers without a cgroup namespace
};

// The cgroup mounts of a mountinfo (proc_pid_mountinfo(5)) that can be reached by their path: each hierarchy
// once, those below /sys/fs/cgroup first in choice, and none that lies hidden below another mount.
[[nodiscard]] std::vector<MountedHierarchy> parse_mountinfo(std::string_view mountinfo);

// This process's hierarchies. Does not read mountinfo, which has thousands of lines on a busy node, if
// /sys/fs/cgroup itself is cgroup v2; then the root is "/", which is right for absolute paths: where it
// matters, ask for it.
enum class Roots : bool { assumed, needed };
[[nodiscard]] std::vector<MountedHierarchy> mounted_hierarchies(Roots roots);

// The cgroup that a /proc/PID/cgroup names for the hierarchy, as a path below its mount point ("/" if it lies
// outside of what the mount shows).
[[nodiscard]] std::string own_path(const MountedHierarchy& mounted, std::string_view proc_cgroup);

}  // namespace scrim::cgroup
