// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "launcher/init/namespaces.h"
#include "launcher/os/child.h"
#include "launcher/os/fd.h"

namespace scrim::runtime {

struct Spawned {
  os::Child process;
  bool in_cgroup = false;  // it was born into the cgroup v2 directory
};

// Starts a child of ours in new namespaces, in those to join that cannot be joined later (user, pid), and, if
// the kernel lets it, in a cgroup v2 (an empty `cgroup`: none). `body` runs in it and never returns; it finds
// this process' memory as it was.
[[nodiscard]] Spawned spawn(const init::NamespacePlan& namespaces, const os::Fd& cgroup,
                            const std::function<void()>& body);

// /proc/PID/uid_map and gid_map (user_namespaces(7)): directly with the privilege for it or for a single id
// of our own, else through newuidmap(1) and newgidmap(1).
void map_ids(pid_t pid, const std::vector<bundle::IdMapping>& uids,
             const std::vector<bundle::IdMapping>& gids);

// False if map_ids() has to deny setgroups(2) for good: the kernel asks that of an unprivileged single
// mapping.
[[nodiscard]] bool mapping_allows_setgroups(const std::vector<bundle::IdMapping>& gids);

}  // namespace scrim::runtime
