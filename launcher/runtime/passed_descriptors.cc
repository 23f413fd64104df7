// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/passed_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

// 0 if it is not set or no number.
unsigned number_in_environment(const char* name) {
  const char* text = std::getenv(name);
  unsigned number = 0;
  if (text == nullptr) return 0;
  const std::string_view all(text);
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number);
  return error == std::errc() && end == all.data() + all.size() ? number : 0;
}

void check(unsigned count, unsigned listen_fds) {
  for (unsigned at = 0; at < count; ++at) {
    const int fd = static_cast<int>(at + 3);
    // What is close-on-exec is one that we opened meanwhile.
    if (fcntl(fd, F_GETFD) == 0) continue;
    throw Error(concat(at < listen_fds ? "LISTEN_FDS" : "--preserve-fds", ": descriptor ", fd,
                       " is not open (", count, " are expected, from 3 on)"));
  }
}

}  // namespace

PassedDescriptors preserved_descriptors(unsigned preserve_fds) {
  check(preserve_fds, 0);
  return {preserve_fds, {}};
}

PassedDescriptors passed_descriptors(unsigned preserve_fds) {
  const bool for_us = number_in_environment("LISTEN_PID") == static_cast<unsigned>(getpid());
  const unsigned listen_fds = for_us ? number_in_environment("LISTEN_FDS") : 0;
  if (listen_fds == 0) return preserved_descriptors(preserve_fds);
  check(listen_fds + preserve_fds, listen_fds);
  return {listen_fds + preserve_fds, {concat("LISTEN_FDS=", listen_fds), "LISTEN_PID=1"}};
}

}  // namespace scrim::runtime
