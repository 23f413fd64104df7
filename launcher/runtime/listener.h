// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/init/handover.h"
#include "launcher/os/fd.h"
#include "launcher/runtime/state.h"

namespace scrim::runtime {

// Connects to the state's listener_path; no descriptor if it has none. Throws SystemError.
[[nodiscard]] os::Fd connect_to_agent(const ContainerState& state);

// Whose listener it is, and what the container's state is meanwhile.
struct Listening {
  pid_t pid;
  Status status;
};

// Takes the seccomp listener out of the new process (pidfd_getfd(2)), which waits for that on memory, and
// sends it to the agent with the container process state (runtime-spec config-linux.md). Waits for the
// listener to appear; returns without one if there is no agent, or if the process ends or fails first.
void deliver_listener(const init::Handover& handover, const os::Fd& pidfd, Listening process,
                      const ContainerState& container, const os::Fd& agent);

}  // namespace scrim::runtime
