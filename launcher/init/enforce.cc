// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/enforce.h"

#include <linux/seccomp.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>

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

// Installs the filter from a thread that keeps the privileges which the main thread drops. It shares the main
// thread's thread-local storage (no CLONE_SETTLS), so it runs nothing that touches errno or allocates.
class FilterThread {
 public:
  explicit FilterThread(const kernel::Installation& installation) : installation_(installation) {
    constexpr int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    const pid_t thread = clone(&FilterThread::run, stack_.data() + stack_.size(), flags, this);
    if (thread < 0) throw_errno("start the thread that installs the filter");
    move_to_another_processor(thread);
  }
  FilterThread(const FilterThread&) = delete;
  FilterThread& operator=(const FilterThread&) = delete;
  // Never destroyed: it ends with execve or with the process. A destructor could only wait for ever.

  // Lets it go and waits, without a system call, for its answer: kernel::install()'s.
  long install() noexcept {
    go_.store(true, std::memory_order_release);
    long answer = pending;
    while ((answer = answer_.load(std::memory_order_acquire)) == pending) relax();
    return answer;
  }

 private:
  static constexpr long pending = -1'000'000;  // no errno

  // The kernel leaves a new thread on its creator's processor, where the one that waits on memory would keep
  // the other from running until the next tick: milliseconds. Execve ends the thread, so its affinity
  // outlives nothing.
  static void move_to_another_processor(pid_t thread) noexcept {
    cpu_set_t others;
    const int own = sched_getcpu();
    if (own < 0 || sched_getaffinity(0, sizeof others, &others) != 0) return;
    CPU_CLR(static_cast<unsigned>(own), &others);
    // With one processor, or more of them than the set has room for, it goes the slow way.
    if (CPU_COUNT(&others) > 0) (void)sched_setaffinity(thread, sizeof others, &others);
  }

  static int run(void* self) {
    auto& thread = *static_cast<FilterThread*>(self);
    // Not yet under the filter: giving the processor away lets a single one finish the main thread's work.
    while (!thread.go_.load(std::memory_order_acquire)) kernel::raw_syscall(SYS_sched_yield);
    thread.answer_.store(kernel::install(thread.installation_), std::memory_order_release);
    for (;;) relax();
  }

  const kernel::Installation& installation_;
  std::atomic<bool> go_{false};
  std::atomic<long> answer_{pending};
  alignas(16) std::array<char, 16384> stack_{};
};

}  // namespace

void end_process(int status) noexcept {
  kernel::raw_syscall(SYS_exit_group, status);
  kernel::raw_syscall(SYS_exit, status);
  __builtin_trap();
}

void enforce_and_exec(const Executable& executable, const kernel::Installation* filter, bool no_new_privs,
                      const std::function<void()>& drop_privileges, Handover& handover, GiveUp give_up) {
  try {
    const std::vector<char*> argv = os::c_strings(executable.args);
    const std::vector<char*> envp = os::c_strings(executable.env);
    std::optional<kernel::Installation> synchronised;
    FilterThread* thread = nullptr;
    if (filter != nullptr && !no_new_privs) {
      synchronised = *filter;
      synchronised->flags = kernel::for_all_threads(synchronised->flags);
      thread = new FilterThread(*synchronised);  // NOLINT: see its class; execve takes it away
    }

    drop_privileges();

    if (filter != nullptr) {
      const long answer = thread != nullptr ? thread->install() : kernel::install(*filter);
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
