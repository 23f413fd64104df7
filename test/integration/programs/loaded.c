// SPDX-License-Identifier: Apache-2.0
// Prints the seccomp filters of a process as the kernel has them, the one installed last first: a line of
// hexadecimal digits each (ptrace(2), PTRACE_SECCOMP_GET_FILTER; needs CAP_SYS_ADMIN and no filter of its
// own).
//
//   loaded PID
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const pid_t pid = atoi(argv[1]);
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) {
    perror("ptrace");
    return 1;
  }
  waitpid(pid, NULL, __WALL);
  static struct sock_filter program[BPF_MAXINSNS];
  for (long i = 0;; ++i) {
    const long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void*)i, program);
    if (length < 0) break;
    for (size_t byte = 0; byte < (size_t)length * sizeof *program; ++byte)
      printf("%02x", ((unsigned char*)program)[byte]);
    printf("\n");
  }
  ptrace(PTRACE_DETACH, pid, 0, 0);
  return 0;
}
