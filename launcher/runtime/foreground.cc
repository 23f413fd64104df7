// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/foreground.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <tuple>

#include "launcher/os/socket.h"
#include "launcher/os/terminal.h"
#include "libprofile/error.h"

namespace scrim::runtime {

// A host that does not listen any more is no reason to end the container.
static void tell_host(const Notify& notify) {
  try {
    (void)notify.pass_on(getpid());
  } catch (const SystemError&) {  // NOLINT(bugprone-empty-catch)
  }
}

Foreground::Foreground(bool terminal) {
  if (terminal) std::tie(ours_, theirs_) = os::socket_pair();
  sigset_t all{};
  sigfillset(&all);
  // Faults of our own are not for the container.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP}) sigdelset(&all, fault);
  // The end of a child is seen by its pidfd.
  sigdelset(&all, SIGCHLD);
  signals_ = os::Fd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw_errno("queue signals");
  if (sigprocmask(SIG_BLOCK, &all, &before_) != 0) throw_errno("hold signals");
}

Foreground::~Foreground() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Foreground::take_terminal() {
  theirs_.reset();
  master_ = os::receive_descriptor(ours_, "the container's process");
  if (!master_) throw Error("take the container's terminal: none was sent");
  os::copy_window_size(master_);
}

std::optional<int> Foreground::next_signal() const {
  signalfd_siginfo info{};
  if (read(signals_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Foreground::pass_signals_on(const os::Child& process) const {
  while (const std::optional<int> signal = next_signal()) {
    if (*signal == SIGWINCH && master_)
      os::copy_window_size(master_);
    else
      process.kill(*signal);
  }
}

os::ExitStatus Foreground::wait(os::Child& process, const std::optional<Notify>& notify) {
  std::optional<os::RawTerminal> raw;
  std::optional<os::TerminalCopy> copy;
  if (master_) {
    raw.emplace();
    copy.emplace(master_);
  }
  for (;;) {
    std::array<pollfd, 5> events{pollfd{process.pidfd().get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                                 pollfd{copy ? copy->input() : -1, POLLIN, 0},
                                 pollfd{copy ? copy->output() : -1, POLLIN, 0},
                                 pollfd{notify ? notify->socket().get() : -1, POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR) throw_errno("wait for the container");
    pass_signals_on(process);
    if (copy && (events[2].revents & (POLLIN | POLLHUP)) != 0) copy->from_input();
    if (copy && (events[3].revents & (POLLIN | POLLHUP)) != 0) copy->from_master();
    if ((events[4].revents & POLLIN) != 0) tell_host(*notify);
    if ((events[0].revents & POLLIN) != 0) {
      if (copy) copy->drain();
      return process.wait();
    }
  }
}

}  // namespace scrim::runtime
