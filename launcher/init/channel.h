// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

#include "launcher/os/fd.h"
#include "libprofile/error.h"

namespace scrim::init {

// What the two sides say to each other over a socket pair, one message each: the runtime answers every one of
// the new process'.
enum class Step : unsigned char {
  mapped,       // runtime to init, first: the ids are mapped; with init's pid as the runtime sees it
  cgroups,      // runtime to init, with the ways into the container's v1 cgroups (cgroup::Entrance)
  environment,  // init: the namespaces and mounts are there; the runtime moves network devices and runs
                // prestart and createRuntime hooks
  ready,        // new process: everything is set up; the runtime applies limits and hands over the program
  proceed,      // runtime to new process: go on
};
struct Message {
  Step step;
  pid_t pid;
};

// The runtime is gone: there is nobody to report to and nothing to go on for.
struct Abandoned : Error {
  Abandoned() : Error("the command that started this process is gone") {}
};

// The new process' end. Whatever it does throws Abandoned if the runtime is gone.
class RuntimeChannel {
 public:
  explicit RuntimeChannel(os::Fd socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int fd() const { return socket_.get(); }
  // Waits for that message, and returns the pid in it.
  pid_t receive(Step expected) const;
  // The same, with the descriptors that came along.
  [[nodiscard]] std::vector<os::Fd> receive_descriptors(Step expected) const;
  // Says it, and waits until the runtime lets us proceed.
  void ask(Step step) const;
  // From here on this process is killed when the runtime dies (until its credentials change: prctl(2),
  // PR_SET_PDEATHSIG).
  void die_with_runtime() const;

 private:
  os::Fd socket_;
};

// The end of die_with_runtime(). The runtime's end is seen at the channel as long as there is something to
// ask.
void outlive_runtime();

}  // namespace scrim::init
