// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "launcher/init/handover.h"
#include "libprofile/kernel/seccomp.h"

namespace scrim::init {

struct Executable {
  std::string path;
  std::vector<std::string> args;
  std::vector<std::string> env;
};

// What follows when the last steps fail: tells whoever waits, and ends the process. Runs under the filter.
using GiveUp = void (*)(Handover& handover) noexcept;

// The last steps of the new process: `drop_privileges` (change user, drop capabilities, change directory),
// then the filter, then execve(2), with no system call between the last two.
//
// With no_new_privs the thread installs the filter itself. Without, that needs CAP_SYS_ADMIN (seccomp(2)),
// which has just been dropped; credentials are per thread (credentials(7)), so a helper thread, started while
// still privileged, installs the filter on both (SECCOMP_FILTER_FLAG_TSYNC). Until the filter is in force
// this thread waits on memory. execve ends the helper (de_thread() in the kernel's fs/exec.c). So no profile
// needs to allow anything but execve.
//
// A failure is put into `handover`; then give_up is called.
[[noreturn]] void enforce_and_exec(const Executable& executable, const kernel::Installation* filter,
                                   bool no_new_privs, const std::function<void()>& drop_privileges,
                                   Handover& handover, GiveUp give_up);

// Ends the process with the system calls that the filter may leave, or with an illegal instruction if it
// leaves none.
[[noreturn]] void end_process(int status) noexcept;

}  // namespace scrim::init
