// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/mounts.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "launcher/init/mount_options.h"
#include "launcher/os/copy_tree.h"
#include "launcher/os/in_root.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

void finish(const os::Fd& mount, const os::Fd& target, const MountOptions& options, const std::string& what) {
  os::attach_mount(mount, target, what);
  os::set_mount_attributes(mount, options.recursive_attributes, true, what);
  // In order: "slave,shared" makes a mount that is both (mount_namespaces(7)).
  for (const MountOptions::Propagation& propagation : options.propagations)
    os::set_propagation(mount, propagation.type, propagation.recursive, what);
}

void mount_bind(const bundle::Mount& mount, const MountOptions& options, const os::Fd& root,
                const os::Fd* opened) {
  const std::string what = concat(mount.source, " on ", mount.destination);
  if (!options.parameters.empty())
    throw Error(
        concat("mount ", what, ": \"", options.parameters.front().first, "\" is no option of a bind mount"));
  const bool have = opened != nullptr && *opened;
  const os::Fd own = have ? os::Fd() : os::clone_mount(mount.source, options.recursive, what);
  const os::Fd& copy = have ? *opened : own;
  struct stat source {};
  if (fstat(copy.get(), &source) != 0) throw_errno(concat("stat ", mount.source));
  const os::Fd target = S_ISDIR(source.st_mode) ? os::make_directory_in_root(root, mount.destination)
                                                : os::make_file_in_root(root, mount.destination);
  struct stat covered {};
  if (!S_ISDIR(source.st_mode) && fstat(target.get(), &covered) == 0 && S_ISDIR(covered.st_mode))
    throw Error(concat("mount ", what, ": a file cannot be mounted on a directory"));
  os::set_mount_attributes(copy, options.attributes, false, what);
  finish(copy, target, options, what);
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%o", mode & 07777U);
  return text.data();
}

// A link in the image could be changed by another container that has the volume it leads to, between this and
// the masking of what is below it (CVE-2019-19921).
void refuse_link(const bundle::Mount& mount, const os::Fd& target, const os::Fd& root) {
  struct stat reached {};
  struct stat named {};
  std::string relative = mount.destination;
  relative.erase(0, relative.find_first_not_of('/'));
  while (!relative.empty() && relative.back() == '/') relative.pop_back();
  if (fstat(target.get(), &reached) == 0 &&
      fstatat(root.get(), relative.empty() ? "." : relative.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
      reached.st_dev == named.st_dev && reached.st_ino == named.st_ino)
    return;
  throw Error(concat("mount ", mount.type, " on ", mount.destination,
                     ": it must be a directory in the root file system, not a link"));
}

Performed mount_new(const bundle::Mount& mount, MountOptions options, const os::Fd& root) {
  const std::string what = concat(mount.type, " on ", mount.destination);
  const bool is_tmpfs = mount.type == "tmpfs";
  const os::Fd target = os::make_directory_in_root(root, mount.destination);
  if (mount.type == "proc" || mount.type == "sysfs") refuse_link(mount, target, root);
  if (is_tmpfs && std::none_of(options.parameters.begin(), options.parameters.end(),
                               [](const auto& parameter) { return parameter.first == "mode"; })) {
    // As runc: a tmpfs looks like the directory that it covers.
    struct stat covered {};
    if (fstat(target.get(), &covered) == 0) options.parameters.emplace_back("mode", octal(covered.st_mode));
  }
  for (const std::string& flag : options.file_system_flags) options.parameters.emplace_back(flag, "");
  const bool late =
      (is_tmpfs || mount.destination == "/dev") && (options.attributes.set & MOUNT_ATTR_RDONLY) != 0;
  if (late) options.attributes.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
  os::Fd made = os::new_mount(mount.type, mount.source, options.parameters, options.attributes, what);
  if (is_tmpfs && options.copy_up) {
    const os::Fd from = os::open_in_root(root, mount.destination, O_RDONLY | O_DIRECTORY);
    os::copy_tree(from, made, mount.destination);
  }
  finish(made, target, options, what);
  if (late) return {.readonly_later = std::move(made), .proc = {}};
  const bool readonly = (options.attributes.set & MOUNT_ATTR_RDONLY) != 0;
  if (mount.type == "proc" && !readonly) return {.readonly_later = {}, .proc = std::move(made)};
  return {};
}

// Of a bind only the mount changes, otherwise the file system too (mount(2), MS_REMOUNT and MS_BIND).
void remount(const bundle::Mount& mount, const MountOptions& options, const os::Fd& root) {
  const os::Fd target = os::open_in_root(root, mount.destination, O_PATH);
  if (!options.bind && !options.parameters.empty())
    os::reconfigure_mount(target, options.parameters, mount.destination);
  os::set_mount_attributes(target, options.attributes, false, mount.destination);
  os::set_mount_attributes(target, options.recursive_attributes, true, mount.destination);
  for (const MountOptions::Propagation& propagation : options.propagations)
    os::set_propagation(target, propagation.type, propagation.recursive, mount.destination);
}

}  // namespace

bool mounts_cgroups(const bundle::Mount& mount) {
  return mount.type == "cgroup" || mount.type == "cgroup2";
}

bool copies_up(const bundle::Mount& mount) {
  return mount.type == "tmpfs" && std::ranges::find(mount.options, "tmpcopyup") != mount.options.end();
}

Performed perform(const bundle::Mount& mount, const MountContext& context, const os::Fd* opened) {
  MountOptions options = parse_mount_options(mount.options);
  if (options.remount)
    remount(mount, options, context.root);
  else if (mounts_cgroups(mount))
    mount_cgroup(mount, context);
  else if (options.bind || mount.type == "bind")
    mount_bind(mount, options, context.root, opened);
  else
    return mount_new(mount, std::move(options), context.root);
  return {};
}

}  // namespace scrim::init
