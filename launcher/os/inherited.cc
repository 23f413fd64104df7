// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/inherited.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "libprofile/error.h"

namespace scrim::os {

void fill_standard_streams() noexcept {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    // The lowest free number is the one that is missing (open(2)). Not close-on-exec: the container's too.
    if (fcntl(standard, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != standard)
      _exit(1);  // nobody could be told
}

void keep_exit_statuses() noexcept {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &by_default, nullptr);
}

static void close_from_to(unsigned first, unsigned last) {
  if (first <= last && syscall(SYS_close_range, first, last, 0U) != 0)
    throw_errno("close inherited descriptors");
}

void close_all_but(std::vector<int> kept, unsigned preserved) {
  // fs.nr_open is far below this by default, and no caller has so many to give.
  preserved = std::min(preserved, 1U << 20);
  unsigned first = 3;
  for (; first < 3 + preserved; ++first) {
    const int fd = static_cast<int>(first);
    const int flags = fcntl(fd, F_GETFD);
    if (flags > 0 && std::find(kept.begin(), kept.end(), fd) == kept.end()) close(fd);
  }
  std::sort(kept.begin(), kept.end());
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (fd < 0 || number < first) continue;
    close_from_to(first, number - 1);
    first = number + 1;
  }
  close_from_to(first, ~0U);
}

}  // namespace scrim::os
