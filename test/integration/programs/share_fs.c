// SPDX-License-Identifier: Apache-2.0
// share_fs PROGRAM ARGUMENTS...: runs it with a root and a working directory that are this process', too
// (CLONE_FS).
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[65536];

static int run(void* arguments) {
  char** const program = arguments;
  execv(program[0], program);
  return 127;
}

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const pid_t child = clone(run, stack + sizeof stack, CLONE_FS | SIGCHLD, arguments + 1);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
