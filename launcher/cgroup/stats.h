// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/cgroup/cgroup.h"
#include "libprofile/document/json.h"

namespace scrim::cgroup {

// What a container uses and has used, in the members that `runc events --stats` prints as "data", zeros left
// out where it leaves them out. What a controller that is not there would say is absent. Throws SystemError
// if the cgroups are gone.
[[nodiscard]] document::json::Value read_stats(const Cgroup& cgroup);

}  // namespace scrim::cgroup
