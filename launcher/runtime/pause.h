// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/runtime/store.h"

namespace scrim::runtime {

// Stops all processes of a created or running container, and returns when they stand still. Throws Error
// "container not running" in other states (a paused one too), as runc does.
void pause(const Store& store, const std::string& id);

// Lets those of a paused one go on. Throws Error "container not paused".
void resume(const Store& store, const std::string& id);

}  // namespace scrim::runtime
