// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

// What a process has from whoever started it.
namespace scrim::os {

// Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed: otherwise what we open next gets
// that number, and the first message to "standard error" is written into it. Call before anything is opened.
void fill_standard_streams() noexcept;

// Gives SIGCHLD its default action. Ignored, as a caller may leave it, the kernel throws away how a child
// ended (wait(2), NOTES).
void keep_exit_statuses() noexcept;

// Closes every descriptor from 3 on but those in `kept` and the first `preserved` of them that the caller
// left to us (--preserve-fds). What is close-on-exec cannot be the caller's.
void close_all_but(std::vector<int> kept, unsigned preserved);

}  // namespace scrim::os
