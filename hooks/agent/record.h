// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libprofile/kernel/listener.h"
#include "libprofile/policy/policy.h"

namespace scrim::agent {

// A line of JSON about a call and its answer:
//   {"time":"2026-11-22T08:00:00.123456Z","container":"web","pid":71,"comm":"sh","arch":"SCMP_ARCH_X86_64",
//    "syscall":"mkdir","args":["0x7f…",…],"answer":"SCMP_ACT_ERRNO","errno":"EPERM"}
// `pid` and `comm` are the calling thread's, `syscall` is a number where libseccomp has no name for it.
[[nodiscard]] std::string record_of(const std::string& container, const kernel::Notification& notification,
                                    const policy::Decision& decision);

}  // namespace scrim::agent
