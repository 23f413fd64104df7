// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "launcher/bundle/spec.h"
#include "launcher/init/become.h"
#include "launcher/init/handover.h"
#include "launcher/os/fd.h"

// What a process does that `exec` adds to a container, from being there to execve(2): the little brother of
// init.h.
namespace scrim::init {

struct JoinPlan {
  const bundle::Process* process = nullptr;
  SecurityLabel* label = nullptr;
  Becoming::Settings settings;
  bool user_namespace = false;         // it is in one that is not the runtime's
  std::optional<std::string> keyring;  // the container's id; nothing: keep the caller's session keyring
  os::Fd* console_socket = nullptr;    // connected; gets the terminal's master
};

// Runs in a process that is in the container's cgroups and namespaces already, has no descriptor of the host
// but those it is given here, and does not let others look at it (PR_SET_DUMPABLE). It says Step::ready once,
// and ends with the runtime until it is answered. Failures are put into the handover; the runtime notices by
// the socket's end.
[[noreturn]] void join(const JoinPlan& plan, Handover& handover, os::Fd runtime) noexcept;

}  // namespace scrim::init
