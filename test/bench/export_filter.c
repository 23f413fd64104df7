// SPDX-License-Identifier: Apache-2.0
// Compiles a profile with libseccomp for `bwrap --seccomp FD`, which takes a finished program. Reads lines of
// tab separated fields: "default ACTION ERRNO", "arch NAME", and "rule ACTION ERRNO SYSCALL [INDEX OP VALUE
// VALUE_TWO]..."; writes the program to standard output. Names as in runtime-spec's linux.seccomp.
#include <ctype.h>
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t action_of(const char* name, const char* error) {
  if (strcmp(name, "SCMP_ACT_ALLOW") == 0) return SCMP_ACT_ALLOW;
  if (strcmp(name, "SCMP_ACT_ERRNO") == 0) return SCMP_ACT_ERRNO((uint32_t)atoi(error));
  fprintf(stderr, "action %s: not known here\n", name);
  exit(1);
}

static enum scmp_compare operator_of(const char* name) {
  // In the order of enum scmp_compare.
  static const char* const names[] = {"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",       "SCMP_CMP_EQ",
                                      "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"};
  for (size_t at = 0; at < sizeof names / sizeof *names; ++at)
    if (strcmp(name, names[at]) == 0) return (enum scmp_compare)(SCMP_CMP_NE + at);
  fprintf(stderr, "operator %s: not known here\n", name);
  exit(1);
}

// SCMP_ARCH_X86_64 is x86_64 to libseccomp.
static uint32_t architecture_of(const char* name) {
  char lower[32] = "";
  name += strlen("SCMP_ARCH_");
  for (size_t at = 0; name[at] != '\0' && at + 1 < sizeof lower; ++at) lower[at] = (char)tolower(name[at]);
  return seccomp_arch_resolve_name(lower);
}

static void check(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, strerror(-result));
  exit(1);
}

int main(void) {
  char line[512];
  scmp_filter_ctx filter = NULL;
  while (fgets(line, sizeof line, stdin) != NULL) {
    char* words[32];
    int count = 0;
    for (char* word = strtok(line, "\t\n"); word != NULL && count < 32; word = strtok(NULL, "\t\n"))
      words[count++] = word;
    if (count == 3 && strcmp(words[0], "default") == 0) {
      filter = seccomp_init(action_of(words[1], words[2]));
    } else if (count == 2 && strcmp(words[0], "arch") == 0) {
      const int result = seccomp_arch_add(filter, architecture_of(words[1]));
      if (result != -EEXIST) check(result, words[1]);  // the native one is there from the start
    } else if (count >= 4 && strcmp(words[0], "rule") == 0) {
      struct scmp_arg_cmp arguments[6];
      unsigned used = 0;
      for (int at = 4; at + 3 < count && used < 6; at += 4)
        arguments[used++] =
            (struct scmp_arg_cmp){(unsigned)atoi(words[at]), operator_of(words[at + 1]),
                                  strtoull(words[at + 2], NULL, 10), strtoull(words[at + 3], NULL, 10)};
      const int number = seccomp_syscall_resolve_name(words[3]);
      if (number == __NR_SCMP_ERROR) continue;
      check(seccomp_rule_add_array(filter, action_of(words[1], words[2]), number, used, arguments), words[3]);
    }
  }
  if (filter == NULL) return 1;
  check(seccomp_export_bpf(filter, STDOUT_FILENO), "seccomp_export_bpf");
  return 0;
}
