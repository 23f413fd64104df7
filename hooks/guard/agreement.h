// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "hooks/guard/request.h"

namespace scrim::guard {

struct Agreement {
  std::string disagreement;  // empty: the kernel agrees, or the process has ended
  std::string not_known;     // why only the number of filters could be compared; empty if more could
};

// Whether a container's process has the filter that was asked for. runc loads it just before execve(2) where
// it may, and poststart hooks do not wait for that: it has `patience_ms` to come to agree.
[[nodiscard]] Agreement agreement(const Request& request, pid_t pid, int patience_ms);

}  // namespace scrim::guard
