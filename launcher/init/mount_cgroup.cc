// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>

#include "launcher/init/mount_options.h"
#include "launcher/init/mounts.h"
#include "launcher/os/in_root.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// A cgroup namespace (cgroup_namespaces(7)) shows a fresh mount only the container's part; without one, that
// part is bound. A fresh mount is refused where the host's namespace owns the hierarchy: then it is bound
// too.
os::Fd open_hierarchy(const cgroup::Membership& membership, bool fresh, os::MountAttributes attributes,
                      const std::string& what) {
  if (fresh) {
    try {
      if (membership.hierarchy.unified()) return os::new_mount("cgroup2", "cgroup", {}, attributes, what);
      Parameters controllers;
      for (const std::string& controller : membership.hierarchy.controllers) {
        const std::size_t equals = controller.find('=');
        if (equals == std::string::npos) {
          controllers.emplace_back(controller, "");
        } else {
          controllers.emplace_back("none", "");
          controllers.emplace_back(controller.substr(0, equals), controller.substr(equals + 1));
        }
      }
      return os::new_mount("cgroup", "cgroup", controllers, attributes, what);
    } catch (const SystemError& error) {
      if (error.code() != EPERM && error.code() != EBUSY) throw;
    }
  }
  os::Fd bound = os::clone_mount(membership.path, false, what);
  os::set_mount_attributes(bound, attributes, false, what);
  return bound;
}

// cgroup v1 as runc lays it out: a tmpfs with a directory for each hierarchy, named after where the host has
// it, and a link for each controller of a joint one.
void mount_v1(const bundle::Mount& mount, const MountOptions& options, const MountContext& context) {
  const std::string what = concat("cgroup on ", mount.destination);
  const os::Fd target = os::make_directory_in_root(context.root, mount.destination);
  const os::Fd top = os::new_mount("tmpfs", "tmpfs", {{"mode", "755"}},
                                   {MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0}, what);
  os::attach_mount(top, target, what);
  for (const cgroup::Membership& membership : context.cgroup.memberships) {
    const std::string name = os::split_last(membership.hierarchy.mount_point).name;
    if (mkdirat(top.get(), name.c_str(), 0755) != 0)
      throw_errno(concat("make ", mount.destination, "/", name));
    const os::Fd place = os::open_at(top, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    const std::string part = concat("cgroup on ", mount.destination, "/", name);
    os::attach_mount(open_hierarchy(membership, context.new_cgroup_namespace, options.attributes, part),
                     place, part);
    for (const std::string& controller : membership.hierarchy.controllers) {
      const bool plain = controller.find('=') == std::string::npos && controller != name;
      if (plain && symlinkat(name.c_str(), top.get(), controller.c_str()) != 0 && errno != EEXIST)
        throw_errno(concat("link ", mount.destination, "/", controller));
    }
  }
  if ((options.attributes.set & MOUNT_ATTR_RDONLY) != 0)
    os::set_mount_attributes(top, {MOUNT_ATTR_RDONLY, 0}, false, what);
}

}  // namespace

void mount_cgroup(const bundle::Mount& mount, const MountContext& context) {
  const MountOptions options = parse_mount_options(mount.options);
  const std::string what = concat("cgroup on ", mount.destination);
  const auto& memberships = context.cgroup.memberships;
  if (memberships.size() == 1 && memberships.front().hierarchy.unified()) {
    const os::Fd target = os::make_directory_in_root(context.root, mount.destination);
    // Even in the host's cgroup namespace a fresh mount is what runc gives: the host's whole tree.
    os::attach_mount(open_hierarchy(memberships.front(), true, options.attributes, what), target, what);
    return;
  }
  if (memberships.empty()) {
    // Rootless without a cgroup of its own: what the host shows, read-only, as runc does.
    bundle::Mount bound = mount;
    bound.type = "bind";
    bound.source = "/sys/fs/cgroup";
    bound.options = {"rbind", "nosuid", "noexec", "nodev", "ro"};
    static_cast<void>(perform(bound, context));
    return;
  }
  mount_v1(mount, options, context);
}

}  // namespace scrim::init
