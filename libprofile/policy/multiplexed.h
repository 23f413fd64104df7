// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libprofile/document/profile.h"

// Calls that share one number: socketcall(2) and ipc(2) take the number of the call as their first argument.
namespace scrim::policy {

struct Multiplexed {
  const char* through = nullptr;  // "socketcall" or "ipc"
  std::uint32_t subcall = 0;      // its first argument: SYS_SOCKET (linux/net.h), SEMOP (linux/ipc.h), …
};

// Nothing for a call that is never multiplexed. Whether an architecture does so is told by whether it has
// `through`.
[[nodiscard]] std::optional<Multiplexed> multiplexed(const std::string& name);

// The number of its own that such a call has on an architecture that multiplexes as well, if it has one:
// libseccomp's seccomp_syscall_resolve_name_arch(3) gives a pseudo number instead.
[[nodiscard]] std::optional<std::uint32_t> direct_number(const std::string& name,
                                                         document::Architecture architecture);

}  // namespace scrim::policy
