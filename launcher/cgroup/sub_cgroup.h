// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/cgroup/cgroup.h"

namespace scrim::cgroup {

// `exec --cgroup`, as runc has it: where a process goes below the container's cgroups. Each is a path, or
// "controller[,controller…]:path" for those hierarchies of v1 only. Throws Error for a path with "..", and
// for a controller that the container has no cgroup of.
[[nodiscard]] Cgroup sub_cgroup(Cgroup container, const std::vector<std::string>& wanted);

// The cgroup v2 that a process of the container is in, as a directory, if that is another one below the
// container's own; "" otherwise.
[[nodiscard]] std::string unified_of(pid_t pid, const Cgroup& container);

}  // namespace scrim::cgroup
