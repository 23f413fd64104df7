// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/runtime/prepare.h"
#include "launcher/runtime/store.h"

namespace scrim::runtime {

// Tells a created container to run its program, and waits until it does. Throws StartError if it cannot,
// Error if the container is in another state. Then runs the poststart hooks; if one fails, the container is
// stopped.
void start(const Store& store, const std::string& id);

// poststart hooks of a running container.
void run_poststart(const ContainerState& state);

}  // namespace scrim::runtime
