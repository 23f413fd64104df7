// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/cgroup/cgroup.h"
#include "launcher/init/handover.h"
#include "launcher/os/child.h"
#include "launcher/os/fd.h"

namespace scrim::runtime {

// The way into a running container.
struct Way {
  os::Fd first_process;          // pidfd of the container's
  std::uint64_t namespaces = 0;  // CLONE_NEW* of those to join
  cgroup::Entrance entrance;
  os::Fd other_unified;   // a cgroup v2 to take if the entrance's cannot have processes (EBUSY); may be empty
  std::vector<int> kept;  // descriptors that the new process keeps, beside standard streams
  bundle::CpuAffinity affinity{};
  unsigned preserve_fds = 0;  // and so many of the caller's
};

// Starts a child of ours in there. A process in between, which the container does not see, joins its cgroups
// and all of its namespaces at once (setns(2) with a pidfd), closes what is not kept, and hands its child
// over to us (CLONE_PARENT): so that there is no moment at which the container sees a process with
// descriptors or directories of the host (CVE-2016-9962), and none of it stays if this process dies. `body`
// runs in the child and never returns. Throws StartError with what the process in between wrote into the
// handover.
[[nodiscard]] os::Child spawn_into(const Way& way, init::Handover& handover,
                                   const std::function<void()>& body);

}  // namespace scrim::runtime
