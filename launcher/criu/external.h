// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

// What of a container is not its own: criu leaves it out of the images, and is told at restore what to put in
// its place (criu(8), --external and --inherit-fd).
namespace scrim::criu {

// The mount points, as the container sees them, of mounts whose file system is the host's: bind mounts, and
// what masks files. `container` and `own`: mountinfo of its first process and of ours. `apart`: the
// namespaces of the container that are not ours, as CLONE_NEW*.
[[nodiscard]] std::vector<std::string> external_mounts(std::string_view container, std::string_view own,
                                                       std::uint64_t apart);

// Whether a mount of a bundle is a bind mount of its own.
[[nodiscard]] bool is_bind(const bundle::Mount& mount);
// Whether it is to be read-only in the end: by its own options, and those that remount it later.
[[nodiscard]] bool is_wanted_readonly(const std::vector<bundle::Mount>& mounts, std::size_t at);

// One of them at restore.
struct ExternalMount {
  std::string mount_point;  // in the container
  std::string source;       // on the host
  bool readonly = false;    // as the bundle wants it
};
// All that the spec makes of that kind; what lies in them (rbind), too. `root`: the root file system, in
// which symbolic links of the destinations are followed. `own`: our mountinfo.
[[nodiscard]] std::vector<ExternalMount> restored_mounts(const bundle::Spec& spec, const os::Fd& root,
                                                         std::string_view own);

// Makes the mount points that a fresh root file system lacks, as their first creation did: in it, or in the
// bind mount that they lie in. What lies in another kind of mount is in the images.
void make_mount_points(const bundle::Spec& spec, const os::Fd& root);

// The key of a namespace that the container has joined ("net" or "pid", by a path of linux.namespaces), as
// runc names it: what one of us has dumped, the other can restore.
[[nodiscard]] std::string namespace_key(bundle::NamespaceType type);

}  // namespace scrim::criu
