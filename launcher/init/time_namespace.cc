// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/time_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "launcher/init/namespaces.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

// clone3(CLONE_NEWTIME) would put the process into the namespace at once, and offsets can be set only while
// nobody is in it (time_namespaces(7)). So it is made for our children, given its offsets, and joined.
void enter_new_time_namespace(const std::vector<bundle::TimeOffset>& offsets) {
  const int flag = static_cast<int>(clone_flag(bundle::NamespaceType::time));
  const os::Fd file = os::open("/proc/self/timens_offsets", O_WRONLY);
  if (unshare(flag) != 0) throw_errno("create a time namespace");
  std::string text;
  for (const bundle::TimeOffset& offset : offsets)
    text += concat(offset.clock, " ", offset.seconds, " ", offset.nanoseconds, "\n");
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    if (errno == ERANGE)
      throw SystemError(ERANGE, "set linux.timeOffsets",
                        "a clock may neither be below 0 nor beyond half of what the kernel can count");
    throw_errno("set linux.timeOffsets");
  }
  const os::Fd created = os::open("/proc/self/ns/time_for_children", O_RDONLY);
  if (setns(created.get(), flag) != 0) throw_errno("join the new time namespace");
}

}  // namespace scrim::init
