// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/interruption.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

Interruption::Interruption() {
  sigset_t held{};
  sigemptyset(&held);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held, signal);
  signals_ = Fd(signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw_errno("queue signals");
  if (sigprocmask(SIG_BLOCK, &held, &before_) != 0) throw_errno("hold signals");
}

Interruption::Interruption(Interruption&& other) noexcept
    : signals_(std::move(other.signals_)), before_(other.before_) {}

Interruption::~Interruption() {
  if (signals_) sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Interruption::check() const {
  signalfd_siginfo info{};
  if (read(signals_.get(), &info, sizeof info) == sizeof info)
    throw Error(concat("interrupted by signal ", info.ssi_signo, " (",
                       sigdescr_np(static_cast<int>(info.ssi_signo)), ")"));
}

void Interruption::wait_for(const Fd& fd) const {
  std::array<pollfd, 2> events{pollfd{fd.get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0}};
  while (poll(events.data(), events.size(), -1) < 0)
    if (errno != EINTR) throw_errno("wait for the new process");
  if (events[1].revents != 0) check();
}

}  // namespace scrim::os
