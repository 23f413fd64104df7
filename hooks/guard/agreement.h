// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "hooks/guard/request.h"

namespace scrim::guard {

struct Agreement {
  std::string disagreement;  // empty: the kernel agrees, or the process has ended without one being seen
  std::string not_known;     // why only the number of filters could be compared; empty if more could
};

// Whether a container's process has the filter that was asked for. Before the process executes the
// container's program it has `patience_ms` to come to agree: runtimes may load the filter just before
// execve(2), and poststart hooks do not wait for that. From then on filters are what they are. That the
// filter cannot be read (somebody traces the process, it does not stop) is a disagreement if it stays so,
// unless the kernel shows this process none at all. One that was seen of the program counts even if it has
// ended.
[[nodiscard]] Agreement agreement(const Request& request, pid_t pid, int patience_ms);

}  // namespace scrim::guard
