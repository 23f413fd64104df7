// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

#include "launcher/runtime/prepare.h"
#include "libprofile/filter/program.h"

namespace scrim::runtime {

// What the kernel says of a container's processes that did not start under our eyes, against what its bundle
// asks for. Processes that have gone meanwhile are no matter.

// Before they run, when nobody but criu can trace them. Throws Error if one has no filter although it should
// (`has_filter`), or lacks no_new_privs.
void check_confined(const std::vector<pid_t>& pids, const bundle::Spec& spec, bool has_filter);

// When they run: reads back their threads' filters. Throws Error if the first that one of them got is neither
// `program` nor means the same as `profile`, which was prepared with `verify`; filters that it got later only
// take away.
void check_enforced(const std::vector<pid_t>& pids, const PreparedProfile& profile,
                    const filter::Program& program);

}  // namespace scrim::runtime
