// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/place.h"

#include <algorithm>
#include <array>

#include "libprofile/inspect/proc_files.h"
#include "libprofile/text.h"

namespace scrim::inspect {

namespace {

constexpr std::size_t id_length = 64;

bool is_id(std::string_view text) {
  return text.size() == id_length &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

struct Form {
  std::string_view prefix;
  std::string_view engine;
};
// With systemd a container's cgroup is a scope whose name says whose it is; with cgroupfs, Podman's and
// CRI-O's have the same names without ".scope". Podman's conmon is not in the container.
constexpr std::array scopes{Form{"docker-", "docker"}, Form{"cri-containerd-", "containerd"},
                            Form{"nerdctl-", "containerd"}, Form{"libpod-", "podman"},
                            Form{"crio-", "cri-o"}};

Place place_of_path(std::string_view path) {
  Place place{std::string(path), {}, {}};
  std::string_view parent;
  for (std::string_view part : split(path, '/')) {
    std::string_view engine;
    if (part.ends_with(".scope")) part.remove_suffix(6);
    for (const Form& form : scopes)
      if (part.starts_with(form.prefix) && is_id(part.substr(form.prefix.size()))) {
        engine = form.engine;
        part.remove_prefix(form.prefix.size());
      }
    if (is_id(part)) {
      if (engine.empty() && parent == "docker") engine = "docker";
      if (engine.empty() && path.find("/kubepods") != std::string_view::npos) engine = "containerd";
      place.engine = engine;
      place.id = part;
    }
    parent = part;
  }
  return place;
}

}  // namespace

Place place_of(std::string_view cgroups) {
  Place best;
  for (const std::string_view line : split(cgroups, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    Place place = place_of_path(line.substr(second + 1));
    const bool more =
        place.id.empty() == best.id.empty() ? place.cgroup.size() > best.cgroup.size() : !place.id.empty();
    if (more) best = std::move(place);
  }
  return best;
}

Place place_of_process(pid_t pid) {
  return place_of(read_proc(concat("/proc/", pid, "/cgroup")).value_or(""));
}

}  // namespace scrim::inspect
