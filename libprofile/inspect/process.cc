// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

#include "libprofile/error.h"
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

std::optional<std::string> read_all(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(fd);
  return text;
}

Place place_of_process(pid_t pid) {
  return place_of(read_all(concat("/proc/", pid, "/cgroup")).value_or(""));
}

bool same(const std::vector<kernel::LoadedFilter>& a, const std::vector<kernel::LoadedFilter>& b) {
  return std::ranges::equal(a, b, [](const kernel::LoadedFilter& x, const kernel::LoadedFilter& y) {
    return x.program.size() == y.program.size() &&
           std::memcmp(x.program.data(), y.program.data(), x.program.size() * sizeof(sock_filter)) == 0;
  });
}

bool alike(const kernel::ThreadStatus& a, const kernel::ThreadStatus& b) {
  return a.mode == b.mode && a.filters == b.filters;
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

std::vector<FilteredProcess> processes_where(const std::function<bool(const FilteredProcess&)>& wanted) {
  const auto close_dir = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close_dir)> entries(opendir("/proc"), close_dir);
  if (!entries) throw_errno("list /proc");
  std::vector<FilteredProcess> all;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    FilteredProcess each;
    if (std::from_chars(name.data(), name.data() + name.size(), each.pid).ptr != name.data() + name.size() ||
        each.pid <= 0)
      continue;
    try {
      each.status = kernel::status_of(each.pid, each.pid);
    } catch (const SystemError&) {
      continue;
    }
    each.place = place_of_process(each.pid);
    if (wanted(each)) all.push_back(std::move(each));
  }
  std::ranges::sort(all, {}, &FilteredProcess::pid);
  return all;
}

std::optional<pid_t> process_of_container(std::string_view name) {
  constexpr std::size_t least = 12;  // what engines print
  const auto is_it = [&](const FilteredProcess& process) {
    const Place& place = process.place;
    if (!place.id.empty() && (place.id == name || (name.size() >= least && place.id.starts_with(name))))
      return true;
    const std::string_view last = std::string_view(place.cgroup).substr(place.cgroup.rfind('/') + 1);
    return last == name || last == concat(name, ".scope") || last == concat("runc-", name, ".scope") ||
           last == concat("crun-", name, ".scope");
  };
  const std::vector<FilteredProcess> found = processes_where(is_it);
  if (found.empty()) return std::nullopt;
  return found.front().pid;
}

Inspection inspect(pid_t pid) {
  Inspection out;
  out.pid = pid;
  out.threads = kernel::threads_of(pid);
  out.place = place_of_process(pid);
  if (out.first().mode == kernel::SeccompMode::filter) try {
      out.filters = kernel::filters_of(out.first().tid);
    } catch (const SystemError& error) {
      out.not_read = error.what();
    }
  // Equal numbers of filters may still be different filters; of very many threads that stays unknown, rather
  // than stopping each of them.
  constexpr std::size_t most_threads = 256;
  const bool read_each = out.not_read.empty() && out.threads.size() <= most_threads;
  for (const kernel::ThreadStatus& thread : out.threads) {
    if (thread.tid == out.first().tid) continue;
    bool differs = !alike(thread, out.first());
    if (!differs && read_each && thread.mode == kernel::SeccompMode::filter) try {
        differs = !same(kernel::filters_of(thread.tid), out.filters);
      } catch (const SystemError&) {
        continue;  // it ended
      }
    if (differs) out.differing.push_back(thread);
  }
  return out;
}

std::vector<filter::Program> programs_of(const std::vector<kernel::LoadedFilter>& filters) {
  std::vector<filter::Program> programs;
  programs.reserve(filters.size());
  for (const kernel::LoadedFilter& each : filters) programs.push_back(each.program);
  return programs;
}

resolve::Target target_of(const kernel::ThreadStatus& status) {
  return {resolve::native_architecture(), resolve::running_kernel(), resolve::CapabilitySet(status.bounding)};
}

}  // namespace scrim::inspect
