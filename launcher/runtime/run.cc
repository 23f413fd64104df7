// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/run.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "launcher/os/socket.h"
#include "launcher/os/terminal.h"
#include "launcher/runtime/remove.h"
#include "launcher/runtime/start.h"
#include "libprofile/error.h"

namespace scrim::runtime {

namespace {

// All signals that can be held come as messages, from before the container exists: none is lost.
class SignalQueue {
 public:
  SignalQueue() {
    sigset_t all{};
    sigfillset(&all);
    // Faults of our own are not for the container.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP})
      sigdelset(&all, fault);
    // The end of a child is seen by its pidfd.
    sigdelset(&all, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &all, &before_) != 0) throw_errno("hold signals");
    queue_ = os::Fd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!queue_) throw_errno("queue signals");
  }
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;
  ~SignalQueue() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] int fd() const { return queue_.get(); }
  [[nodiscard]] std::optional<int> next() const {
    signalfd_siginfo info{};
    if (read(queue_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  sigset_t before_{};
  os::Fd queue_;
};

// The foreground's terminal: the socket that init sends its master to, then the master.
struct Terminal {
  os::Fd ours;
  os::Fd theirs;
  os::Fd master;

  void make_socket() { std::tie(ours, theirs) = os::socket_pair(); }
  void take_master() {
    theirs.reset();
    master = os::receive_descriptor(ours, "the container's process");
    if (!master) throw Error("take the container's terminal: none was sent");
    os::copy_window_size(master);
  }
};

os::ExitStatus wait_in_foreground(os::Child& process, const SignalQueue& signals, const os::Fd& master) {
  std::optional<os::RawTerminal> raw;
  std::optional<os::TerminalCopy> copy;
  if (master) {
    raw.emplace();
    copy.emplace(master);
  }
  for (;;) {
    std::array<pollfd, 4> events{pollfd{process.pidfd().get(), POLLIN, 0}, pollfd{signals.fd(), POLLIN, 0},
                                 pollfd{copy ? copy->input() : -1, POLLIN, 0},
                                 pollfd{copy ? copy->output() : -1, POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR) throw_errno("wait for the container");
    while (const std::optional<int> signal = signals.next()) {
      if (*signal == SIGWINCH && master)
        os::copy_window_size(master);
      else
        process.kill(*signal);
    }
    if (copy && (events[2].revents & (POLLIN | POLLHUP)) != 0) copy->from_input();
    if (copy && (events[3].revents & (POLLIN | POLLHUP)) != 0) copy->from_master();
    if ((events[0].revents & POLLIN) != 0) {
      if (copy) copy->drain();
      return process.wait();
    }
  }
}

}  // namespace

int run(PreparedBundle& bundle, const Store& store, const RunOptions& options, const Warn& warn) {
  const bool own_terminal = bundle.spec.process && bundle.spec.process->terminal && !options.detach &&
                            options.create.console_socket.empty();
  std::optional<SignalQueue> signals;
  if (!options.detach) signals.emplace();
  Terminal terminal;
  CreateOptions create_options = options.create;
  create_options.wait_for_start = false;
  if (own_terminal) {
    terminal.make_socket();
    create_options.console = &terminal.theirs;
  }

  Created created = create(bundle, store, create_options, warn);
  if (own_terminal) terminal.take_master();
  created.wait_for_exec();
  run_poststart(created.state());
  if (options.detach) {
    created.release();
    return 0;
  }
  created.unlock();
  const os::ExitStatus status = wait_in_foreground(created.process(), *signals, terminal.master);
  created.finish(options.keep);
  return status.as_shell();
}

}  // namespace scrim::runtime
