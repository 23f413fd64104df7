// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "libprofile/document/profile.h"

// One profile in place of several, in meaning.
namespace scrim::merge {

enum class Mode : std::uint8_t {
  any,  // union: of each call the least restrictive answer; allowed if one of them allows it
  all,  // intersection: the most restrictive one; allowed if all of them allow it
};

// Of equal actions the answer (errno) of the first profile counts. The order of actions is the kernel's:
// KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, NOTIFY, TRACE, LOG, ALLOW. What runtimes put in front of a filter
// for calls newer than the profile (ENOSYS) is not looked at: that is denied, one way or the other.
//
// The result is proved: its filter, and those of the profiles, are compared for every call and every argument
// on each of their architectures. Throws Error if it has no profile that means the same, saying for which
// call: rules of linux.seccomp count on all architectures of a profile alike, and compare each argument once.
[[nodiscard]] document::OciSeccomp merge(const std::vector<document::OciSeccomp>& profiles, Mode mode,
                                         document::Architecture native);

}  // namespace scrim::merge
