// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/interruption.h"

namespace scrim::init {

// Runs hooks one after the other (runtime-spec config.md, "POSIX-platform Hooks"): each gets the container's
// state on standard input, and is killed when its timeout is over. Throws Error naming the stage and the hook
// for the first one that cannot be run, does not exit with 0, or takes too long; its standard error is in the
// message. `interruption`: by which it may be cut short, if any; the hook is killed then.
void run_hooks(const std::vector<bundle::Hook>& hooks, const std::string& stage, const std::string& state,
               const os::Interruption* interruption = nullptr);

}  // namespace scrim::init
