// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <span>

#include "libprofile/filter/program.h"

namespace scrim::filter {

// How an execution went.
struct Execution {
  std::uint32_t answer = 0;  // what the program returned: SECCOMP_RET_* and its data
  unsigned steps = 0;        // instructions executed, the last RET included
};

// Runs a program on one call as the kernel does: the instructions that seccomp accepts (kernel/seccomp.c,
// seccomp_check_filter) with their meaning in net/core/filter.c. Throws Error on a program that the kernel
// would refuse, as far as this call reaches into it.
[[nodiscard]] Execution execute(std::span<const sock_filter> program, const seccomp_data& call);

}  // namespace scrim::filter
