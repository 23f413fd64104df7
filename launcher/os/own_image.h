// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/os/fd.h"

namespace scrim::os {

// Makes `program`, a file with the very content of the running program (another way to the same inode), what
// this process runs: every mapping of the present one is replaced, then /proc/PID/exe (prctl(2),
// PR_SET_MM_MAP). Nothing of the process refers to the present file any more, as if it had been executed
// again; but without execve(2), whose price is dynamic relocation and, in virtual machines, some sixty CPUID
// instructions that each go to the hypervisor (half a millisecond).
//
// False if the kernel has no means for it, or this process no privilege (CAP_SYS_ADMIN or
// CAP_CHECKPOINT_RESTORE): then what runs is still the present file, or in part. For a process of one thread.
[[nodiscard]] bool move_image_to(const Fd& program);

}  // namespace scrim::os
