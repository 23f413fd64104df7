// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/container_process.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::guard {

constexpr const char* had_ended = "it has ended by itself";

ContainerProcess::ContainerProcess(pid_t pid)
    : pid_(pid), fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), errno_(fd_ < 0 ? errno : 0) {}

ContainerProcess::~ContainerProcess() {
  if (fd_ >= 0) close(fd_);
}

// pidfd_open(2): readable when the process ends.
bool ContainerProcess::ends_within(int milliseconds) const {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until = Clock::now() + std::chrono::milliseconds(milliseconds);
  for (;;) {
    pollfd waited{fd_, POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    const int ready = poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0);
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) throw_errno(concat("wait for process ", pid_));
  }
}

std::string ContainerProcess::kill(int patience_ms) const {
  if (errno_ == ESRCH) return had_ended;
  if (fd_ < 0) return SystemError(errno_, concat("not killed: open process ", pid_)).what();
  if (ends_within(0)) return had_ended;
  if (syscall(SYS_pidfd_send_signal, fd_, SIGKILL, nullptr, 0) != 0)
    return errno == ESRCH ? had_ended
                          : SystemError(errno, concat("not killed: signal process ", pid_)).what();
  if (ends_within(patience_ms)) return {};
  return concat("not killed: process ", pid_, " got SIGKILL, and has not ended within ", patience_ms, " ms");
}

}  // namespace scrim::guard
