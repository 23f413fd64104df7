// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/sub_cgroup.h"

#include <algorithm>

#include "launcher/cgroup/hierarchy.h"
#include "launcher/cgroup/path.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

struct Place {
  std::vector<std::string_view> controllers;  // empty: of all
  std::string path;
};

Place parse(const std::string& text) {
  Place wanted;
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) wanted.controllers = split(std::string_view(text).substr(0, colon), ',');
  const std::string_view path = std::string_view(text).substr(colon == std::string::npos ? 0 : colon + 1);
  const std::vector<std::string_view> components = split(path, '/');
  if (std::find(components.begin(), components.end(), "..") != components.end())
    throw Error(concat("--cgroup ", text, ": it is no cgroup below the container's"));
  wanted.path = clean(path);
  return wanted;
}

void move_down(Membership& membership, const std::string& path) {
  membership.path = below(membership.path, path);
}

}  // namespace

Cgroup sub_cgroup(Cgroup container, const std::vector<std::string>& wanted) {
  for (const std::string& text : wanted) {
    const Place where = parse(text);
    if (where.path == "/") continue;
    if (where.controllers.empty()) {
      for (Membership& membership : container.memberships) move_down(membership, where.path);
      continue;
    }
    for (const std::string_view controller : where.controllers) {
      const auto found = std::find_if(container.memberships.begin(), container.memberships.end(),
                                      [&](const Membership& member) {
                                        const std::vector<std::string>& all = member.hierarchy.controllers;
                                        return std::find(all.begin(), all.end(), controller) != all.end();
                                      });
      if (found == container.memberships.end())
        throw Error(concat("--cgroup ", text, ": the container has no cgroup of controller ", controller));
      move_down(*found, where.path);
    }
  }
  return container;
}

std::string unified_of(pid_t pid, const Cgroup& container) {
  const auto own = std::find_if(container.memberships.begin(), container.memberships.end(),
                                [](const Membership& member) { return member.hierarchy.unified(); });
  if (own == container.memberships.end()) return "";
  const std::string proc_cgroup = os::read_kernel_file(concat("/proc/", pid, "/cgroup"));
  for (const MountedHierarchy& mounted : mounted_hierarchies(Roots::needed)) {
    if (!mounted.hierarchy.unified()) continue;
    std::string path = below(mounted.hierarchy.mount_point, own_path(mounted, proc_cgroup));
    return path.starts_with(own->path + "/") ? path : "";
  }
  return "";
}

}  // namespace scrim::cgroup
