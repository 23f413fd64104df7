// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/limits.h"

namespace scrim::cgroup {

enum class OnFailure : bool { leave, take_back };

// Writes all of them. What two values together do not allow in one order (a limit above that of memory with
// swap, a quota of another period) they may in the other: refused ones are tried again after the rest. Throws
// SystemError naming setting, value and file; with take_back, files of one value have what they had before.
void write_all(const Cgroup& cgroup, const std::vector<Write>& writes, OnFailure on_failure);

}  // namespace scrim::cgroup
