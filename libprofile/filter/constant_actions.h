// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libprofile/filter/program.h"

namespace scrim::filter {

// What the kernel finds out about a filter when it loads it, for one of its two architectures.
struct ConstantActions {
  // Of each number from 0: answered "allow" from a bitmap, without running the filter.
  std::vector<bool> allowed;
  std::size_t steps = 0;  // instructions that the kernel emulates to find out
};

// As seccomp_cache_prepare_bitmap() and seccomp_is_const_allow() of kernel/seccomp.c do for numbers 0 to
// `numbers` - 1 (NR_syscalls). A number is in the bitmap if the filter allows it without looking at anything
// but the number and the architecture, by instructions that the analysis knows.
[[nodiscard]] ConstantActions constant_actions(std::span<const sock_filter> program, std::uint32_t arch,
                                               std::uint32_t numbers);

}  // namespace scrim::filter
