// SPDX-License-Identifier: Apache-2.0
// Runs a program a single step at a time, with every process and thread that it clones (ptrace(2)), and
// prints where in its file each instruction stands that ran, in the order in which it first ran. A process
// that executes another program is let go of.
//
//   record PROGRAM ARGUMENT...   the program must be a path; offsets go to standard output; status: the
//   program's
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { largest_image = 1 << 26 };  // bytes

struct image {
  uintptr_t begin;
  uintptr_t end;
};

static _Noreturn void fail(const char* what) {
  perror(what);
  exit(125);
}

// Where the program lies in memory (proc_pid_maps(5)).
static struct image image_of(pid_t pid, const char* program) {
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/maps", pid);
  FILE* maps = fopen(name, "re");
  if (maps == NULL) fail(name);
  struct image image = {0, 0};
  char line[PATH_MAX + 128];
  while (fgets(line, sizeof line, maps) != NULL) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (strstr(line, program) == NULL || sscanf(line, "%lx-%lx", &begin, &end) != 2) continue;
    if (image.begin == 0) image.begin = begin;
    image.end = end;
  }
  fclose(maps);
  return image;
}

static uintptr_t instruction_pointer(pid_t pid) {
  struct user_regs_struct registers;
  struct iovec where = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &where) != 0) return 0;
#ifdef __x86_64__
  return registers.rip;
#else
  return registers.pc;
#endif
}

int main(int argc, char** argv) {
  char program[PATH_MAX];
  if (argc < 2 || realpath(argv[1], program) == NULL) fail(argc < 2 ? "record PROGRAM" : argv[1]);
  bool* seen = calloc(largest_image, sizeof *seen);
  if (seen == NULL) fail("calloc");
  const pid_t first = fork();
  if (first == 0) {
    // The offsets are this program's output, and the recorded one's goes nowhere.
    if (freopen("/dev/null", "we", stdout) == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(125);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(program, argv + 1);
    _exit(127);
  }
  if (first < 0 || waitpid(first, NULL, 0) != first) fail("fork");
  const long options =
      PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  ptrace(PTRACE_SETOPTIONS, first, NULL, options);
  ptrace(PTRACE_CONT, first, NULL, NULL);
  struct image image = {0, 0};
  int result = 125;
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) break;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    const int event = status >> 16;
    int signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_EXEC) {
      if (image.begin != 0) {
        ptrace(PTRACE_DETACH, pid, NULL, NULL);
        continue;
      }
      image = image_of(pid, program);
    } else if (event == 0 && signal == SIGTRAP) {
      const uintptr_t at = instruction_pointer(pid);
      if (at >= image.begin && at < image.end && at - image.begin < largest_image &&
          !seen[at - image.begin]) {
        seen[at - image.begin] = true;
        printf("%lx\n", at - image.begin);
      }
    }
    // A new process begins with a SIGSTOP of ptrace's own.
    const bool is_tracers = event != 0 || signal == SIGTRAP || signal == SIGSTOP;
    ptrace(PTRACE_SINGLESTEP, pid, NULL, (long)(is_tracers ? 0 : signal));
  }
  return result;
}
