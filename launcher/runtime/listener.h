// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/init/handover.h"
#include "launcher/os/fd.h"
#include "launcher/runtime/state.h"

namespace scrim::runtime {

// Takes the seccomp listener out of the new process (pidfd_getfd(2)), which waits for that on memory, and
// sends it to the state's listener_path with the container process state (runtime-spec config-linux.md).
// Waits for the listener to appear; returns without one if the process ends or fails first.
void deliver_listener(const init::Handover& handover, const os::Fd& pidfd, const ContainerState& state);

}  // namespace scrim::runtime
