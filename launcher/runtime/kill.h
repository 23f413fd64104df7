// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/runtime/store.h"

namespace scrim::runtime {

// Sends a signal to the container's first process, or with `all` to every process of its cgroups. Throws
// Error "container not running" if it is neither created nor running (with `all`, a stopped one is no error,
// as in runc).
void kill(const Store& store, const std::string& id, int signal, bool all);

}  // namespace scrim::runtime
