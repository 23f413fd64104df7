// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include <optional>

#include "launcher/os/child.h"
#include "launcher/os/fd.h"
#include "launcher/runtime/notify.h"

namespace scrim::runtime {

// This command in the place of a container's process: signals that reach us go to it, and a terminal of the
// container's is copied to and from ours. Signals are held from the beginning, before there is a process:
// none is lost.
class Foreground {
 public:
  // `terminal`: the process will have one, whose master it sends to console_socket().
  explicit Foreground(bool terminal);
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;
  ~Foreground();

  [[nodiscard]] os::Fd& console_socket() { return theirs_; }
  // Once the process is there. Throws Error if it sent none.
  void take_terminal();

  // Until it ends. `notify`: whom to tell when it is ready; the main process of the service is this one.
  [[nodiscard]] os::ExitStatus wait(os::Child& process, const std::optional<Notify>& notify = std::nullopt);

 private:
  [[nodiscard]] std::optional<int> next_signal() const;
  void pass_signals_on(const os::Child& process) const;

  sigset_t before_{};
  os::Fd signals_;
  os::Fd ours_;
  os::Fd theirs_;
  os::Fd master_;
};

}  // namespace scrim::runtime
