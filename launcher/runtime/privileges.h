// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "launcher/bundle/spec.h"

namespace scrim::runtime {

// Holds what restored processes may do, before they run, against what the bundle gives. They may have less:
// a program drops what it does not need. Throws Error if a thread has capabilities that process.capabilities
// does not have, if the first process (`first`) has a user or groups that it cannot have got from
// process.user's, or another label than `label` ("apparmor:NAME", "selinux:LABEL"; empty: the bundle's).
// Processes that have gone meanwhile are no matter.
void check_privileges(const std::vector<pid_t>& pids, pid_t first, const bundle::Process& process,
                      const std::string& label);

}  // namespace scrim::runtime
