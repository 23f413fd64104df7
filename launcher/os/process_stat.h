// SPDX-License-Identifier: Apache-2.0
// What the kernel says about a process in /proc/PID/stat, proc_pid_stat(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace scrim::os {

struct ProcessStat {
  char state = '?';              // field 3
  std::uint64_t flags = 0;       // field 9: PF_* of <linux/sched.h> (the kernel's own)
  std::uint64_t start_time = 0;  // field 22, in clock ticks since boot

  // Gone but for its parent's wait(2).
  [[nodiscard]] bool is_dead() const { return state == 'Z' || state == 'X'; }
  // On its way there: its sockets may be closed already (do_exit of kernel/exit.c sets PF_EXITING before it
  // closes files).
  [[nodiscard]] bool is_ending() const;
};

// Nothing if there is no such process.
[[nodiscard]] std::optional<ProcessStat> process_stat(pid_t pid);

}  // namespace scrim::os
