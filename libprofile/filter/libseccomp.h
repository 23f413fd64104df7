// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

namespace scrim::filter {

// The filter that libseccomp makes of a policy for calls of one architecture alone; calls of any other are
// killed (SCMP_FLTATR_ACT_BADARCH, its default, as in runc and crun). Policy::newest is left to compose().
// Throws Error: what libseccomp refused, for which syscall. May never return (compiler.h).
[[nodiscard]] Program libseccomp_program(const policy::Policy& policy, document::Architecture architecture);

}  // namespace scrim::filter
