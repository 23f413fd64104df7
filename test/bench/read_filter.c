// SPDX-License-Identifier: Apache-2.0
// Reads the seccomp program of a running process back from the kernel: read_filter PID >FILE. The array of
// struct sock_filter as it was loaded (PTRACE_SECCOMP_GET_FILTER, ptrace(2): CAP_SYS_ADMIN, no filter on the
// reader, CONFIG_CHECKPOINT_RESTORE). Exactly one program is expected.
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>

static void fail(const char* what) {
  fprintf(stderr, "read_filter: %s: %s\n", what, strerror(errno));
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: read_filter PID >FILE\n");
    return 2;
  }
  const pid_t pid = atoi(argv[1]);
  // Not PTRACE_ATTACH, whose SIGSTOP the process would see.
  if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) fail("attach");
  if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0) fail("stop it");
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) fail("wait for it to stop");
  const long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void*)0, NULL);
  if (length < 0) fail(errno == ENOENT ? "it has no filter" : "ask for the filter");
  static struct sock_filter program[BPF_MAXINSNS];
  if (length > BPF_MAXINSNS || ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void*)0, program) != length)
    fail("read the filter");
  if (ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void*)1, NULL) >= 0) {
    fprintf(stderr, "read_filter: process %d has more than one filter\n", (int)pid);
    return 1;
  }
  if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0) fail("let it go on");
  if (fwrite(program, sizeof *program, (size_t)length, stdout) != (size_t)length || fflush(stdout) != 0)
    fail("write");
  return 0;
}
