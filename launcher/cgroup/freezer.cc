// SPDX-License-Identifier: Apache-2.0
// All processes of a container, stopped and let go: the freezer of v1
// (Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst) and cgroup.freeze of v2.
#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/directory.h"
#include "launcher/cgroup/membership.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 10s;

struct Freezer {
  std::string directory;
  bool v1 = false;
};

std::optional<Freezer> freezer_of(const Cgroup& cgroup) {
  const std::string* directory = directory_of(cgroup, "freezer");
  if (directory != nullptr) return Freezer{*directory, !is_v2(cgroup)};
  directory = unified_directory(cgroup);
  return directory == nullptr ? std::nullopt : std::optional(Freezer{*directory, false});
}

Freezer freezer_or_refuse(const Cgroup& cgroup) {
  std::optional<Freezer> freezer = freezer_of(cgroup);
  if (!freezer)
    throw Error(
        "the container has no cgroup with a freezer (not mounted, or not permitted): it cannot be paused");
  return std::move(*freezer);
}

std::string v1_state(const std::string& directory) {
  const std::string text = os::read_kernel_file(concat(directory, "/freezer.state"));
  return text.substr(0, text.find('\n'));
}

[[noreturn]] void give_up(const std::string& directory) {
  throw Error(concat("cgroup ", directory,
                     " is not frozen after ten seconds (a process in uninterruptible sleep cannot be), and "
                     "was let go again"));
}

void freeze_v1(const std::string& directory) {
  const std::string file = concat(directory, "/freezer.state");
  const auto deadline = Clock::now() + patience;
  std::chrono::microseconds pause = 10us;
  for (unsigned round = 1;; ++round, pause = std::min<std::chrono::microseconds>(pause * 2, 10ms)) {
    // Each writing looks for processes that came meanwhile.
    write_file(file, "FROZEN");
    if (v1_state(directory) == "FROZEN") return;
    if (Clock::now() >= deadline) {
      (void)try_write_file(file, "THAWED");
      give_up(directory);
    }
    std::this_thread::sleep_for(pause);
    // A process that waits for a frozen one in the kernel (vfork) freezes only after that goes on: runc does
    // the same.
    if (round % 50 == 0) write_file(file, "THAWED");
  }
}

bool v2_frozen(const std::string& directory) {
  const std::string events = os::read_kernel_file(concat(directory, "/cgroup.events"));
  return concat("\n", events).find("\nfrozen 1") != std::string::npos;
}

void freeze_v2(const std::string& directory) {
  const os::Fd events = os::open(concat(directory, "/cgroup.events"), O_RDONLY);
  write_file(concat(directory, "/cgroup.freeze"), "1");
  const auto deadline = Clock::now() + patience;
  // The file says POLLPRI for each change since it was last read through the descriptor.
  for (std::string text(256, '\0'); !v2_frozen(directory);) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd changed{events.get(), POLLPRI, 0};
    if (left <= 0ms) {
      (void)try_write_file(concat(directory, "/cgroup.freeze"), "0");
      give_up(directory);
    }
    if (poll(&changed, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)
      throw_errno(concat("wait for cgroup ", directory, " to freeze"));
    (void)!pread(events.get(), text.data(), text.size(), 0);
  }
}

void thaw_below(const std::string& directory, unsigned depth) {
  (void)try_write_file(concat(directory, "/freezer.state"), "THAWED");
  if (depth > 1024) return;
  for (const std::string& child : children(directory)) thaw_below(child, depth + 1);
}

}  // namespace

std::optional<std::string> freezer_directory(const Cgroup& cgroup) {
  const std::optional<Freezer> freezer = freezer_of(cgroup);
  return freezer ? std::optional(freezer->directory) : std::nullopt;
}

void freeze(const Cgroup& cgroup) {
  const Freezer freezer = freezer_or_refuse(cgroup);
  freezer.v1 ? freeze_v1(freezer.directory) : freeze_v2(freezer.directory);
}

void thaw(const Cgroup& cgroup) {
  const Freezer freezer = freezer_or_refuse(cgroup);
  if (freezer.v1)
    write_file(concat(freezer.directory, "/freezer.state"), "THAWED");
  else
    write_file(concat(freezer.directory, "/cgroup.freeze"), "0");
}

bool is_frozen(const Cgroup& cgroup) {
  const std::optional<Freezer> freezer = freezer_of(cgroup);
  if (!freezer) return false;
  try {
    return freezer->v1 ? v1_state(freezer->directory) == "FROZEN" : v2_frozen(freezer->directory);
  } catch (const SystemError& error) {
    // Gone, or too old a kernel to have one (v2: Linux 5.2).
    if (error.code() == ENOENT || error.code() == ENODEV) return false;
    throw;
  }
}

void let_die(const Cgroup& cgroup) {
  const std::optional<Freezer> freezer = freezer_of(cgroup);
  if (freezer && freezer->v1) thaw_below(freezer->directory, 0);
}

}  // namespace scrim::cgroup
