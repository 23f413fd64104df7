// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// Cuts this mount namespace off from the host's (linux.rootfsPropagation, slave if unset) and mounts the root
// file system on itself, so that it can become the root. Returns that mount.
[[nodiscard]] os::Fd attach_root(const std::string& path, bundle::Propagation propagation);

// Makes it the root of this process and takes everything else away: pivot_root(2), or with `no_pivot` (an
// initramfs cannot be pivoted away from) a move of the mount and chroot(2). The working directory is the new
// root afterwards.
void change_root(const os::Fd& root, bool no_pivot);

// After change_root(): linux.rootfsPropagation of the root itself, and root.readonly.
void finish_root(bundle::Propagation propagation, bool readonly);

}  // namespace scrim::init
