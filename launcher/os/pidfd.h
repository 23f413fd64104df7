// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/os/fd.h"

// pidfd_open(2) and its companions. glibc 2.36 declares them in <sys/pidfd.h>, but not as C functions.
namespace scrim::os {

// Empty, with errno set, if there is no such process.
[[nodiscard]] inline Fd pidfd_open(pid_t pid) {
  return Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

// 0, or -1 with errno set.
inline int pidfd_send_signal(const Fd& pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0));
}

// A copy of the process' descriptor of that number; empty, with errno set, if it is not to be had.
[[nodiscard]] inline Fd pidfd_getfd(const Fd& pidfd, int number) {
  return Fd(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
}

}  // namespace scrim::os
