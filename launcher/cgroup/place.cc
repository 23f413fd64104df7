// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/hierarchy.h"
#include "launcher/cgroup/path.h"
#include "launcher/cgroup/systemd.h"
#include "launcher/os/fd.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

Cgroup place(const bundle::Spec& spec, const std::string& id, Manager manager) {
  Cgroup cgroup;
  std::string cgroups_path = spec.cgroups_path;
  if (manager == Manager::systemd) {
    const Unit unit = systemd_unit(spec.cgroups_path, id, geteuid() != 0);
    cgroup.unit = unit.name;
    cgroup.slice = unit.slice;
    cgroups_path = concat(unit.slice, "::", unit.name.substr(0, unit.name.rfind(".scope")));
  }
  const Wanted wanted = read_cgroups_path(cgroups_path, id);
  std::vector<MountedHierarchy> hierarchies =
      mounted_hierarchies(wanted.relative ? Roots::needed : Roots::assumed);
  const bool v2_only =
      std::all_of(hierarchies.begin(), hierarchies.end(),
                  [](const MountedHierarchy& mounted) { return mounted.hierarchy.unified(); });
  const std::string own = wanted.relative ? os::read_kernel_file("/proc/self/cgroup") : "";

  for (MountedHierarchy& mounted : hierarchies) {
    std::string path = wanted.path;
    if (wanted.relative) {
      std::string base = own_path(mounted, own);
      // On v2 a cgroup with processes, as ours is, cannot give controllers to children (cgroups(7), "no
      // internal processes"): beside it then, not below it.
      if (v2_only) base = clean(concat(base, "/.."));
      path = clean(concat(base, path));
    }
    path = below(mounted.hierarchy.mount_point, path);
    cgroup.memberships.push_back({std::move(mounted.hierarchy), std::move(path)});
  }
  return cgroup;
}

}  // namespace scrim::cgroup
