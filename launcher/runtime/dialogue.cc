// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/dialogue.h"

#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "launcher/os/socket.h"

namespace scrim::runtime {

void Dialogue::tell(init::Step step, pid_t pid) const {
  const init::Message message{step, pid};
  // If it is gone, the next receive says why.
  if (send(channel_.get(), &message, sizeof message, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
      errno != ECONNRESET)
    throw_errno("talk to the new process");
}

void Dialogue::send_entrance(const cgroup::Entrance& entrance) const {
  const init::Message message{init::Step::cgroups, 0};
  std::vector<int> ways;
  for (const cgroup::Entrance::V1& way : entrance.v1) ways.push_back(way.tasks.get());
  try {
    os::send_descriptors(channel_, ways, {reinterpret_cast<const char*>(&message), sizeof message},
                         "the new process");
  } catch (const SystemError& error) {
    if (error.code() != EPIPE && error.code() != ECONNRESET) throw;  // as with tell()
  }
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
