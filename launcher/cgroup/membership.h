// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/cgroup/cgroup.h"

namespace scrim::cgroup {

// The container's directory in the hierarchy where a v1 controller's files are, or v2's if that is the only
// one; nullptr if there is none.
[[nodiscard]] const std::string* directory_of(const Cgroup& cgroup, const std::string& controller);

// Its directory in the unified hierarchy, also of a hybrid host, where it has no controllers; or nullptr.
[[nodiscard]] const std::string* unified_directory(const Cgroup& cgroup);

}  // namespace scrim::cgroup
