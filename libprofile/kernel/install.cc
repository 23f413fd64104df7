// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "libprofile/kernel/seccomp.h"

namespace scrim::kernel {

namespace {

// seccomp(2) without the C library: errno belongs to a thread that may be stopped at this point, and nothing
// but this one call may happen. Returns the kernel's value.
long seccomp_call(unsigned long operation, unsigned long flags, const void* argument) noexcept {
#if defined(__x86_64__)
  long result = SYS_seccomp;
  asm volatile("syscall" : "+a"(result) : "D"(operation), "S"(flags), "d"(argument) : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_seccomp;
  register unsigned long first asm("x0") = operation;
  register unsigned long second asm("x1") = flags;
  register const void* third asm("x2") = argument;
  asm volatile("svc #0" : "+r"(first) : "r"(number), "r"(second), "r"(third) : "memory");
  return static_cast<long>(first);
#else
  const int before = errno;
  const long result = syscall(SYS_seccomp, operation, flags, argument);
  const int problem = errno;
  errno = before;
  return result < 0 ? -problem : result;
#endif
}

}  // namespace

long install(const Installation& installation) noexcept {
  const sock_fprog program{
      .len = static_cast<unsigned short>(installation.program.size()),
      // The kernel only reads it; struct sock_fprog has no const.
      .filter = const_cast<sock_filter*>(installation.program.data()),
  };
  const long result = seccomp_call(SECCOMP_SET_MODE_FILTER, installation.flags, &program);
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
