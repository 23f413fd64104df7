// SPDX-License-Identifier: Apache-2.0
// Runs a command and kills one of its processes with SIGKILL at a boundary between two system calls: the call
// that it stands before is not made. Linux 5.3, root.
//
//   cc -O1 -o kill_at kill_at.c
//   kill_at REPORT WHO FIRST N COMMAND ARGUMENT...
//
// WHO: "command" itself, or "others", each process that it makes, counted together. FIRST: the name of the
// call of the command from which on calls are counted (before it nothing is changed). N: at which call, 1 the
// first; 0: never, all are counted. Ends with the command; whatever it made lives on. REPORT gets three
// lines: the number of calls counted; "killed PID before NUMBER" or "ended STATUS" of the command; the
// processes that it made.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char* doing) {
  fprintf(stderr, "kill_at: %s: %s\n", doing, strerror(errno));
  exit(120);
}

static uint64_t number_of(const char* name) {
  static const struct {
    const char* name;
    uint64_t number;
  } known[] = {{"mkdirat", SYS_mkdirat},
               {"flock", SYS_flock},
               {"memfd_create", SYS_memfd_create},
               {"ptrace", SYS_ptrace}};
  for (size_t i = 0; i < sizeof known / sizeof *known; ++i)
    if (strcmp(known[i].name, name) == 0) return known[i].number;
  fprintf(stderr, "kill_at: FIRST is mkdirat, flock, memfd_create or ptrace\n");
  exit(120);
}

static int is_thread_of(pid_t thread, pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d", process, thread);
  return access(path, F_OK) == 0;
}

// Stopped before its execve, and traced.
static pid_t start(char** command) {
  int go[2];
  if (pipe(go) != 0) die("pipe");
  const pid_t pid = fork();
  if (pid == 0) {
    char byte;
    close(go[1]);
    if (read(go[0], &byte, 1) != 1) _exit(120);
    close(go[0]);
    execv(command[0], command);
    _exit(120);
  }
  // Seized ones get no SIGSTOP that could outlive us.
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (ptrace(PTRACE_SEIZE, pid, 0, options) != 0) die("trace the command");
  if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0 || waitpid(pid, 0, __WALL) != pid) die("stop the command");
  if (write(go[1], "", 1) != 1) die("start the command");
  close(go[0]);
  close(go[1]);
  ptrace(PTRACE_SYSCALL, pid, 0, 0);
  return pid;
}

int main(int argc, char** argv) {
  if (argc < 6) return 120;
  const int of_command = strcmp(argv[2], "command") == 0;
  const uint64_t first = number_of(argv[3]);
  const long wanted = atol(argv[4]);
  const pid_t command = start(argv + 5);
  FILE* report = fopen(argv[1], "w");
  if (report == NULL) die(argv[1]);

  static pid_t made[100000];
  size_t count = 0;
  long calls = 0;
  int counting = 0;
  int status = 0;
  pid_t killed = 0;
  uint64_t at = 0;
  for (;;) {
    const pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0) die("wait");
    if (!WIFSTOPPED(status)) {
      if (pid == command) break;
      continue;
    }
    int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      struct __ptrace_syscall_info info;
      memset(&info, 0, sizeof info);
      signal = 0;
      if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0 &&
          info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        const int own = pid == command || is_thread_of(pid, command);
        if (own && info.entry.nr == first) counting = 1;
        const int counted = of_command ? own : !own;
        if (counting && counted && ++calls == wanted) {
          killed = pid;
          at = info.entry.nr;
          kill(pid, SIGKILL);
        }
      }
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      unsigned long child = 0;
      signal = 0;
      ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
      if (count < sizeof made / sizeof *made) made[count++] = (pid_t)child;
    } else if (event == PTRACE_EVENT_STOP) {
      // A group stop, by a stop signal, is to stay one.
      if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
        ptrace(PTRACE_LISTEN, pid, 0, 0);
        continue;
      }
      signal = 0;
    } else if (event != 0) {
      signal = 0;
    }
    ptrace(PTRACE_SYSCALL, pid, 0, signal);
  }
  fprintf(report, "%ld\n", calls);
  if (killed != 0)
    fprintf(report, "killed %d before %lu\n", killed, (unsigned long)at);
  else
    fprintf(report, "ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  for (size_t i = 0; i < count; ++i) fprintf(report, "%d ", made[i]);
  fprintf(report, "\n");
  fclose(report);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
