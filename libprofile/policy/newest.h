// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "libprofile/policy/policy.h"

namespace scrim::policy {

// Policy::newest as runc computes it (libcontainer/seccomp/patchbpf/enosys_linux.go): for each architecture
// the highest number among all names in the profile, whatever their action; none for an architecture that has
// none of them. Empty if `otherwise` lets unknown calls through (allow, log; trace, because a tracer should
// see them) or answers ENOSYS already.
[[nodiscard]] std::vector<Newest> newest_calls(const document::OciSeccomp& seccomp, const Decision& otherwise,
                                               std::span<const document::Architecture> architectures);

}  // namespace scrim::policy
