// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "launcher/os/fd.h"

namespace scrim::runtime {

// The answer of clone3(2): in the new process pid is 0, and -1 means errnum.
struct Clone {
  pid_t pid = -1;
  int errnum = 0;
  bool in_cgroup = false;  // born into the cgroup v2 directory
};

// A copy of this process. `flags`: CLONE_*. `exit_signal`: 0 with CLONE_PARENT. `cgroup`: a cgroup v2
// directory to be born into, if the kernel lets it (an empty one: none). `pidfd`: where its pidfd goes, or
// nullptr.
[[nodiscard]] Clone clone_process(std::uint64_t flags, int exit_signal, const os::Fd& cgroup, int* pidfd);

}  // namespace scrim::runtime
