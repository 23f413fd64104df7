// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/enforce.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>

#include "launcher/os/c_strings.h"
#include "libprofile/error.h"
#include "libprofile/kernel/raw_syscall.h"

namespace scrim::init {

namespace {

inline void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  asm volatile("yield");
#endif
}

}  // namespace

void end_process(int status) noexcept {
  kernel::raw_syscall(SYS_exit_group, status);
  kernel::raw_syscall(SYS_exit, status);
  __builtin_trap();
}

resolve::CapabilitySet needed_to_install(bool has_filter) {
  resolve::CapabilitySet needed;
  if (has_filter && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) needed.add(CAP_SYS_ADMIN);
  return needed;
}

void enforce_and_exec(const Executable& executable, const kernel::Installation* filter,
                      const std::function<void()>& drop_privileges, Handover& handover, GiveUp give_up) {
  try {
    const std::vector<char*> argv = os::c_strings(executable.args);
    const std::vector<char*> envp = os::c_strings(executable.env);
    drop_privileges();

    if (filter != nullptr) {
      const long answer = kernel::install(*filter);
      if (answer < 0) {
        if (answer == -EACCES)
          throw SystemError(EACCES, "install the seccomp filter",
                            "needs CAP_SYS_ADMIN, or no_new_privs: --no-new-privs");
        throw SystemError(static_cast<int>(-answer), "install the seccomp filter");
      }
      if ((filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
        handover.listener().store(static_cast<int>(answer), std::memory_order_release);
        // About a minute of waiting: who was to take it may have been killed, and no system call could tell.
        for (std::uint64_t turns = 0; !handover.listener_taken().load(std::memory_order_acquire); ++turns) {
          if (turns >> 30U != 0) throw Error("nobody took the seccomp listener");
          relax();
        }
      }
    }
    const long answer =
        kernel::raw_syscall(SYS_execve, reinterpret_cast<long>(executable.path.c_str()),
                            reinterpret_cast<long>(argv.data()), reinterpret_cast<long>(envp.data()));
    const char* reason = strerrordesc_np(static_cast<int>(-answer));
    const bool filter_suspected = filter != nullptr && (answer == -EPERM || answer == -ENOSYS);
    handover.fail({"exec ", executable.path, ": ", reason != nullptr ? reason : "unknown error",
                   filter_suspected ? " (does the seccomp profile allow execve?)" : ""},
                  answer == -ENOENT ? status_not_found : status_cannot_execute);
  } catch (const std::exception& error) {
    handover.fail({error.what()}, status_failed);
  }
  give_up(handover);
  end_process(status_failed);
}

}  // namespace scrim::init
