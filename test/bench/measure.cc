// SPDX-License-Identifier: Apache-2.0
#include "test/bench/measure.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <new>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::bench {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

// What `work` returns, computed in a child.
double in_child(const std::function<double()>& work) {
  void* const memory =
      mmap(nullptr, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw_errno("mmap");
  auto* const result = new (memory) double(-1);
  const pid_t child = fork();
  if (child < 0) throw_errno("fork");
  if (child == 0) {
    *result = work();
    // Any call may be denied; a filter that denies this one too ends the child by the fault.
    syscall(SYS_exit_group, 0);
    __builtin_trap();
  }
  if (waitpid(child, nullptr, 0) != child) throw_errno("waitpid");
  const double value = *result;
  munmap(memory, sizeof(double));
  if (value < 0) throw Error("a measuring process failed");
  return value;
}

double install_now(const filter::Program& program) {
  const sock_fprog all{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  const Clock::time_point begin = Clock::now();
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &all);
  const double time = since(begin);
  return result == 0 ? time : -1;
}

void no_new_privs() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_errno("no_new_privs");
}

}  // namespace

void stay_on_one_processor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) throw_errno("sched_getaffinity");
  // The last one: interrupts tend to go to the first.
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed)) last = cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) throw_errno("sched_setaffinity");
}

double nanoseconds(const std::function<void()>& work) {
  const Clock::time_point begin = Clock::now();
  work();
  return since(begin);
}

double installation(const filter::Program& program) {
  return in_child([&] {
    no_new_privs();
    return install_now(program);
  });
}

double call_under(const filter::Program& program, long number, unsigned long argument) {
  return in_child([&] {
    constexpr int chunks = 12;
    constexpr int calls = 4000;
    no_new_privs();
    if (!program.empty() && install_now(program) < 0) return -1.0;
    double best = std::numeric_limits<double>::max();
    for (int chunk = 0; chunk < chunks; ++chunk) {
      const Clock::time_point begin = Clock::now();
      for (int i = 0; i < calls; ++i) {
        long result = number;
        asm volatile("syscall" : "+a"(result) : "D"(argument), "S"(0L), "d"(0L) : "rcx", "r11", "memory");
      }
      best = std::min(best, since(begin) / calls);
    }
    return best;
  });
}

void settle() {
  constexpr timespec pause{0, 20'000'000};
  nanosleep(&pause, nullptr);
}

double run(const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const Clock::time_point begin = Clock::now();
  const int problem = posix_spawn(&child, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw SystemError(problem, concat("start ", command.front()));
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw_errno("waitpid");
  const double milliseconds = since(begin) / 1e6;
  if (status != 0) throw Error(concat(join(command, " "), ": status ", status));
  return milliseconds;
}

}  // namespace scrim::bench
