// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/listener.h"

#include <poll.h>

#include <ctime>

#include "launcher/os/pidfd.h"
#include "launcher/os/socket.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using document::json::Value;

static Value text(std::string_view value) {
  return Value(Value::Data(std::string(value)));
}

os::Fd connect_to_agent(const ContainerState& container) {
  if (container.listener_path.empty()) return {};
  try {
    return os::connect_to(container.listener_path);
  } catch (const SystemError& error) {
    throw SystemError(error.code(), concat("connect to the seccomp agent at ", container.listener_path),
                      "linux.seccomp.listenerPath: is it running?");
  }
}

void deliver_listener(const init::Handover& handover, const os::Fd& pidfd, Listening process,
                      const ContainerState& container, const os::Fd& agent) {
  if (!agent) return;
  // The other side may not make a system call any more, so it cannot wake us: look again every 50 µs.
  while (handover.listener().load(std::memory_order_acquire) < 0) {
    pollfd ended{pidfd.get(), POLLIN, 0};
    if (poll(&ended, 1, 0) > 0 || handover.failure()) return;
    const timespec pause{0, 50'000};
    nanosleep(&pause, nullptr);
  }
  const os::Fd listener = os::pidfd_getfd(pidfd, handover.listener().load(std::memory_order_acquire));
  if (!listener) throw_errno("take the seccomp listener");

  const Value state = oci_state(container, name_of(process.status));
  Value process_state;
  process_state.set("ociVersion", text(container.oci_version));
  process_state.set("fds", Value(Value::Data(Value::Array{text("seccompFd")})));
  process_state.set("pid", Value(Value::Data(static_cast<std::uint64_t>(process.pid))));
  if (!container.listener_metadata.empty()) process_state.set("metadata", text(container.listener_metadata));
  process_state.set("state", state);
  os::send_descriptor(agent, listener, document::json::to_text(process_state),
                      concat("the seccomp agent at ", container.listener_path));
  handover.listener_taken().store(true, std::memory_order_release);
}

}  // namespace scrim::runtime
