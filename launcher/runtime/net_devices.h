// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::runtime {

// Moves linux.netDevices from our network namespace to the container's, with their new names and their
// permanent addresses of global scope, and up (runtime-spec config-linux.md, "Network Devices"). If one
// cannot be, those before it are moved back. Throws SystemError.
void move_net_devices(const std::vector<bundle::NetDevice>& devices, const os::Fd& network_namespace);

}  // namespace scrim::runtime
