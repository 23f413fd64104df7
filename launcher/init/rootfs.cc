// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/rootfs.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/os/in_root.h"
#include "launcher/os/mount.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

std::uint64_t mount_flag(bundle::Propagation propagation) {
  switch (propagation) {
    case bundle::Propagation::shared:
      return MS_SHARED;
    case bundle::Propagation::private_:
      return MS_PRIVATE;
    case bundle::Propagation::unbindable:
      return MS_UNBINDABLE;
    default:
      return MS_SLAVE;
  }
}

// pivot_root(2) refuses a new root whose parent mount is shared. The parent is the nearest ancestor that is
// the root of a mount; mount_setattr(2) answers EINVAL for any other directory.
void make_parent_private(std::string path) {
  for (;;) {
    if (mount(nullptr, path.c_str(), nullptr, MS_PRIVATE, nullptr) == 0) return;
    if (errno != EINVAL || path == "/") throw_errno(concat("make the mount around ", path, " private"));
    path = os::split_last(path).directory;
  }
}

}  // namespace

os::Fd attach_root(const std::string& path, bundle::Propagation propagation) {
  // What is unbindable could not be attached here: it becomes so at the end.
  const std::uint64_t at_first = mount_flag(
      propagation == bundle::Propagation::unbindable ? bundle::Propagation::private_ : propagation);
  if (mount(nullptr, "/", nullptr, at_first | MS_REC, nullptr) != 0)
    throw_errno("cut the mounts off from the host's");
  if (propagation == bundle::Propagation::shared) make_parent_private(path);
  const std::string what = concat("root file system ", path);
  const os::Fd place = os::open(path, O_PATH | O_DIRECTORY);
  os::Fd root = os::clone_mount(place, true, what);
  os::attach_mount(root, place, what);
  return root;
}

void change_root(const os::Fd& root, bool no_pivot) {
  if (fchdir(root.get()) != 0) throw_errno("enter the root file system");
  if (no_pivot) {
    if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) throw_errno("move the root file system to /");
    if (chroot(".") != 0) throw_errno("change root");
  } else {
    const os::Fd old_root = os::open("/", O_PATH | O_DIRECTORY);
    // Both in one place: the old root lies over the new one until it is unmounted (pivot_root(2), NOTES).
    if (syscall(SYS_pivot_root, ".", ".") != 0) throw_errno("pivot_root");
    if (fchdir(old_root.get()) != 0) throw_errno("enter the old root");
    // Unmounting must not reach the host.
    if (mount(nullptr, ".", nullptr, MS_SLAVE | MS_REC, nullptr) != 0) throw_errno("cut off the old root");
    if (umount2(".", MNT_DETACH) != 0) throw_errno("unmount the old root");
  }
  if (chdir("/") != 0) throw_errno("enter /");
}

void finish_root(bundle::Propagation propagation, bool readonly) {
  if (propagation != bundle::Propagation::unset &&
      mount(nullptr, "/", nullptr, mount_flag(propagation), nullptr) != 0)
    throw_errno("set linux.rootfsPropagation");
  if (readonly) {
    const os::Fd root = os::open("/", O_PATH | O_DIRECTORY);
    os::set_mount_attributes(root, {MOUNT_ATTR_RDONLY, 0}, false, "/");
  }
}

}  // namespace scrim::init
