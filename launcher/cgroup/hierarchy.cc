// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/hierarchy.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>

#include "launcher/cgroup/path.h"
#include "launcher/os/fd.h"
#include "launcher/os/mountinfo.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

constexpr std::string_view usual_place = "/sys/fs/cgroup";

using os::is_below;
using os::mount_lines;
using os::MountLine;
using os::unescaped;

// Whether the mount's place, or that of a mount it stands in, has been mounted over.
bool is_hidden(const MountLine& mount, const std::vector<MountLine>& all) {
  for (const MountLine& other : all)
    if (other.parent == mount.id && other.id != mount.id && other.mount_point == mount.mount_point)
      return true;
  const MountLine* at = &mount;
  for (std::size_t depth = 0; depth < all.size(); ++depth) {  // mountinfo may be torn: no endless walk
    for (const MountLine& other : all)
      if (other.parent == at->parent && other.id != at->id && is_below(at->mount_point, other.mount_point))
        return true;
    const auto parent =
        std::find_if(all.begin(), all.end(), [&](const MountLine& other) { return other.id == at->parent; });
    if (parent == all.end() || &*parent == at) return false;
    at = &*parent;
  }
  return false;
}

// A v1 mount's options name its controllers among other things; v1 gets no new ones.
std::vector<std::string> v1_controllers(std::string_view super_options) {
  constexpr std::array<std::string_view, 16> known = {
      "cpuset",  "cpu",  "cpuacct", "blkio", "memory",     "devices",  "freezer", "net_cls",
      "hugetlb", "pids", "rdma",    "misc",  "perf_event", "net_prio", "debug",   "dmem"};
  std::vector<std::string> controllers;
  for (const std::string_view option : split(super_options, ','))
    if (option.starts_with("name=") || std::find(known.begin(), known.end(), option) != known.end())
      controllers.push_back(unescaped(option));
  return controllers;
}

}  // namespace

std::vector<MountedHierarchy> parse_mountinfo(std::string_view mountinfo) {
  std::vector<MountedHierarchy> found;
  const std::vector<MountLine> lines = mount_lines(mountinfo);
  for (const MountLine& line : lines) {
    const bool v2 = line.type == "cgroup2";
    if (!v2 && line.type != "cgroup") continue;
    MountedHierarchy mounted{{unescaped(line.mount_point), {}}, unescaped(line.root)};
    if (!v2) {
      mounted.hierarchy.controllers = v1_controllers(line.super_options);
      if (mounted.hierarchy.controllers.empty()) continue;
    }
    if (is_hidden(line, lines)) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&](const MountedHierarchy& other) {
      return other.hierarchy.controllers == mounted.hierarchy.controllers;
    });
    if (same == found.end()) {
      found.push_back(std::move(mounted));
    } else if (const auto usual =
                   [](const MountedHierarchy& m) {
                     return m.hierarchy.mount_point == usual_place ||
                            is_below(m.hierarchy.mount_point, usual_place);
                   };
               usual(mounted) && !usual(*same)) {
      *same = std::move(mounted);
    }
  }
  return found;
}

std::vector<MountedHierarchy> mounted_hierarchies(Roots roots) {
  struct statfs fs {};
  if (roots == Roots::assumed && statfs(usual_place.data(), &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
    return {{{std::string(usual_place), {}}, "/"}};
  return parse_mountinfo(os::read_kernel_file("/proc/self/mountinfo"));
}

std::vector<Hierarchy> host_hierarchies() {
  std::vector<Hierarchy> hierarchies;
  for (MountedHierarchy& mounted : mounted_hierarchies(Roots::assumed))
    hierarchies.push_back(std::move(mounted.hierarchy));
  return hierarchies;
}

std::string own_path(const MountedHierarchy& mounted, std::string_view proc_cgroup) {
  for (const std::string_view line : split(proc_cgroup, '\n')) {
    // hierarchy-ID:controller-list:cgroup-path (cgroups(7)); the path may have colons.
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (mounted.hierarchy.unified()) {
      if (!controllers.empty()) continue;
    } else {
      const std::vector<std::string_view> names = split(controllers, ',');
      if (std::find(names.begin(), names.end(), mounted.hierarchy.controllers.front()) == names.end())
        continue;
    }
    const std::string_view path = line.substr(second + 1);
    if (mounted.root == "/") return clean(path);
    if (is_below(path, mounted.root)) return clean(path.substr(mounted.root.size()));
    return "/";
  }
  return "/";
}

}  // namespace scrim::cgroup
