// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// linux.sysctl, written to an instance of procfs itself, whatever the container's root or another mount shows
// on /proc. `proc`: one that is mounted for the container already, or none: then a private one is made, whose
// end costs the kernel an RCU grace period.
void write_sysctl(const std::vector<bundle::Setting>& settings, os::Fd proc);

}  // namespace scrim::init
