// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/protected_paths.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "launcher/os/in_root.h"
#include "launcher/os/mount.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

void make_readonly(const std::vector<std::string>& paths, const os::Fd& root) {
  for (const std::string& path : paths) {
    const std::optional<os::Fd> target = os::find_in_root(root, path, O_PATH);
    if (!target) continue;
    const std::string what = concat("read-only ", path);
    const os::Fd mount = os::clone_mount(*target, true, what);
    os::set_mount_attributes(mount, {MOUNT_ATTR_RDONLY, 0}, true, what);
    os::attach_mount(mount, *target, what);
  }
}

namespace {

// The one empty directory that covers all masked ones: made once, then cloned from where it was attached
// first.
class EmptyDirectory {
 public:
  void cover(const os::Fd& target, const std::string& what) {
    os::Fd mount =
        first_ ? os::clone_mount(first_, false, what)
               : os::new_mount(
                     "tmpfs", "tmpfs", {{"nr_inodes", "1"}, {"mode", "755"}},
                     {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0}, what);
    os::attach_mount(mount, target, what);
    if (!first_) first_ = std::move(mount);
  }

 private:
  os::Fd first_;
};

os::Fd open_null_device() {
  os::Fd null = os::open("/dev/null", O_PATH | O_NOFOLLOW);
  struct stat status {};
  if (fstat(null.get(), &status) != 0) throw_errno("stat /dev/null");
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
    throw Error("mask paths: /dev/null of the host is not the null device");
  return null;
}

}  // namespace

void mask(const std::vector<std::string>& paths, const os::Fd& root) {
  if (paths.empty()) return;
  const os::Fd null = open_null_device();
  EmptyDirectory empty;
  for (const std::string& path : paths) {
    const std::optional<os::Fd> target = os::find_in_root(root, path, O_PATH);
    if (!target) continue;
    const std::string what = concat("mask ", path);
    struct stat status {};
    if (fstat(target->get(), &status) != 0) throw_errno(concat("stat ", path));
    if (S_ISDIR(status.st_mode))
      empty.cover(*target, what);
    else
      os::attach_mount(os::clone_mount(null, false, what), *target, what);
  }
}

}  // namespace scrim::init
