// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "launcher/init/handover.h"
#include "libprofile/kernel/seccomp.h"
#include "libprofile/resolve/capabilities.h"

namespace scrim::init {

struct Executable {
  std::string path;
  std::vector<std::string> args;
  std::vector<std::string> env;
};

// What follows when the last steps fail: tells whoever waits, and ends the process. Runs under the filter.
using GiveUp = void (*)(Handover& handover) noexcept;

// What `drop_privileges` below has to leave until execve(2): CAP_SYS_ADMIN, which installing a filter needs
// (seccomp(2)), but for a thread with no_new_privs, wherever that comes from (Identity::until_exec).
[[nodiscard]] resolve::CapabilitySet needed_to_install(bool has_filter);

// The last steps of the new process: `drop_privileges` (change user, drop capabilities, change directory),
// then the filter, then execve(2), with no system call between the last two. So no profile needs to allow
// anything but execve: its capabilities the new program has from execve itself (Identity::until_exec).
//
// A failure is put into `handover`; then give_up is called.
[[noreturn]] void enforce_and_exec(const Executable& executable, const kernel::Installation* filter,
                                   const std::function<void()>& drop_privileges, Handover& handover,
                                   GiveUp give_up);

// Ends the process with the system calls that the filter may leave, or with an illegal instruction if it
// leaves none.
[[noreturn]] void end_process(int status) noexcept;

}  // namespace scrim::init
