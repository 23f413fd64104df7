// SPDX-License-Identifier: Apache-2.0
// Who is in a container's cgroups, and signals to all of them.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <thread>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/directory.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

static void collect(const std::string& path, unsigned depth, std::vector<pid_t>& pids) {
  // A start asks every hierarchy before it makes the cgroup: an exception for each costs more than the rest.
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return;
  try {
    const std::string text = os::read_kernel_file(concat(path, "/cgroup.procs"));
    for (const std::string_view line : split(text, '\n')) {
      pid_t pid = 0;
      std::from_chars(line.data(), line.data() + line.size(), pid);
      if (pid > 0) pids.push_back(pid);  // 0: a process outside of our pid namespace
    }
  } catch (const SystemError& error) {
    // ENODEV: removed while open. EOPNOTSUPP: a threaded cgroup, whose processes its domain lists
    // (cgroups(7)).
    if (error.code() != ENOENT && error.code() != ENODEV && error.code() != EOPNOTSUPP) throw;
    if (error.code() != EOPNOTSUPP) return;
  }
  if (depth > 1024) return;
  for (const std::string& child : children(path)) collect(child, depth + 1, pids);
}

std::vector<pid_t> processes_below(const std::string& path) {
  std::vector<pid_t> pids;
  collect(path, 0, pids);
  return pids;
}

// Of all hierarchies: with cgroups of its own a container may have moved a process out of one of them.
std::vector<pid_t> processes(const Cgroup& cgroup) {
  std::vector<pid_t> pids;
  for (const Membership& membership : cgroup.memberships) collect(membership.path, 0, pids);
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

static void signal_each(const std::vector<pid_t>& pids, int signal) {
  for (const pid_t pid : pids)
    if (kill(pid, signal) != 0 && errno != ESRCH)
      throw_errno(concat("send signal ", signal, " to process ", pid));
}

// A process that forks faster than we read is stopped by its limit
// (Documentation/admin-guide/cgroup-v1/pids.rst).
static void forbid_forks(const Cgroup& cgroup) {
  for (const Membership& membership : cgroup.memberships) {
    const std::vector<std::string>& controllers = membership.hierarchy.controllers;
    if (controllers.empty() || std::find(controllers.begin(), controllers.end(), "pids") != controllers.end())
      (void)try_write_file(concat(membership.path, "/pids.max"), "0");
  }
}

void signal_all(const Cgroup& cgroup, int signal) {
  using namespace std::chrono_literals;
  if (signal != SIGKILL) return signal_each(processes(cgroup), signal);

  for (const Membership& membership : cgroup.memberships)
    if (membership.hierarchy.unified())
      (void)try_write_file(concat(membership.path, "/cgroup.kill"), "1");  // Linux 5.14

  // A dying process is listed until it has let go of everything.
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  std::chrono::microseconds pause = 200us;
  for (unsigned round = 0;; ++round) {
    const std::vector<pid_t> pids = processes(cgroup);
    if (pids.empty()) return;
    if (round == 1) forbid_forks(cgroup);
    signal_each(pids, SIGKILL);
    let_die(cgroup);
    if (std::chrono::steady_clock::now() >= deadline)
      throw Error(
          concat("process ", pids.front(), " does not die, and ", pids.size() - 1,
                 " other(s) (SIGKILL was sent for ten seconds; a process in uninterruptible sleep waits for "
                 "a device or file system)"));
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(pause * 2, 50ms);
  }
}

}  // namespace scrim::cgroup
