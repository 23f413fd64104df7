// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

// seccomp(2): what this kernel can do, and how the program is handed over.
namespace scrim::kernel {

// The SECCOMP_FILTER_FLAG_* bits for a policy (plus NEW_LISTENER if it notifies), after asking this kernel
// for each. Throws Error naming the first flag or action it does not support, and since which Linux it
// exists.
[[nodiscard]] unsigned filter_flags(const policy::Policy& policy);

// Everything that seccomp(2) needs, ready: making the call allocates nothing and cannot throw, so that it may
// be the last thing before execve(2).
struct Installation {
  filter::Program program;  // outlives the call
  unsigned flags = 0;       // SECCOMP_FILTER_FLAG_*
};

// seccomp(SECCOMP_SET_MODE_FILTER) for the calling thread, or with SECCOMP_FILTER_FLAG_TSYNC in `flags` for
// the whole process. Makes one system call by itself, not touching errno. Returns 0 or the listener's
// descriptor (with NEW_LISTENER), or a negative errno: -EACCES without CAP_SYS_ADMIN and no_new_privs, -ESRCH
// with TSYNC if another thread has a filter that this one does not have.
[[nodiscard]] long install(const Installation& installation) noexcept;

// Those flags with TSYNC, and with TSYNC_ESRCH where a listener needs it (Linux 5.7): for every thread of the
// process.
[[nodiscard]] unsigned for_all_threads(unsigned flags) noexcept;

// Names of the flags and actions that this kernel supports ("SECCOMP_FILTER_FLAG_LOG", "SCMP_ACT_NOTIFY"),
// for `features`.
[[nodiscard]] std::vector<std::string> supported_flags();
[[nodiscard]] std::vector<std::string> supported_actions();

}  // namespace scrim::kernel
