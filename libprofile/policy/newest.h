// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "libprofile/policy/policy.h"

namespace scrim::policy {

// Policy::newest as runc computes it (libcontainer/seccomp/patchbpf/enosys_linux.go): for each architecture
// the highest number among all names in the profile, whatever their action; none for an architecture that has
// none of them.
class NewestCalls {
 public:
  explicit NewestCalls(std::span<const document::Architecture> architectures);
  void see(Syscall syscall);
  // Empty if `otherwise` lets unknown calls through (allow, log; trace, because a tracer should see them) or
  // answers ENOSYS already. In the order of the architectures.
  [[nodiscard]] std::vector<Newest> newest(const Decision& otherwise) const;

 private:
  struct Highest {
    document::Architecture architecture;
    int number;  // 0 is not counted, as in runc
  };
  std::vector<Highest> highest_;
};

}  // namespace scrim::policy
