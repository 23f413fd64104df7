// SPDX-License-Identifier: Apache-2.0
// Makes the system calls that its arguments name, in order, and prints "WORD ANSWER" for each: the kernel's
// answer, -errno on failure. No C library, so nothing happens that is not written here: a filter that allows
// execve, openat, read, write, close, getdents64 and exit_group lets all of it through but the probes
// themselves.
//
//   cc -O1 -static -nostdlib -ffreestanding -fno-stack-protector -o probe probe.c
//
//   status         copies /proc/self/status        fds            prints "fd NUMBER" for each open descriptor
//   stdin          copies standard input           env            prints the environment
//   exit=STATUS    exits with it                   signal=NUMBER  sends it to itself
//   number=NUMBER[,ARGUMENT]...   any call, arguments 0 unless given
//   i386=NUMBER[,ARGUMENT]...     the same through the i386 entry of an x86_64 kernel, with five arguments
//   dry            from here on no call is made: -38 for each that the filters allow, else their answer
//   NAME           one of the calls below, with harmless arguments
#define _GNU_SOURCE
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

static long call6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#elif defined(__arm__)
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  register long r4 __asm__("r4") = e;
  register long r5 __asm__("r5") = f;
  __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
  return r0;
#endif
}
#define CALL(number, a, b, c) call6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static long length(const char* text) {
  long n = 0;
  while (text[n] != 0) ++n;
  return n;
}
static int is(const char* word, const char* name) {
  while (*word != 0 && *word == *name) ++word, ++name;
  return *word == *name;
}
// What follows "NAME=", or 0.
static const char* value_of(const char* word, const char* name) {
  while (*name != 0 && *word == *name) ++word, ++name;
  return *name == 0 && *word == '=' ? word + 1 : 0;
}
static long parse(const char* text) {
  long value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
  return value;
}

// NUMBER[,ARGUMENT]...
static void parse_call(const char* text, long words[7]) {
  for (int i = 0; i < 7; ++i) {
    words[i] = parse(text);
    while (*text >= '0' && *text <= '9') ++text;
    if (*text == ',') ++text;
  }
}

static void put(const char* text) {
  CALL(__NR_write, 1, text, length(text));
}
static void report(const char* word, long answer) {
  char line[256];
  long n = 0;
  while (*word != 0 && n < 200) line[n++] = *word++;
  line[n++] = ' ';
  unsigned long rest = answer < 0 ? -(unsigned long)answer : (unsigned long)answer;
  if (answer < 0) line[n++] = '-';
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  while (count > 0) line[n++] = digits[--count];
  line[n++] = '\n';
  CALL(__NR_write, 1, line, n);
}

static void copy(long fd) {
  char buffer[4096];
  long got;
  while ((got = CALL(__NR_read, fd, buffer, sizeof buffer)) > 0) CALL(__NR_write, 1, buffer, got);
}

static void show_status(void) {
  const long fd = CALL(__NR_openat, AT_FDCWD, "/proc/self/status", O_RDONLY);
  if (fd < 0) report("status", fd);
  copy(fd);
  CALL(__NR_close, fd, 0, 0);
}

struct entry {
  unsigned long long inode;
  long long offset;
  unsigned short size;
  unsigned char type;
  char name[];
};
static void show_descriptors(void) {
  const long fd = CALL(__NR_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
  char buffer[4096];
  const long got = CALL(__NR_getdents64, fd, buffer, sizeof buffer);
  for (long at = 0; at < got;) {
    const struct entry* entry = (const struct entry*)(buffer + at);
    if (entry->name[0] != '.' && parse(entry->name) != fd) report("fd", parse(entry->name));
    at += entry->size;
  }
  CALL(__NR_close, fd, 0, 0);
}

// Each with arguments that have no effect, and an answer that tells whether the call itself was reached:
// keyctl looks for the session keyring, unshare shares everything, userns is one of its own, mount has no
// target (ENOENT before permissions are asked).
static long probe(const char* name) {
  if (is(name, "keyctl")) return CALL(__NR_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3, 0);
  if (is(name, "unshare")) return CALL(__NR_unshare, 0, 0, 0);
  if (is(name, "userns")) return CALL(__NR_unshare, CLONE_NEWUSER, 0, 0);
  if (is(name, "mount")) return CALL(__NR_mount, "none", "/nowhere/at/all", 0);
  if (is(name, "bpf")) return CALL(__NR_bpf, -1, 0, 0);
  if (is(name, "getppid")) return CALL(__NR_getppid, 0, 0, 0);
  if (is(name, "mkdirat")) return CALL(__NR_mkdirat, AT_FDCWD, "/nowhere/at/all", 0700);
  if (is(name, "setpriority")) return CALL(__NR_setpriority, 99, 0, 0);
  return -1000;
}

// SECCOMP_RET_TRACE is -ENOSYS where nobody traces, and weaker than any denial of the filters before it
// (seccomp(2)).
static long install_dry(void) {
  struct sock_filter filter[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
                                 {BPF_JMP | BPF_JEQ | BPF_K, 2, 0, __NR_write},
                                 {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, __NR_exit_group},
                                 {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE},
                                 {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return CALL(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static void run(const char* word, char** environment) {
  const char* value;
  if (is(word, "status")) return show_status();
  if (is(word, "fds")) return show_descriptors();
  if (is(word, "stdin")) return copy(0);
  if (is(word, "dry")) return report(word, install_dry());
  if (is(word, "env")) {
    for (; *environment != 0; ++environment) put(*environment), put("\n");
    return;
  }
  if ((value = value_of(word, "exit")) != 0) CALL(__NR_exit_group, parse(value), 0, 0);
  if ((value = value_of(word, "signal")) != 0)
    report(word, CALL(__NR_kill, CALL(__NR_getpid, 0, 0, 0), parse(value), 0));
#if defined(__x86_64__)
  else if ((value = value_of(word, "i386")) != 0) {
    long words[7];
    parse_call(value, words);
    long answer = words[0];
    __asm__ volatile("int $0x80"
                     : "+a"(answer)
                     : "b"(words[1]), "c"(words[2]), "d"(words[3]), "S"(words[4]), "D"(words[5])
                     : "memory", "r8", "r9", "r10", "r11");
    report(word, (int)answer);
  }
#endif
  else if ((value = value_of(word, "number")) != 0) {
    long words[7];
    parse_call(value, words);
    report(word, call6(words[0], words[1], words[2], words[3], words[4], words[5], words[6]));
  } else
    report(word, probe(word));
}

__attribute__((used)) static void begin(long* stack) {
  const long count = stack[0];
  char** arguments = (char**)(stack + 1);
  for (long i = 1; i < count; ++i) run(arguments[i], arguments + count + 1);
  CALL(__NR_exit_group, 0, 0, 0);
}

// The kernel leaves the argument count at the stack pointer (System V ABI, "Process Initialization").
#if defined(__x86_64__)
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start: mov x29, #0\n mov x0, sp\n bl begin\n brk #0\n");
#elif defined(__arm__)
__asm__(".globl _start\n_start: mov fp, #0\n mov r0, sp\n bl begin\n udf #0\n");
#endif
