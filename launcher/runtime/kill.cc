// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/kill.h"

#include <csignal>

#include "launcher/os/pidfd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

void kill(const Store& store, const std::string& id, int signal, bool all) {
  const Container container = store.look(id);
  const ContainerState state = container.load();
  if (all) return cgroup::signal_all(state.cgroup, signal);

  const Error not_running(concat("kill container ", id, ": container not running"));
  if (state.pid == 0) throw not_running;
  // The pidfd first, then who it is: the number cannot change hands in between.
  const os::Fd pidfd = os::pidfd_open(state.pid);
  if (!pidfd || process_start_time(state.pid) != state.start_time) throw not_running;
  if (os::pidfd_send_signal(pidfd, signal) != 0) {
    if (errno == ESRCH) throw not_running;
    throw_errno(concat("send signal ", signal, " to container ", id));
  }
  if (signal == SIGKILL) cgroup::let_die(state.cgroup);
}

}  // namespace scrim::runtime
