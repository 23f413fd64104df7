// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/devices.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "launcher/init/mount_options.h"
#include "launcher/os/in_root.h"
#include "launcher/os/mount.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

struct DefaultDevice {
  const char* path;
  std::uint32_t major;
  std::uint32_t minor;
};
constexpr std::array default_devices{
    DefaultDevice{"/dev/null", 1, 3},   DefaultDevice{"/dev/zero", 1, 5},    DefaultDevice{"/dev/full", 1, 7},
    DefaultDevice{"/dev/random", 1, 8}, DefaultDevice{"/dev/urandom", 1, 9}, DefaultDevice{"/dev/tty", 5, 0},
};

struct Link {
  const char* path;
  const char* target;
};
constexpr std::array links{
    Link{"/dev/fd", "/proc/self/fd"},       Link{"/dev/stdin", "/proc/self/fd/0"},
    Link{"/dev/stdout", "/proc/self/fd/1"}, Link{"/dev/stderr", "/proc/self/fd/2"},
    Link{"/dev/ptmx", "pts/ptmx"},
};

mode_t type_bits(char type) {
  switch (type) {
    case 'b':
      return S_IFBLK;
    case 'p':
      return S_IFIFO;
    default:
      return S_IFCHR;
  }
}

void bind_device(const bundle::Device& device, const os::Fd& root) {
  const std::string what = concat("host device ", device.path, " on ", device.path);
  const os::Fd mount = os::clone_mount(device.path, false, what);
  os::attach_mount(mount, os::make_file_in_root(root, device.path), what);
}

void make_device(const bundle::Device& device, const os::Fd& root, bool user_namespace) {
  if (user_namespace && device.type != 'p') return bind_device(device, root);
  const os::SplitPath where = os::split_last(device.path);
  const os::Fd parent = os::make_directory_in_root(root, where.directory);
  const mode_t mode = type_bits(device.type) | (device.file_mode.value_or(0666) & 07777U);
  const dev_t number = device.type == 'p' ? 0 : makedev(device.major, device.minor);
  if (mknodat(parent.get(), where.name.c_str(), mode, number) != 0) {
    struct stat present {};
    const bool same = errno == EEXIST &&
                      fstatat(parent.get(), where.name.c_str(), &present, AT_SYMLINK_NOFOLLOW) == 0 &&
                      (present.st_mode & S_IFMT) == (mode & S_IFMT) && present.st_rdev == number;
    if (!same) throw_errno(concat("make device ", device.path));
  }
  if (fchownat(parent.get(), where.name.c_str(), device.uid.value_or(0), device.gid.value_or(0),
               AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(concat("change owner of device ", device.path));
}

void make_link(const Link& link, const os::Fd& root) {
  const os::SplitPath where = os::split_last(link.path);
  const os::Fd parent = os::make_directory_in_root(root, where.directory);
  if (symlinkat(link.target, parent.get(), where.name.c_str()) == 0) return;
  if (errno != EEXIST) throw_errno(concat("link ", link.path));
  // /dev/ptmx of the image could be the host's multiplexer: only the container's own will do.
  if (std::string_view(link.path) != "/dev/ptmx") return;
  if (unlinkat(parent.get(), where.name.c_str(), 0) != 0 ||
      symlinkat(link.target, parent.get(), where.name.c_str()) != 0)
    throw_errno(concat("replace ", link.path));
}

bool host_dev_is_bound(const bundle::Spec& spec) {
  return std::any_of(spec.mounts.begin(), spec.mounts.end(), [](const bundle::Mount& mount) {
    const bool bind = mount.type == "bind" || parse_mount_options(mount.options).bind;
    return bind && (mount.destination == "/dev" || mount.destination == "/dev/");
  });
}

}  // namespace

void make_devices(const bundle::Spec& spec, const os::Fd& root, bool user_namespace) {
  if (host_dev_is_bound(spec)) return;
  const mode_t old_mask = umask(0);
  for (const DefaultDevice& device : default_devices) {
    const bool listed = std::any_of(spec.devices.begin(), spec.devices.end(),
                                    [&](const bundle::Device& other) { return other.path == device.path; });
    if (listed) continue;
    make_device({device.path, 'c', device.major, device.minor, 0666, 0, 0}, root, user_namespace);
  }
  for (const bundle::Device& device : spec.devices) {
    // The kernel's own multiplexer is never made: the container has its own in /dev/pts.
    if (device.path != "/dev/ptmx") make_device(device, root, user_namespace);
  }
  for (const Link& link : links) make_link(link, root);
  umask(old_mask);
}

}  // namespace scrim::init
