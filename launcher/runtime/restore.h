// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/criu/options.h"
#include "launcher/runtime/create.h"

namespace scrim::runtime {

struct RestoreOptions {
  CreateOptions create;  // its no_new_keyring, preserve_fds and wait_for_start mean nothing here
  criu::Options criu;
  std::string lsm_profile;        // "apparmor:NAME" or "selinux:LABEL"; empty: as it was
  std::string lsm_mount_context;  // the same of SELinux mounts
};

// A container that runs again, from images that checkpoint() wrote, with the bundle's namespaces to join,
// bind mounts, limits and hooks (prestart and createRuntime when there are namespaces but no processes yet;
// createContainer and startContainer have had their effect). Everything else is as it was dumped: processes
// with their credentials and seccomp filters. The images are trusted as programs of root's are; still the
// container is killed, and Error thrown, if its filter does not mean what the bundle's profile does, or it
// may do more than the bundle lets it (check_privileges(), criu::check_mounts()). Its session keyring is a
// new one. The bundle's profile has to be prepared with `verify`.
[[nodiscard]] Created restore(PreparedBundle& bundle, const Store& store, RestoreOptions options,
                              const Warn& warn);

}  // namespace scrim::runtime
