// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace scrim::runtime {

// What the caller passes on to the new process beside standard streams: descriptors from 3 on.
struct PassedDescriptors {
  unsigned count = 0;
  std::vector<std::string> env;  // what tells it of sockets: LISTEN_FDS and LISTEN_PID
};

// --preserve-fds alone. Throws Error if one of them is not open.
[[nodiscard]] PassedDescriptors preserved_descriptors(unsigned preserve_fds);

// First those of socket activation, if $LISTEN_PID means us (sd_listen_fds(3)), then --preserve-fds. The
// first process of a container is told that it is number 1, as by runc.
[[nodiscard]] PassedDescriptors passed_descriptors(unsigned preserve_fds);

}  // namespace scrim::runtime
