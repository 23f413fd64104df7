// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/keyring.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

void join_session_keyring(const std::string& id) {
  const std::string name = concat("_ses.", id);
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str(), 0, 0, 0) >= 0 || errno == ENOSYS) return;
  throw_errno(concat("join session keyring ", name) +
              " (if the kernel's key quota is used up: --no-new-keyring)");
}

}  // namespace scrim::init
