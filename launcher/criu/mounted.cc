// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/mounted.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <algorithm>
#include <optional>

#include "launcher/init/mount_options.h"
#include "launcher/os/in_root.h"
#include "launcher/os/mountinfo.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::criu {

namespace {

struct stat status_of(const os::Fd& file, const std::string& path) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw_errno(concat("look at ", path, " in the container"));
  return status;
}

// Its mount, or its file system.
bool is_readonly(const os::Fd& file, const std::string& path) {
  struct statvfs file_system {};
  if (fstatvfs(file.get(), &file_system) != 0) throw_errno(concat("look at ", path, " in the container"));
  return (file_system.f_flag & ST_RDONLY) != 0;
}

bool has_readonly(std::string_view options) {
  const std::vector<std::string_view> all = split(options, ',');
  return std::ranges::find(all, "ro") != all.end();
}

// As init masks them: files by the null device, directories by an empty file system that nobody can write.
bool is_masked(const os::Fd& file, const std::string& path) {
  const struct stat status = status_of(file, path);
  if (S_ISCHR(status.st_mode)) return status.st_rdev == makedev(1, 3);
  struct statfs file_system {};
  if (fstatfs(file.get(), &file_system) != 0) throw_errno(concat("look at ", path, " in the container"));
  return S_ISDIR(status.st_mode) && file_system.f_type == TMPFS_MAGIC && is_readonly(file, path);
}

// Whether it is hidden by one that comes later.
bool is_covered(const std::vector<bundle::Mount>& mounts, std::size_t at) {
  return std::any_of(mounts.begin() + static_cast<std::ptrdiff_t>(at) + 1, mounts.end(),
                     [&](const bundle::Mount& later) {
                       return !init::parse_mount_options(later.options).remount &&
                              (later.destination == mounts[at].destination ||
                               os::is_below(mounts[at].destination, later.destination));
                     });
}

void check_mount(const os::Fd& root, const bundle::Spec& spec, std::size_t at) {
  const bundle::Mount& mount = spec.mounts[at];
  const bool readonly = is_wanted_readonly(spec.mounts, at);
  if ((!is_bind(mount) && !readonly) || is_covered(spec.mounts, at)) return;
  const std::optional<os::Fd> found = os::find_in_root(root, mount.destination, O_PATH);
  if (!found)
    throw Error(concat("mount ", mount.destination, " of the bundle would not be there (was it moved?)"));
  struct stat source {};
  if (is_bind(mount) && stat(mount.source.c_str(), &source) != 0)
    throw_errno(concat("look at ", mount.source));
  const struct stat status = status_of(*found, mount.destination);
  const bool masked = std::ranges::find(spec.masked_paths, mount.destination) != spec.masked_paths.end();
  if (is_bind(mount) && !masked && (status.st_dev != source.st_dev || status.st_ino != source.st_ino))
    throw Error(concat("mount ", mount.destination, " would not be of its source, ", mount.source,
                       " (was it moved?)"));
  if (readonly && !is_readonly(*found, mount.destination))
    throw Error(concat("mount ", mount.destination, " would not be read-only, as the bundle wants it"));
}

}  // namespace

void check_mounts(pid_t pid, const bundle::Spec& spec, const std::vector<ExternalMount>& mounts) {
  const os::Fd root = os::open(concat("/proc/", pid, "/root"), O_PATH | O_DIRECTORY);
  if (spec.root_readonly && !is_readonly(root, "/"))
    throw Error("the root file system would not be read-only, as the bundle wants it");
  for (std::size_t at = 0; at < spec.mounts.size(); ++at) check_mount(root, spec, at);
  // Wherever a path leads: what criu was given for each mount point.
  const std::string mountinfo = os::read_kernel_file(concat("/proc/", pid, "/mountinfo"));
  for (const os::MountLine& line : os::mount_lines(mountinfo)) {
    const std::string place = os::unescaped(line.mount_point);
    // The last of those at one place covers the others.
    const auto given = std::find_if(mounts.rbegin(), mounts.rend(),
                                    [&](const ExternalMount& mount) { return mount.mount_point == place; });
    if (given == mounts.rend() || !given->readonly) continue;
    if (!has_readonly(line.options) && !has_readonly(line.super_options))
      throw Error(
          concat("mount ", place, " of ", given->source, " would not be read-only, as the bundle wants it"));
  }
  for (const std::string& path : spec.masked_paths)
    if (const std::optional<os::Fd> found = os::find_in_root(root, path, O_PATH);
        found && !is_masked(*found, path))
      throw Error(concat(path, " would not be masked, as linux.maskedPaths wants it"));
  for (const std::string& path : spec.readonly_paths)
    if (const std::optional<os::Fd> found = os::find_in_root(root, path, O_PATH);
        found && !is_readonly(*found, path) && !is_masked(*found, path))
      throw Error(concat(path, " would not be read-only, as linux.readonlyPaths wants it"));
}

}  // namespace scrim::criu
