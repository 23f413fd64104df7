// SPDX-License-Identifier: Apache-2.0
// Puts itself under filters as a program does that trusts nobody, prints "ready", and waits for a signal.
//
//   stacked five      five filters: each denies one call, with errno 21 to 25
//   stacked thread    one filter, and a thread that has another one besides
//   stacked threads   400 threads more than its first: the last one has another filter than the others
//   stacked stuck     a thread that waits in vfork() for a child that only waits, and another one that does
//   not stacked hostile   a filter of 4096 instructions, all of which look at arguments stacked answers   two
//   filters, each with 64 answers for each of 400 calls stacked vfork     one filter, and it waits in vfork()
//   for a child that only waits stacked ended     two filters, a name that is not UTF-8, and its first thread
//   has ended stacked strict    SECCOMP_MODE_STRICT; reads its standard input, because it may not wait
//   otherwise
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(offset) \
  { BPF_LD | BPF_W | BPF_ABS, 0, 0, offset }
#define IF_EQUAL(k, yes, no) \
  { BPF_JMP | BPF_JEQ | BPF_K, yes, no, k }
#define RETURN(k) \
  { BPF_RET | BPF_K, 0, 0, k }

static int load(struct sock_filter* filter, unsigned short length) {
  const struct sock_fprog program = {length, filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int deny(unsigned call, unsigned error) {
  struct sock_filter filter[] = {LOAD(offsetof(struct seccomp_data, nr)), IF_EQUAL(call, 0, 1),
                                 RETURN(SECCOMP_RET_ERRNO | error), RETURN(SECCOMP_RET_ALLOW)};
  return load(filter, sizeof filter / sizeof *filter);
}

static int hostile(void) {
  static struct sock_filter filter[BPF_MAXINSNS];
  unsigned short length = 0;
  unsigned random = 1;
  while (length + 4 < BPF_MAXINSNS) {
    random = random * 1103515245 + 12345;
    const struct sock_filter look = LOAD(offsetof(struct seccomp_data, args) + 4 * ((random >> 16) % 12));
    // As likely as not, and on the one way an answer that no other way gives.
    const struct sock_filter jump = {BPF_JMP | BPF_JSET | BPF_K, 1, 2, 1U << (random >> 8) % 32};
    const struct sock_filter change = {BPF_ALU | BPF_ADD | BPF_K, 0, 0, random};
    filter[length++] = look;
    filter[length++] = jump;
    filter[length++] = change;
    filter[length++] = change;
  }
  filter[length++] = (struct sock_filter)LOAD(offsetof(struct seccomp_data, args[5]));
  filter[length++] = (struct sock_filter)IF_EQUAL(0x12345678, 0, 1);
  filter[length++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
  filter[length++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
  return load(filter, length);
}

/* 400 calls, each with 64 answers of its own by six bits of its arguments, and that twice. */
static int answers(void) {
  static struct sock_filter filter[BPF_MAXINSNS];
  enum { calls = 400, levels = 6, of_call = 4, of_level = 5 };
  unsigned short length = 0;
  /* The kernel wants it stored on the way of the RETURN below as well. */
  filter[length++] = (struct sock_filter){BPF_ST, 0, 0, 0};
  filter[length++] = (struct sock_filter)LOAD(offsetof(struct seccomp_data, nr));
  for (unsigned call = 0; call < calls; ++call) {
    filter[length++] = (struct sock_filter)IF_EQUAL(1000 + call, 0, 3);
    filter[length++] = (struct sock_filter){BPF_LD | BPF_IMM, 0, 0, SECCOMP_RET_ERRNO | (call + 1)};
    filter[length++] = (struct sock_filter){BPF_ST, 0, 0, 0};
    filter[length] = (struct sock_filter){BPF_JMP | BPF_JA, 0, 0, of_call * (calls - call) - 3};
    ++length;
  }
  filter[length++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
  for (unsigned level = 0; level < levels; ++level) {
    filter[length++] = (struct sock_filter)LOAD(offsetof(struct seccomp_data, args[level]));
    filter[length++] = (struct sock_filter){BPF_JMP | BPF_JSET | BPF_K, 0, of_level - 2, 1};
    filter[length++] = (struct sock_filter){BPF_LD | BPF_MEM, 0, 0, 0};
    filter[length++] = (struct sock_filter){BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1U << (level + 9)};
    filter[length++] = (struct sock_filter){BPF_ST, 0, 0, 0};
  }
  filter[length++] = (struct sock_filter){BPF_LD | BPF_MEM, 0, 0, 0};
  filter[length++] = (struct sock_filter){BPF_RET | BPF_A, 0, 0, 0};
  if (load(filter, length) != 0) return -1;
  filter[length - (2 + of_level * levels)].k = offsetof(struct seccomp_data, args[3]);
  return load(filter, length);
}

static int wait_in_vfork(void) {
  const pid_t child = vfork();
  if (child == 0)
    while (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0) pause();
  return child < 0;
}

static int in_vfork(void) {
  if (deny(SYS_keyctl, 21) != 0 || write(STDOUT_FILENO, "ready\n", 6) != 6) return -1;
  return wait_in_vfork();
}

static void* stuck(void* nothing) {
  wait_in_vfork();
  return nothing;
}

/* One filter each, the last of them another one. */
static void* filtered(void* argument) {
  volatile int* const ready = argument;
  if (deny(*ready == 400 ? SYS_add_key : SYS_keyctl, 21) == 0) ++*ready;
  while (pause() == -1) continue;
  return NULL;
}

static void* other(void* ready) {
  *(volatile int*)ready = deny(SYS_add_key, 22) == 0 ? 1 : -1;
  while (pause() == -1) continue;
  return NULL;
}

static void* waiting(void* nothing) {
  while (pause() == -1) continue;
  return nothing;
}

int main(int argc, char** argv) {
  if (argc != 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 2;
  int failed = 1;
  if (strcmp(argv[1], "five") == 0) {
    failed = deny(SYS_keyctl, 21) || deny(SYS_add_key, 22) || deny(SYS_request_key, 23) ||
             deny(SYS_swapon, 24) || deny(SYS_swapoff, 25);
  } else if (strcmp(argv[1], "thread") == 0) {
    volatile int ready = 0;
    pthread_t thread;
    failed = deny(SYS_keyctl, 21) || pthread_create(&thread, NULL, other, (void*)&ready);
    while (!failed && ready == 0) usleep(1000);
    failed = failed || ready != 1;
  } else if (strcmp(argv[1], "threads") == 0) {
    volatile int ready = 1;
    failed = 0;
    for (int i = 1; i <= 400 && !failed; ++i) {
      pthread_t thread;
      failed = pthread_create(&thread, NULL, filtered, (void*)&ready);
      while (!failed && ready == i) usleep(100);
    }
    failed = failed || deny(SYS_keyctl, 21);
  } else if (strcmp(argv[1], "stuck") == 0) {
    pthread_t thread;
    failed = deny(SYS_keyctl, 21) || pthread_create(&thread, NULL, stuck, NULL) ||
             pthread_create(&thread, NULL, waiting, NULL);
  } else if (strcmp(argv[1], "hostile") == 0) {
    failed = hostile();
  } else if (strcmp(argv[1], "answers") == 0) {
    failed = answers();
  } else if (strcmp(argv[1], "vfork") == 0) {
    failed = in_vfork();
  } else if (strcmp(argv[1], "ended") == 0) {
    pthread_t thread;
    failed = deny(SYS_swapon, 21) || deny(SYS_swapoff, 22) || prctl(PR_SET_NAME, "odd\xff") ||
             pthread_create(&thread, NULL, waiting, NULL);
    if (!failed && write(STDOUT_FILENO, "ready\n", 6) == 6) pthread_exit(NULL);
  } else if (strcmp(argv[1], "strict") == 0) {
    char byte;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return 1;
    write(STDOUT_FILENO, "ready\n", 6);
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    syscall(SYS_exit, 0);
  }
  if (failed) {
    perror("stacked");
    return 1;
  }
  printf("ready\n");
  fflush(stdout);
  while (pause() == -1) continue;
  return 0;
}
