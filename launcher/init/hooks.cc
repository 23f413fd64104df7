// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/hooks.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "launcher/os/child.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

using Clock = std::chrono::steady_clock;

// The state, as a file: a hook that does not read it cannot block us, as a pipe could.
os::Fd state_file(const std::string& state) {
  os::Fd file(memfd_create("state", MFD_CLOEXEC));
  if (!file) throw_errno("make the state that a hook reads");
  os::write_all(file.get(), state, "the state that a hook reads");
  if (lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("rewind the state that a hook reads");
  return file;
}

std::string ended(const os::ExitStatus& status) {
  return status.signal != 0 ? concat("killed by signal ", status.signal)
                            : concat("exit status ", status.code);
}

void run_hook(const bundle::Hook& hook, const std::string& stage, const std::string& state,
              const os::Interruption* interruption) {
  const std::string doing = concat("run ", stage, " hook ", hook.path);
  const os::Fd input = state_file(state);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(doing);
  const os::Fd reading(ends[0]);
  os::Fd writing(ends[1]);

  std::vector<std::string> args = hook.args;
  if (args.empty()) args.push_back(hook.path);
  os::Child child =
      os::Child::spawn(hook.path, args, hook.env, {input.get(), writing.get(), writing.get()}, doing);
  writing.reset();

  const auto deadline = Clock::now() + std::chrono::seconds(hook.timeout.value_or(0));
  std::string said;
  // Two things are waited for: what it says (so that it never blocks on a full pipe), and its end. Something
  // that it left running may keep the pipe open, so its end decides.
  std::array<pollfd, 3> events{pollfd{child.pidfd().get(), POLLIN, 0}, pollfd{reading.get(), POLLIN, 0},
                               pollfd{interruption != nullptr ? interruption->fd().get() : -1, POLLIN, 0}};
  const auto read_some = [&] {
    std::array<char, 4096> buffer{};
    const ssize_t got = read(reading.get(), buffer.data(), buffer.size());
    if (got > 0 && said.size() < 1024) said.append(buffer.data(), static_cast<std::size_t>(got));
    if (got <= 0) events[1].fd = -1;
  };
  for (;;) {
    int wait = -1;
    if (hook.timeout) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      wait = static_cast<int>(std::max<long>(0, left + 1));
    }
    const int ready = poll(events.data(), events.size(), wait);
    if (ready < 0 && errno != EINTR) throw_errno(doing);
    if (ready == 0) {
      child.kill(SIGKILL);
      (void)child.wait();
      throw Error(concat(doing, ": no end after its timeout of ", *hook.timeout, " s"));
    }
    if (ready > 0 && events[2].revents != 0) interruption->check();
    if (ready > 0 && (events[1].revents & (POLLIN | POLLHUP)) != 0) read_some();
    if (ready > 0 && (events[0].revents & POLLIN) != 0) break;
  }
  const os::ExitStatus status = child.wait();
  if (status.code == 0 && status.signal == 0) return;
  if (events[1].fd >= 0) {
    // What it said last may still be in the pipe.
    pollfd rest{reading.get(), POLLIN, 0};
    if (poll(&rest, 1, 0) > 0) read_some();
  }
  while (!said.empty() && said.back() == '\n') said.pop_back();
  throw Error(concat(doing, ": ", ended(status), said.empty() ? "" : ": ", said));
}

}  // namespace

void run_hooks(const std::vector<bundle::Hook>& hooks, const std::string& stage, const std::string& state,
               const os::Interruption* interruption) {
  for (const bundle::Hook& hook : hooks) run_hook(hook, stage, state, interruption);
}

}  // namespace scrim::init
