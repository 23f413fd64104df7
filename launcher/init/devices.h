// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// The default devices and links of runtime-spec (config-linux.md, "Default Devices"; runtime-linux.md, "Dev
// symbolic links") and linux.devices, below `root`. Where a user namespace forbids mknod(2), the host's
// devices are bound. Nothing is done where the spec binds the host's /dev, as in runc.
void make_devices(const bundle::Spec& spec, const os::Fd& root, bool user_namespace);

}  // namespace scrim::init
