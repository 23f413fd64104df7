// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/keyring.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

void join_session_keyring(const std::string& id, bool user_namespace) {
  const std::string name = concat("_ses.", id);
  const long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str(), 0, 0, 0);
  if (keyring < 0) {
    if (errno == ENOSYS) return;
    throw_errno(concat("join session keyring ", name) +
                " (if the kernel's key quota is used up: --no-new-keyring)");
  }
  // What a new one has (join_session_keyring() of the kernel), and that others of its user may search it:
  // without that nobody finds it by name. Names are a user namespace's own (Linux 5.3), where whoever joins
  // may have been another user.
  constexpr unsigned as_made = 0x3f130000;
  constexpr unsigned user_may_search = 0x00080000;
  constexpr unsigned others_may_search = 0x00000008;
  const unsigned permissions = as_made | user_may_search | (user_namespace ? others_may_search : 0);
  if (syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, permissions, 0, 0) != 0)
    throw_errno(concat("share session keyring ", name, " within the container"));
}

}  // namespace scrim::init
