// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/remove.h"

#include <poll.h>

#include <csignal>

#include "launcher/init/hooks.h"
#include "launcher/os/pidfd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr int death_timeout_ms = 10'000;

// Kills the first process, which takes its pid namespace along, and waits until it is gone.
void kill_and_wait(const ContainerState& state) {
  if (state.pid == 0) return;
  const os::Fd pidfd = os::pidfd_open(state.pid);
  if (!pidfd || process_start_time(state.pid) != state.start_time) return;
  os::pidfd_send_signal(pidfd, SIGKILL);
  cgroup::let_die(state.cgroup);
  pollfd ended{pidfd.get(), POLLIN, 0};
  if (poll(&ended, 1, death_timeout_ms) == 0)
    throw Error(concat("delete container ", state.id, ": process ", state.pid, " does not die (state D?)"));
}

}  // namespace

void remove_stopped(Container container, const ContainerState& state, const Warn& warn) {
  // Without a pid namespace others may be left.
  cgroup::signal_all(state.cgroup, SIGKILL);
  cgroup::remove(state.cgroup);
  container.remove();
  const bundle::Hooks hooks = bundle::read_hooks(state.hooks, "state.json");
  const std::string stopped = document::json::to_text(oci_state(state, name_of(Status::stopped)));
  for (const bundle::Hook& hook : hooks.poststop) {
    try {
      init::run_hooks({hook}, "poststop", stopped);
    } catch (const Error& error) {
      warn(error.what());
    }
  }
}

void remove(const Store& store, const std::string& id, bool force, const Warn& warn) {
  std::optional<Container> container = store.find(id);
  if (!container) {
    if (force) return;
    throw Error(concat("container ", id, " does not exist"));
  }
  const ContainerState state = container->load();
  const Status status = status_of(state, container->directory());
  // A created one runs nothing of the user's yet: runc deletes it without --force.
  if ((status == Status::running || status == Status::paused) && !force)
    throw Error(concat("delete container ", id, ": it is ", name_of(status), " (stop it first, or --force)"));
  kill_and_wait(state);
  remove_stopped(std::move(*container), state, warn);
}

}  // namespace scrim::runtime
