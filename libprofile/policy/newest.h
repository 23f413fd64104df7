// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "libprofile/policy/policy.h"

namespace scrim::policy {

// Policy::newest as runc computes it (libcontainer/seccomp/patchbpf/enosys_linux.go): for each architecture
// the highest number among all names in the profile, whatever their action; none for an architecture that has
// none of them.
class NewestCalls {
 public:
  void see(std::span<const NumberOn> numbers);
  // Empty if `otherwise` lets unknown calls through (allow, log; trace, because a tracer should see them) or
  // answers ENOSYS already. In the order of the architectures.
  [[nodiscard]] std::vector<Newest> newest(const Decision& otherwise,
                                           std::span<const document::Architecture> architectures) const;

 private:
  std::array<int, 32> highest_{};  // by architecture. 0 is not counted, as in runc
};

}  // namespace scrim::policy
