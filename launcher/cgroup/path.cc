// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/path.h"

#include <algorithm>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

std::string clean(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view component : split(path, '/')) {
    if (component.empty() || component == ".") continue;
    if (component != "..")
      kept.push_back(component);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const std::string_view component : kept) out += concat("/", component);
  return out.empty() ? "/" : out;
}

std::string below(std::string_view mount_point, std::string_view clean_path) {
  if (clean_path == "/") return std::string(mount_point);
  return mount_point == "/" ? std::string(clean_path) : concat(mount_point, clean_path);
}

// systemd.slice(5): "a-b.slice" is inside "a.slice".
static std::string slice_directory(std::string_view slice, const std::string& cgroups_path) {
  constexpr std::string_view suffix = ".slice";
  if (slice.empty()) return "/system.slice";
  if (slice == "-.slice" || slice == "-") return "/";
  const std::string_view stem = slice.ends_with(suffix) ? slice.substr(0, slice.size() - suffix.size()) : "";
  if (stem.empty())
    throw Error(concat("linux.cgroupsPath \"", cgroups_path, "\": the slice \"", slice,
                       "\" does not end in \".slice\""));
  std::string directory;
  for (std::size_t dash = 0; dash != stem.npos;) {
    const std::size_t start = dash == 0 ? 0 : dash + 1;
    dash = stem.find('-', start);
    if (dash == start || start == stem.size())
      throw Error(concat("linux.cgroupsPath \"", cgroups_path, "\": the slice \"", slice,
                         "\" has an empty part between its dashes"));
    directory += concat("/", stem.substr(0, dash), suffix);
  }
  return directory;
}

static bool is_systemd_form(std::string_view path) {
  return std::count(path.begin(), path.end(), ':') == 2 && path.find('/') == path.npos;
}

static std::string systemd_directory(const std::string& cgroups_path) {
  const std::vector<std::string_view> parts = split(cgroups_path, ':');
  const std::string_view prefix = parts[1];
  const std::string_view name = parts[2];
  if (name.empty())
    throw Error(concat("linux.cgroupsPath \"", cgroups_path, "\" has no name (slice:prefix:name is wanted)"));
  const std::string unit = name.ends_with(".slice") ? std::string(name)
                           : prefix.empty()         ? concat(name, ".scope")
                                                    : concat(prefix, "-", name, ".scope");
  return clean(concat(slice_directory(parts[0], cgroups_path), "/", unit));
}

Wanted read_cgroups_path(const std::string& cgroups_path, const std::string& id) {
  if (cgroups_path.find('\0') != cgroups_path.npos)
    throw Error("linux.cgroupsPath has a NUL character in it");
  Wanted wanted;
  if (cgroups_path.empty())
    wanted = {clean(id), true};
  else if (is_systemd_form(cgroups_path))
    wanted = {systemd_directory(cgroups_path), false};
  else
    wanted = {clean(cgroups_path), cgroups_path.front() != '/'};
  if (wanted.path == "/")
    throw Error(concat(
        "linux.cgroupsPath \"", cgroups_path,
        "\" names no cgroup of the container's own (it would share, and at its end kill, the host's)"));
  return wanted;
}

}  // namespace scrim::cgroup
