// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libprofile/filter/program.h"

// What the kernel enforces on a process that runs, whoever started it.
namespace scrim::kernel {

// SECCOMP_MODE_* as the kernel numbers them.
enum class SeccompMode : std::uint8_t { disabled = 0, strict = 1, filter = 2 };

// /proc/PID/task/TID/status.
struct ThreadStatus {
  pid_t tid = 0;
  std::string name;
  SeccompMode mode = SeccompMode::disabled;
  std::optional<unsigned> filters;  // how many; nothing before Linux 5.9, which does not say
  bool no_new_privs = false;
  std::uint64_t bounding = 0;  // capabilities that it may still get
  pid_t tracer = 0;            // who traces it (ptrace(2)), if this process' PID namespace has that one
  friend bool operator==(const ThreadStatus&, const ThreadStatus&) = default;
};

// The threads of a process, the first one first. Zombies are left out: nothing is enforced on them. Throws
// SystemError (ESRCH) if there is no such process.
[[nodiscard]] std::vector<ThreadStatus> threads_of(pid_t pid);
// Of one thread: cheaper.
[[nodiscard]] ThreadStatus status_of(pid_t pid, pid_t tid);
// Of a process that has ended and whose parent has not been told yet: its mode and number of filters are
// those that it ended with. Nothing of one that runs, or is gone.
[[nodiscard]] std::optional<ThreadStatus> status_of_ended(pid_t pid);

// Whether the kernel lets this process read filters at all: CAP_SYS_ADMIN in the initial user namespace.
[[nodiscard]] bool may_read_filters();

// One filter of a thread.
struct LoadedFilter {
  filter::Program program;
  // SECCOMP_FILTER_FLAG_* that the kernel tells (PTRACE_SECCOMP_GET_METADATA: LOG only); nothing if it tells
  // none.
  std::optional<std::uint64_t> flags;
};

// The filters of a thread, the one installed last first. It is stopped meanwhile, for some ten microseconds a
// filter, without a signal that it could see (PTRACE_SEIZE, PTRACE_INTERRUPT); if this process dies, it goes
// on. A system call that it waits in may be restarted. Throws SystemError that says what is missing:
// CAP_SYS_ADMIN in the initial user namespace, no seccomp filter on the caller, CONFIG_CHECKPOINT_RESTORE,
// nobody else who traces it; ESRCH if it has ended; ETIMEDOUT if it does not stop within `patience`, as the
// parent in vfork(2) does not.
inline constexpr std::chrono::milliseconds stops_within(200);
[[nodiscard]] std::vector<LoadedFilter> filters_of(pid_t tid,
                                                   std::chrono::milliseconds patience = stops_within);

}  // namespace scrim::kernel
