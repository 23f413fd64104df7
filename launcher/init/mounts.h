// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/bundle/spec.h"
#include "launcher/cgroup/cgroup.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// What the mounts of a container need to know beside the spec.
struct MountContext {
  const os::Fd& root;  // the root file system, attached
  const cgroup::Cgroup& cgroup;
  bool new_cgroup_namespace = false;
  bool user_namespace = false;
};

// Mounts that something is still to be done with.
struct Performed {
  os::Fd readonly_later;  // when everything in it has been made: a tmpfs, /dev with devices and mount points
  os::Fd proc;            // writable, for linux.sysctl
};

// Carries out one entry of `mounts`. The destination is made where it does not exist and never leaves the
// root. `opened`: the source of a bind mount as a detached mount, if the runtime has opened it.
[[nodiscard]] Performed perform(const bundle::Mount& mount, const MountContext& context,
                                const os::Fd* opened = nullptr);

// Whether it shows cgroups: the process has to be in its own then.
[[nodiscard]] bool mounts_cgroups(const bundle::Mount& mount);

// Whether it puts into memory what the image has there (tmpcopyup).
[[nodiscard]] bool copies_up(const bundle::Mount& mount);

// Mounts the container's view of the cgroup hierarchies (type "cgroup"), whichever version the host has.
void mount_cgroup(const bundle::Mount& mount, const MountContext& context);

}  // namespace scrim::init
