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

// Carries out one entry of `mounts`. The destination is made where it does not exist and never leaves the
// root. A mount that is to become read-only when everything in it has been made (a tmpfs, /dev: devices and
// the mount points of later entries) is returned. `opened`: the source of a bind mount as a detached mount,
// if the runtime has opened it.
[[nodiscard]] os::Fd perform(const bundle::Mount& mount, const MountContext& context,
                             const os::Fd* opened = nullptr);

// Mounts the container's view of the cgroup hierarchies (type "cgroup"), whichever version the host has.
void mount_cgroup(const bundle::Mount& mount, const MountContext& context);

}  // namespace scrim::init
