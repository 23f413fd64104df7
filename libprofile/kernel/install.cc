// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>

#include "libprofile/kernel/raw_syscall.h"
#include "libprofile/kernel/seccomp.h"

namespace scrim::kernel {

long install(const Installation& installation) noexcept {
  const sock_fprog program{
      .len = static_cast<unsigned short>(installation.program.size()),
      // The kernel only reads it; struct sock_fprog has no const.
      .filter = const_cast<sock_filter*>(installation.program.data()),
  };
  const long result = raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, static_cast<long>(installation.flags),
                                  reinterpret_cast<long>(&program));
  // With TSYNC a positive result is the thread that has a filter of its own (seccomp(2)); TSYNC_ESRCH says
  // the same with an errno, and then a positive result is the listener.
  const bool names_a_thread = (installation.flags & SECCOMP_FILTER_FLAG_TSYNC) != 0 &&
                              (installation.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0;
  return result > 0 && names_a_thread ? -ESRCH : result;
}

unsigned for_all_threads(unsigned flags) noexcept {
  flags |= SECCOMP_FILTER_FLAG_TSYNC;
  return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? flags | SECCOMP_FILTER_FLAG_TSYNC_ESRCH : flags;
}

}  // namespace scrim::kernel
