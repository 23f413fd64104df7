// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/os/fd.h"

namespace scrim::os {

// From here on nobody can write to the file that this process runs: it is one of a read-only mount, attached
// nowhere, of the program's own file. Without the privilege to mount, or if the image cannot be moved there
// (own_image.h), the program is started again with these arguments (arguments[0] is argv[0]), from that mount
// or from a sealed copy in memory; then, and if it runs from such a place already, this returns at once.
//
// Until execve, a container's first process runs this very file: by /proc/self/exe, as the program, as the
// interpreter of a script, or through /proc of another process in its pid namespace, the container gets hold
// of it, and could write to it as soon as it does not run (CVE-2019-5736). Throws SystemError.
//
// What it returns is the last hold on that mount but for the program itself: closing it waits for an RCU
// grace period (namespace_unlock() of the kernel), so it is closed while something else is waited for.
[[nodiscard]] Fd run_from_readonly(const std::vector<std::string>& arguments);

}  // namespace scrim::os
