// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

#include "launcher/os/fd.h"

namespace scrim::os {

// How a process ended (waitid(2)): an exit status, or the signal that ended it.
struct ExitStatus {
  int code = 0;
  int signal = 0;  // 0: it exited by itself
  // As shells report it: the exit status, or 128 + the signal.
  [[nodiscard]] int as_shell() const { return signal != 0 ? 128 + signal : code; }
};

// A child process of ours, held by its pidfd: never another process that got the same number later. A child
// that is still there when its owner goes is killed and waited for.
class Child {
 public:
  // Takes over a child that clone(2) made.
  Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  // Starts a program (absolute path) with exactly this environment, these standard descriptors, no blocked
  // signal and default actions. `doing` begins the message of the SystemError that is thrown if it cannot be
  // started.
  [[nodiscard]] static Child spawn(const std::string& path, const std::vector<std::string>& args,
                                   const std::vector<std::string>& env, const std::array<int, 3>& standard,
                                   const std::string& doing);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const Fd& pidfd() const { return pidfd_; }
  void kill(int signal) const noexcept;
  // Waits for its end; once.
  [[nodiscard]] ExitStatus wait();
  // Lets it live on by itself.
  void release() { pid_ = -1; }

 private:
  pid_t pid_;
  Fd pidfd_;
};

}  // namespace scrim::os
