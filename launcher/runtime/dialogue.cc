// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/dialogue.h"

#include <sys/socket.h>

#include <cerrno>

namespace scrim::runtime {

void Dialogue::tell(init::Step step, pid_t pid) const {
  const init::Message message{step, pid};
  // If it is gone, the next receive says why.
  if (send(channel_.get(), &message, sizeof message, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
      errno != ECONNRESET)
    throw_errno("talk to the new process");
}

init::Step Dialogue::next(const init::Handover& handover, const os::Interruption* interruption) const {
  if (interruption != nullptr) interruption->wait_for(channel_);
  init::Message message{};
  ssize_t got = 0;
  do got = recv(channel_.get(), &message, sizeof message, 0);
  while (got < 0 && errno == EINTR);
  if (got == sizeof message) return message.step;
  if (const auto failure = handover.failure()) throw StartError(*failure);
  throw Error("start a process in the container: it was killed while it was being set up");
}

void Dialogue::wait_for_exec(const init::Handover& handover, const os::Interruption* interruption) const {
  if (interruption != nullptr) interruption->wait_for(channel_);
  init::Message message{};
  while (recv(channel_.get(), &message, sizeof message, 0) < 0 && errno == EINTR) continue;
  if (const auto failure = handover.failure()) throw StartError(*failure);
}

}  // namespace scrim::runtime
