// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/criu_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <tuple>

#include "launcher/criu/log.h"
#include "launcher/init/enforce.h"
#include "launcher/os/program.h"
#include "launcher/runtime/clone.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr int first_copy = 64;
constexpr int patience_ms = 10'000;

os::Fd make_memory() {
  os::Fd memory(memfd_create("criu", MFD_CLOEXEC));
  if (!memory) throw_errno("make room for what criu says");
  return memory;
}

// Under their numbers there, not close-on-exec. None of ours is lost to a number on the way.
void pass_on(const std::vector<std::pair<int, int>>& descriptors) {
  std::vector<std::pair<int, int>> copies;
  for (const auto& [ours, number] : descriptors) {
    const int copy = fcntl(ours, F_DUPFD_CLOEXEC, first_copy);
    if (copy < 0) throw_errno("pass descriptors on to criu");
    copies.emplace_back(copy, number);
  }
  for (const auto& [copy, number] : copies)
    if (dup2(copy, number) < 0) throw_errno("pass descriptors on to criu");
}

[[noreturn]] void become(const CriuProcess::Setup& setup, const os::Fd& said, bool in_cgroup) {
  if (setsid() < 0) throw_errno("lead a new session");
  if (setup.entrance != nullptr) {
    cgroup::enter(*setup.entrance);
    if (setup.entrance->unified && !in_cgroup)
      os::write_all(os::open_at(setup.entrance->unified, "cgroup.procs", O_WRONLY).get(), "0",
                    "cgroup.procs of the container");
  }
  if (setup.prepare) setup.prepare();
  // --no-default-config does not keep criu 3.17 from reading the file that this names.
  unsetenv("CRIU_CONFIG_FILE");
  const os::Fd null = os::open("/dev/null", O_RDONLY);
  std::vector<std::pair<int, int>> descriptors = setup.descriptors;
  descriptors.insert(descriptors.end(), {{null.get(), 0}, {said.get(), 1}, {said.get(), 2}});
  pass_on(descriptors);
  sigset_t none{};
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<std::string> arguments{"criu"};
  arguments.insert(arguments.end(), setup.arguments.begin(), setup.arguments.end());
  os::exec_program(setup.program, arguments);
}

}  // namespace

CriuProcess::CriuProcess(const Setup& setup) : said_(make_memory()), process_(start(setup, said_)) {}

os::Child CriuProcess::start(const Setup& setup, const os::Fd& said) {
  int pidfd = -1;
  static const os::Fd none;
  const Clone made =
      clone_process(0, SIGCHLD, setup.entrance == nullptr ? none : setup.entrance->unified, &pidfd);
  if (made.pid < 0) throw SystemError(made.errnum, concat("start ", setup.program));
  if (made.pid == 0) {
    try {
      become(setup, said, made.in_cgroup);
    } catch (const std::exception& error) {
      const std::string_view what = error.what();
      (void)!write(said.get(), what.data(), what.size());
    }
    init::end_process(1);
  }
  return {made.pid, os::Fd(pidfd)};
}

void CriuProcess::wait(const criu::Directories& directories, const std::string& doing) {
  const os::Interruption held;
  const os::ExitStatus status = process_.wait();
  if (status.as_shell() != 0) fail(directories, doing, status);
}

void CriuProcess::let_end() noexcept {
  pollfd ended{process_.pidfd().get(), POLLIN, 0};
  while (poll(&ended, 1, patience_ms) < 0 && errno == EINTR) continue;
}

void CriuProcess::fail(const criu::Directories& directories, const std::string& doing,
                       const os::ExitStatus& status) const {
  const std::string log = criu::telling_lines(directories.log());
  if (!log.empty()) throw Error(concat(doing, ": criu: ", log, " (all of it: ", directories.log_path(), ")"));
  std::array<char, 1024> text{};
  const ssize_t length = pread(said_.get(), text.data(), text.size(), 0);
  std::string said(text.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::ranges::replace(said, '\n', ' ');
  throw Error(concat(doing, ": criu ",
                     status.signal != 0 ? concat("was killed by signal ", status.signal)
                                        : concat("ended with status ", status.code),
                     said.empty() ? "" : ": ", said));
}

// criu closes everything but standard streams for its script, and these are its log; but its own are still
// open. Opening an anonymous pipe once more never waits for its other side (fifo_open() of the kernel):
// without us writing fails, or reading does, and so the script. Then criu gives up, except for pre-resume,
// when it is too late for that.
std::string_view CriuActions::script() {
  return R"(#!/bin/sh
trap '' PIPE
ask() { echo "$CRTOOLS_SCRIPT_ACTION $CRTOOLS_INIT_PID" >/proc/$PPID/fd/20 && read -r _ </proc/$PPID/fd/21; }
case $CRTOOLS_SCRIPT_ACTION in
setup-namespaces | post-restore) ask ;;
pre-resume) ask || kill -KILL "$CRTOOLS_INIT_PID" ;;
esac
)";
}

std::vector<std::pair<int, int>> CriuActions::descriptors() const {
  return {{saying_.get(), 20}, {answered_.get(), 21}};
}

CriuActions::CriuActions() {
  std::tie(said_, saying_) = os::make_pipe();
  std::tie(answered_, answer_) = os::make_pipe();
}

std::optional<CriuActions::Action> CriuActions::next(const os::Child& criu,
                                                     const os::Interruption& interruption) const {
  for (;;) {
    std::array<pollfd, 3> events{pollfd{said_.get(), POLLIN, 0}, pollfd{criu.pidfd().get(), POLLIN, 0},
                                 pollfd{interruption.fd().get(), POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR) throw_errno("wait for criu");
    if (events[2].revents != 0) interruption.check();
    if ((events[0].revents & POLLIN) != 0) return read_action();
    if (events[1].revents != 0) return std::nullopt;
  }
}

CriuActions::Action CriuActions::read_action() const {
  // Less than PIPE_BUF: written in one piece.
  std::array<char, 128> text{};
  const ssize_t length = read(said_.get(), text.data(), text.size());
  const std::string_view said(text.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  Action action;
  action.stage = said.substr(0, said.find(' '));
  const std::size_t at = std::min(action.stage.size() + 1, said.size());
  std::from_chars(said.data() + at, said.data() + said.size(), action.pid);
  if (action.pid <= 0) throw Error(concat("criu's script said no process: ", said));
  return action;
}

void CriuActions::proceed() const {
  os::write_all(answer_.get(), "\n", "the answer to criu");
}

}  // namespace scrim::runtime
