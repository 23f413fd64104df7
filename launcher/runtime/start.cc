// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/start.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "launcher/init/handover.h"
#include "launcher/init/hooks.h"
#include "launcher/init/init.h"
#include "launcher/os/pidfd.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/dialogue.h"
#include "launcher/runtime/listener.h"
#include "launcher/runtime/notify.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

[[noreturn]] void fail_in_state(const std::string& id, Status status) {
  throw Error(concat("start container ", id, ": it is ", name_of(status), ", not created"));
}

// Ends a process that was told to start but cannot: without its listener taken it would wait for ever, and
// the filter may leave it no way to end by itself.
class EndUnlessStarted {
 public:
  explicit EndUnlessStarted(const os::Fd& pidfd) : pidfd_(pidfd) {}
  EndUnlessStarted(const EndUnlessStarted&) = delete;
  EndUnlessStarted& operator=(const EndUnlessStarted&) = delete;
  ~EndUnlessStarted() {
    if (!started_) os::pidfd_send_signal(pidfd_, SIGKILL);
  }
  void started() { started_ = true; }

 private:
  const os::Fd& pidfd_;
  bool started_ = false;
};

// Says the word, and waits for the socket's end: execve, or the process' own.
void start_waiting(const Container& container, const ContainerState& state) {
  const os::Fd pidfd = os::pidfd_open(state.pid);
  const std::optional<os::Fd> init = os::connect_in(container.directory(), init::start_socket_name);
  if (!pidfd || !init) fail_in_state(container.id(), status_of(state, container));
  // First of all, so that a missing agent leaves the container as it was.
  const os::Fd agent = connect_to_agent(state);
  os::write_all(init->get(), std::string_view(&init::start_word, 1), "the container's start socket");
  os::Fd memory = os::receive_descriptor(*init, "the container's process");
  if (!memory) throw Error(concat("start container ", container.id(), ": its process was killed"));
  EndUnlessStarted process(pidfd);  // it listens to us alone now
  const init::Handover handover = init::Handover::map(std::move(memory));
  deliver_listener(handover, pidfd, {state.pid, Status::created}, state, agent);
  char nothing = 0;
  while (read(init->get(), &nothing, 1) < 0 && errno == EINTR) continue;
  if (const auto failure = handover.failure()) throw StartError(*failure);
  process.started();
}

}  // namespace

void start(const Store& store, const std::string& id) {
  Container container = store.open(id);
  const ContainerState state = container.load();
  const Status status = status_of(state, container);
  if (status != Status::created) fail_in_state(id, status);
  const std::optional<Notify> notify = is_notify_wanted() ? Notify::listen(container) : std::nullopt;
  const os::Fd pidfd = notify ? os::pidfd_open(state.pid) : os::Fd();
  start_waiting(container, state);
  run_poststart(state);
  if (!pidfd) return;
  container.unlock();
  notify->wait(pidfd, state.pid);
}

void run_poststart(const ContainerState& state) {
  const bundle::Hooks hooks = bundle::read_hooks(state.hooks, "state.json");
  if (hooks.poststart.empty()) return;
  try {
    init::run_hooks(hooks.poststart, "poststart",
                    document::json::to_text(oci_state(state, name_of(Status::running))));
  } catch (const Error&) {
    // runtime-spec runtime.md, "Lifecycle", step 9: the container is stopped.
    const os::Fd pidfd = os::pidfd_open(state.pid);
    if (pidfd && process_start_time(state.pid) == state.start_time) os::pidfd_send_signal(pidfd, SIGKILL);
    throw;
  }
}

}  // namespace scrim::runtime
