// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/external.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>

#include "launcher/init/mount_options.h"
#include "launcher/os/in_root.h"
#include "launcher/os/mountinfo.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::criu {

namespace {

using os::is_below;
using os::MountLine;

// File systems that show a namespace: one instance for all mounts in it, so that a new one shows the same.
bool shows_shared_namespace(std::string_view type, std::uint64_t apart) {
  return (type == "proc" && (apart & CLONE_NEWPID) == 0) ||
         (type == "sysfs" && (apart & CLONE_NEWNET) == 0) ||
         (type == "mqueue" && (apart & CLONE_NEWIPC) == 0);
}

// What options leave of a mount's being read-only; its submounts' too if `recursive`.
bool is_readonly_after(bool before, const init::MountOptions& options, bool recursive) {
  const auto apply = [&](const os::MountAttributes& attributes) {
    if ((attributes.clear & MOUNT_ATTR_RDONLY) != 0) before = false;
    if ((attributes.set & MOUNT_ATTR_RDONLY) != 0) before = true;
  };
  if (!recursive) apply(options.attributes);
  apply(options.recursive_attributes);
  return before;
}

std::string without_slash_at_end(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The path in the container to which a destination leads.
std::string resolved(const std::string& destination, const os::Fd& root) {
  const std::optional<os::Fd> found = os::find_in_root(root, destination, O_PATH);
  const std::string path = found ? os::path_of(*found) : "";
  const std::string root_path = os::path_of(root);
  if (root_path == "/") return path.empty() ? destination : path;
  return is_below(path, root_path) ? path.substr(root_path.size()) : destination;
}

// The mount before `at` that a destination lies in: the deepest, and of equal ones the last.
const bundle::Mount* around(const std::vector<bundle::Mount>& mounts, std::size_t at) {
  const bundle::Mount* found = nullptr;
  for (std::size_t i = 0; i < at; ++i)
    if (is_below(mounts[at].destination, mounts[i].destination) &&
        (found == nullptr || mounts[i].destination.size() >= found->destination.size()))
      found = &mounts[i];
  return found;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw_errno(concat("mount ", path, ": look at it"));
  return S_ISDIR(status.st_mode);
}

}  // namespace

std::vector<std::string> external_mounts(std::string_view container, std::string_view own,
                                         std::uint64_t apart) {
  std::set<std::string_view> devices;
  for (const MountLine& line : os::mount_lines(own)) devices.insert(line.device);
  const std::vector<MountLine> lines = os::mount_lines(container);
  const auto root = std::ranges::find(lines, "/", &MountLine::mount_point);
  std::vector<std::string> external;
  for (const MountLine& line : lines) {
    if (line.mount_point == "/" || !devices.contains(line.device)) continue;
    // criu mounts these itself, in the container's cgroup.
    if (line.type == "cgroup" || line.type == "cgroup2" || shows_shared_namespace(line.type, apart)) continue;
    // A part of the root file system, mounted once more.
    if (root != lines.end() && line.device == root->device &&
        (line.root == root->root || is_below(line.root, root->root)))
      continue;
    external.push_back(os::unescaped(line.mount_point));
  }
  return external;
}

bool is_bind(const bundle::Mount& mount) {
  const init::MountOptions options = init::parse_mount_options(mount.options);
  return !options.remount && (options.bind || mount.type == "bind");
}

bool is_wanted_readonly(const std::vector<bundle::Mount>& mounts, std::size_t at) {
  bool readonly = false;
  for (std::size_t i = at; i < mounts.size(); ++i) {
    const init::MountOptions options = init::parse_mount_options(mounts[i].options);
    if (i == at || (options.remount && mounts[i].destination == mounts[at].destination))
      readonly = is_readonly_after(readonly, options, false);
  }
  return readonly;
}

std::vector<ExternalMount> restored_mounts(const bundle::Spec& spec, const os::Fd& root,
                                           std::string_view own) {
  const std::vector<MountLine> lines = os::mount_lines(own);
  std::vector<ExternalMount> mounts;
  for (std::size_t at = 0; at < spec.mounts.size(); ++at) {
    const bundle::Mount& mount = spec.mounts[at];
    if (!is_bind(mount)) continue;
    const std::string source = without_slash_at_end(mount.source);
    const std::string destination = resolved(without_slash_at_end(mount.destination), root);
    mounts.push_back({destination, source, is_wanted_readonly(spec.mounts, at)});
    const bool readonly_below = is_readonly_after(false, init::parse_mount_options(mount.options), true);
    for (const MountLine& line : lines) {
      const std::string place = os::unescaped(line.mount_point);
      if (!is_below(place, source)) continue;
      mounts.push_back(
          {concat(destination, source == "/" ? place : place.substr(source.size())), place, readonly_below});
    }
  }
  for (const std::string& path : spec.masked_paths) mounts.push_back({path, "/dev/null", false});
  return mounts;
}

void make_mount_points(const bundle::Spec& spec, const os::Fd& root) {
  for (std::size_t at = 0; at < spec.mounts.size(); ++at) {
    const bundle::Mount& mount = spec.mounts[at];
    const bundle::Mount* outer = around(spec.mounts, at);
    if (outer != nullptr && !is_bind(*outer)) continue;
    if (outer != nullptr && !is_directory(outer->source)) continue;
    const std::string place =
        outer == nullptr ? mount.destination : mount.destination.substr(outer->destination.size());
    const os::Fd other = outer == nullptr ? os::Fd() : os::open(outer->source, O_PATH | O_DIRECTORY);
    const os::Fd& in = outer == nullptr ? root : other;
    if (!is_bind(mount) || is_directory(mount.source))
      (void)os::make_directory_in_root(in, place);
    else
      (void)os::make_file_in_root(in, place);
  }
}

std::string namespace_key(bundle::NamespaceType type) {
  return type == bundle::NamespaceType::network ? "extRootNetNS" : "extRootPidNS";
}

}  // namespace scrim::criu
