// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

// A container's cgroups, whichever version the host mounts.
namespace scrim::cgroup {

// One hierarchy of the host (cgroups(7)).
struct Hierarchy {
  std::string mount_point;               // "/sys/fs/cgroup/memory"
  std::vector<std::string> controllers;  // of v1: "cpu", "cpuacct", or "name=systemd"; empty: v2
  [[nodiscard]] bool unified() const { return controllers.empty(); }
};

// The hierarchies that this process sees (/proc/self/mountinfo).
[[nodiscard]] std::vector<Hierarchy> host_hierarchies();

// Where a container is in one hierarchy.
struct Membership {
  Hierarchy hierarchy;
  std::string path;  // absolute directory below mount_point
};

// The container's directories, as values: create, join and remove are free to be called by different
// processes (create and delete commands). Written into the container's state.
struct Cgroup {
  std::vector<Membership> memberships;
  // systemd's unit that they are of, and the slice that it is in; empty: made directly.
  std::string unit, slice;
};

// Whether the host has cgroup v2 and nothing else. Not if there is no cgroup at all.
[[nodiscard]] bool is_v2(const Cgroup& cgroup);

enum class Manager : bool { cgroupfs, systemd };

// Where the container belongs: linux.cgroupsPath below the mount point (absolute) or below this process's own
// cgroup (relative, or `id` if empty), as runc places it; "slice:prefix:name" is systemd's form, placed as
// cgroupfs would.
// With Manager::systemd the directories are where systemd would make them (see systemd.h).
[[nodiscard]] Cgroup place(const bundle::Spec& spec, const std::string& id,
                           Manager manager = Manager::cgroupfs);

// Makes the directories (mkdir -p). Where this process may not (rootless) and no cgroupsPath was asked for,
// the hierarchy is left out of the result.
[[nodiscard]] Cgroup create(Cgroup wanted, bool must_succeed);

// Applies linux.resources: device rules and limits.
void apply_resources(const Cgroup& cgroup, const bundle::Spec& spec, document::Warnings& warnings);

// Changes the limits of a container that is there already. `wanted`: the members of linux.resources to
// change, read from `file`; zeros and empty ones are no change, as engines write them, and device rules stay
// as they are. `current`: what was asked for so far (values depend on one another: swap on memory, period on
// quota). Returns both together. If the kernel refuses something, what was written before is taken back, and
// SystemError names it.
[[nodiscard]] document::json::Value update_limits(const Cgroup& cgroup, const document::json::Value& current,
                                                  const document::json::Value& wanted,
                                                  const std::string& file, document::Warnings& warnings);

// Puts a process into all of them. Each hierarchy takes the kernel's lock on all thread groups, and the first
// one waits an RCU grace period for it (10 ms and more): a process that is yet to be made starts faster
// through an Entrance.
void join(const Cgroup& cgroup, pid_t pid);

// The way in for a process that its parent makes, without that lock (cgroup_procs_write_start() of the
// kernel): into the v2 cgroup by clone3(2) with CLONE_INTO_CGROUP, into those of v1 by itself. If clone3
// refuses the flag (before Linux 5.7: EINVAL or E2BIG; EACCES, EBUSY, EOPNOTSUPP for the cgroup), make the
// process without it and join() it.
struct Entrance {
  os::Fd unified;  // clone_args::cgroup; none if the container has no v2 cgroup
  struct V1 {
    os::Fd tasks;      // its file "tasks", to be written to
    std::string path;  // of the cgroup
  };
  std::vector<V1> v1;
};
[[nodiscard]] Entrance open_entrance(const Cgroup& cgroup);
// Its v1 part again, in another process that got the descriptors, in their order.
[[nodiscard]] Entrance entrance_of(const Cgroup& cgroup, std::vector<os::Fd> v1_tasks);

// Puts the calling process, which has only one thread yet, into the v1 cgroups. Works in whatever namespaces
// it is.
void enter(const Entrance& entrance);

// All processes in it and below.
[[nodiscard]] std::vector<pid_t> processes(const Cgroup& cgroup);

// Sends a signal to all of them, again until none is left if it is SIGKILL.
void signal_all(const Cgroup& cgroup, int signal);

// The directory whose files freeze it: v1's freezer, or the v2 one; nothing if it has none.
[[nodiscard]] std::optional<std::string> freezer_directory(const Cgroup& cgroup);

// Stops all processes in it and below, and returns when they stand still. Throws Error, with all of them let
// go again, if some do not within ten seconds.
void freeze(const Cgroup& cgroup);

// Lets them go on.
void thaw(const Cgroup& cgroup);

// Whether all of them stand still; false if it is gone.
[[nodiscard]] bool is_frozen(const Cgroup& cgroup);

// Lets those die that SIGKILL was sent to: in a frozen v1 cgroup nothing dies, v2's lets them.
void let_die(const Cgroup& cgroup);

// Removes the directories, children first, waiting (up to ten seconds) for dying processes to leave. Nothing
// is an error that is already gone.
void remove(const Cgroup& cgroup);

// Removes what has neither processes nor cgroups below it. False if something is left, or is systemd's to
// remove.
[[nodiscard]] bool remove_if_empty(const Cgroup& cgroup);

}  // namespace scrim::cgroup
