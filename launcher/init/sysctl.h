// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// linux.sysctl, written to procfs itself (fsopen(2) of a private instance), not to whatever the container has
// mounted on /proc.
void write_sysctl(const std::vector<bundle::Setting>& settings);

}  // namespace scrim::init
