// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/channel.h"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>

#include "launcher/os/socket.h"

namespace scrim::init {

pid_t RuntimeChannel::receive(Step expected) const {
  Message message{};
  ssize_t got = 0;
  do got = recv(socket_.get(), &message, sizeof message, 0);
  while (got < 0 && errno == EINTR);
  if (got != sizeof message || message.step != expected) throw Abandoned();
  return message.pid;
}

std::vector<os::Fd> RuntimeChannel::receive_descriptors(Step expected) const {
  Message message{};
  std::vector<os::Fd> descriptors;
  const std::size_t got = os::receive_descriptors(
      socket_, {reinterpret_cast<char*>(&message), sizeof message}, descriptors, "the runtime");
  if (got != sizeof message || message.step != expected) throw Abandoned();
  return descriptors;
}

void RuntimeChannel::ask(Step step) const {
  const Message message{step, 0};
  if (send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL) != sizeof message) throw Abandoned();
  receive(Step::proceed);
}

void RuntimeChannel::die_with_runtime() const {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) throw_errno("die with the runtime");
  // It may have died before: then its end of the socket is closed.
  char byte = 0;
  if (recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0) throw Abandoned();
}

void outlive_runtime() {
  if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) != 0) throw_errno("outlive the runtime");
}

}  // namespace scrim::init
