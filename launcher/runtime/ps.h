// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "launcher/runtime/store.h"

namespace scrim::runtime {

// The processes in the container's cgroups and below, by the host's numbers; none once it has stopped.
// Throws Error if it has no cgroups (rootless).
[[nodiscard]] std::vector<pid_t> processes_of(const Store& store, const std::string& id);

// What ps(1) with these options (none: -ef) says about them: its header and their lines. Throws Error if it
// fails or shows no column PID.
[[nodiscard]] std::string ps_table(const std::vector<pid_t>& pids, const std::vector<std::string>& options);

}  // namespace scrim::runtime
