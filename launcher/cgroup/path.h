// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace scrim::cgroup {

// The path from "/" without empty, "." and ".." components: ".." never climbs above "/". "/" if nothing is
// left.
[[nodiscard]] std::string clean(std::string_view path);

// Both ends with exactly one slash between them; `below` is clean().
[[nodiscard]] std::string below(std::string_view mount_point, std::string_view clean_path);

// linux.cgroupsPath or, if that is empty, the id: where a container goes.
struct Wanted {
  std::string path;       // clean(), never "/"
  bool relative = false;  // to the runtime's own cgroup
};

// Reads linux.cgroupsPath (runtime-spec, config-linux.md "cgroups path"). The systemd form
// "slice:prefix:name" becomes the directory that systemd would give the unit: "a-b.slice:p:n" is
// /a.slice/a-b.slice/p-n.scope; an empty slice is system.slice, "-.slice" the root, and a name ending in
// ".slice" the unit's whole name. Throws Error for a path that names no cgroup below the root, since the
// container would be the host.
[[nodiscard]] Wanted read_cgroups_path(const std::string& cgroups_path, const std::string& id);

}  // namespace scrim::cgroup
