// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace scrim::os {

// Starts this program again with these arguments (arguments[0] is argv[0]) from where nobody can write to it,
// unless it was started so already; returns then.
//
// Until execve, a container's first process runs this very file: by /proc/self/exe, as the program, as the
// interpreter of a script, or through /proc of another process in its pid namespace, the container gets hold
// of it, and could write to it as soon as it does not run (CVE-2019-5736). So it is run from a read-only
// mount of itself that is attached nowhere; without the privilege to mount, from a sealed copy in memory.
// Throws SystemError.
void run_from_readonly(const std::vector<std::string>& arguments);

}  // namespace scrim::os
