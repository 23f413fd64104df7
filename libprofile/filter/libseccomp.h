// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

namespace scrim::filter {

// The filter that libseccomp makes of a policy for calls of one architecture alone; calls of any other are
// killed (SCMP_FLTATR_ACT_BADARCH, its default, as in runc and crun). Policy::newest is left to compose().
// Throws Error: what libseccomp refused, for which syscall. May never return (compiler.h).
[[nodiscard]] Program libseccomp_program(const policy::Policy& policy, document::Architecture architecture);

// How libseccomp arranges the numbers (seccomp_attr_set(3), SCMP_FLTATR_CTL_OPTIMIZE).
enum class Arrangement : std::uint8_t {
  list = 1,  // its default: crun, and runc before 1.2
  tree = 2,  // binary: runc since 1.2
};

// One filter for all architectures of a policy, as crun loads it: to compare with. Policy::newest is left
// out. Throws Error; may never return.
[[nodiscard]] Program libseccomp_whole(const policy::Policy& policy, Arrangement arrangement);

}  // namespace scrim::filter
