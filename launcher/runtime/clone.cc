// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/clone.h"

#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace scrim::runtime {

Clone clone_process(std::uint64_t flags, int exit_signal, const os::Fd& cgroup, int* pidfd) {
  clone_args args{};
  args.flags = flags;
  args.exit_signal = static_cast<std::uint64_t>(exit_signal);
  if (pidfd != nullptr) {
    args.flags |= CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
  }
  if (cgroup) {
    clone_args into = args;
    into.flags |= CLONE_INTO_CGROUP;
    into.cgroup = static_cast<std::uint64_t>(cgroup.get());
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &into, sizeof into));
    // What may be wrong with the cgroup alone; the same errors of other causes come again without it.
    const bool refused = pid < 0 && (errno == EINVAL || errno == E2BIG || errno == EACCES || errno == EBUSY ||
                                     errno == EOPNOTSUPP);
    if (!refused) return {pid, errno, true};
  }
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof args));
  return {pid, errno, false};
}

}  // namespace scrim::runtime
