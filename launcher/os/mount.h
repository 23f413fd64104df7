// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "launcher/os/fd.h"

// The kernel's mount interface by descriptors (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2);
// Linux 5.12): a mount is made and given its attributes while it is detached, and attached to an open file,
// so that no path is looked up twice. Errors name the mount as `what` ("proc on /proc").
namespace scrim::os {

// MOUNT_ATTR_* bits of mount_setattr(2).
struct MountAttributes {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
};

// A new instance of a file system, detached. Parameters without a value are flags. The message has what the
// file system itself said about it (fsopen(2), "message retrieval").
[[nodiscard]] Fd new_mount(const std::string& type, const std::string& source,
                           const std::vector<std::pair<std::string, std::string>>& parameters,
                           MountAttributes attributes, const std::string& what);

// A detached copy of what is mounted at a path of ours, or on an open file: a bind mount.
[[nodiscard]] Fd clone_mount(const std::string& source, bool recursive, const std::string& what);
[[nodiscard]] Fd clone_mount(const Fd& source, bool recursive, const std::string& what);

void set_mount_attributes(const Fd& mount, MountAttributes attributes, bool recursive,
                          const std::string& what);

// Makes the owners of files appear as `user_namespace` maps them (MOUNT_ATTR_IDMAP). The mount must be
// detached.
void map_mount_ids(const Fd& mount, const Fd& user_namespace, bool recursive, const std::string& what);

// propagation: MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE (mount_namespaces(7)).
void set_propagation(const Fd& mount, std::uint64_t propagation, bool recursive, const std::string& what);

// Gives the file system of an attached mount other parameters (mount(8), remount).
void reconfigure_mount(const Fd& mount, const std::vector<std::pair<std::string, std::string>>& parameters,
                       const std::string& what);

// Attaches a detached mount to an open directory or file, over whatever is there.
void attach_mount(const Fd& mount, const Fd& target, const std::string& what);

}  // namespace scrim::os
