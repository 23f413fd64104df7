// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"

namespace scrim::init {

// Moves this process, which must have a single thread, into a new time namespace with these offsets. To be
// called while our /proc/self is still ours to write: before anything changes who we are (proc(5),
// "dumpable") or which /proc we see.
void enter_new_time_namespace(const std::vector<bundle::TimeOffset>& offsets);

}  // namespace scrim::init
