// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/cgroup/cgroup.h"
#include "launcher/init/channel.h"
#include "launcher/init/handover.h"
#include "launcher/os/fd.h"
#include "launcher/os/interruption.h"
#include "libprofile/error.h"

namespace scrim::runtime {

// A process that did not get as far as its program; what() is what it reported.
class StartError : public Error {
 public:
  explicit StartError(const init::Handover::Failure& failure)
      : Error(failure.message), exit_status_(failure.exit_status) {}
  [[nodiscard]] int exit_status() const { return exit_status_; }

 private:
  int exit_status_;
};

// Our side of the conversation with a process that we started (init/channel.h).
class Dialogue {
 public:
  // `channel`: our end of the socket pair; the other one must be open in the new process only.
  explicit Dialogue(os::Fd channel) : channel_(std::move(channel)) {}

  void tell(init::Step step, pid_t pid) const;
  // The v1 part of it.
  void send_entrance(const cgroup::Entrance& entrance) const;
  // What it says next. Throws StartError with what it wrote down if it is gone, or Error that it was killed.
  // `interruption`: cuts the wait short with its Error, if there is one.
  [[nodiscard]] init::Step next(const init::Handover& handover,
                                const os::Interruption* interruption = nullptr) const;
  // Waits for its program to run: execve closes its end. Throws StartError.
  void wait_for_exec(const init::Handover& handover, const os::Interruption* interruption = nullptr) const;

 private:
  os::Fd channel_;
};

}  // namespace scrim::runtime
