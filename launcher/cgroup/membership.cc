// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/membership.h"

#include <algorithm>

namespace scrim::cgroup {

bool is_v2(const Cgroup& cgroup) {
  return !cgroup.memberships.empty() &&
         std::all_of(cgroup.memberships.begin(), cgroup.memberships.end(),
                     [](const Membership& membership) { return membership.hierarchy.unified(); });
}

const std::string* directory_of(const Cgroup& cgroup, const std::string& controller) {
  for (const Membership& membership : cgroup.memberships) {
    const std::vector<std::string>& names = membership.hierarchy.controllers;
    if (std::find(names.begin(), names.end(), controller) != names.end()) return &membership.path;
  }
  return is_v2(cgroup) ? &cgroup.memberships.front().path : nullptr;
}

const std::string* unified_directory(const Cgroup& cgroup) {
  for (const Membership& membership : cgroup.memberships)
    if (membership.hierarchy.unified()) return &membership.path;
  return nullptr;
}

}  // namespace scrim::cgroup
