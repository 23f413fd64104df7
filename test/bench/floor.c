// SPDX-License-Identifier: Apache-2.0
// The least that a container of Docker's kind takes: a process in the same namespaces, with the same mounts,
// devices, masked and read-only paths, without cgroups, state, checks or hooks. Errors end it.
//
//   floor ROOTFS PROGRAM
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int good, const char* doing) {
  if (good) return;
  perror(doing);
  _exit(1);
}
static void mounted(const char* source, const char* where, const char* type, unsigned long flags,
                    const char* data) {
  must(mount(source, where, type, flags, data) == 0, where);
}

#define LENGTH(list) ((int)(sizeof(list) / sizeof(list)[0]))

static void build(const char* rootfs) {
  const unsigned long careful = MS_NOSUID | MS_NOEXEC | MS_NODEV;
  mounted("", "/", "", MS_REC | MS_PRIVATE, NULL);
  mounted(rootfs, rootfs, "", MS_BIND | MS_REC, NULL);
  must(chdir(rootfs) == 0, rootfs);
  mounted("proc", "proc", "proc", careful, NULL);
  mounted("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
  static const char* const directories[] = {"dev/pts", "dev/mqueue", "dev/shm"};
  for (int i = 0; i < LENGTH(directories); ++i) must(mkdir(directories[i], 0755) == 0, directories[i]);
  mounted("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
  mounted("sysfs", "sys", "sysfs", careful | MS_RDONLY, NULL);
  mounted("tmpfs", "sys/fs/cgroup", "tmpfs", careful, "mode=755");
  mounted("mqueue", "dev/mqueue", "mqueue", careful, NULL);
  mounted("shm", "dev/shm", "tmpfs", careful, "mode=1777,size=65536k");
  static const struct {
    const char* path;
    int major, minor;
  } devices[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
                 {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  for (int i = 0; i < LENGTH(devices); ++i)
    must(mknod(devices[i].path, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)) == 0,
         devices[i].path);
  static const char* const masked[] = {
      "proc/asound",      "proc/acpi",        "proc/kcore", "proc/keys",    "proc/timer_list",
      "proc/timer_stats", "proc/sched_debug", "proc/scsi",  "sys/firmware", "proc/latency_stats"};
  for (int i = 0; i < LENGTH(masked); ++i) {
    struct stat status;
    if (stat(masked[i], &status) != 0) continue;
    if (S_ISDIR(status.st_mode))
      mounted("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL);
    else
      mounted("/dev/null", masked[i], NULL, MS_BIND, NULL);
  }
  static const char* const readonly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
  for (int i = 0; i < LENGTH(readonly); ++i) {
    if (access(readonly[i], F_OK) != 0) continue;
    mounted(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL);
    mounted(NULL, readonly[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
  }
  must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  must(umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "leave the old root");
  must(sethostname("floor", 5) == 0, "sethostname");
}

int main(int argc, char** argv) {
  must(argc == 3, "usage: floor ROOTFS PROGRAM");
  struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC,
                            .exit_signal = SIGCHLD};
  const pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  must(child >= 0, "clone3");
  if (child == 0) {
    build(argv[1]);
    char* const words[] = {argv[2], NULL};
    char* const environment[] = {"PATH=/bin", NULL};
    execve(words[0], words, environment);
    must(0, words[0]);
  }
  int status = 0;
  must(waitpid(child, &status, 0) == child, "waitpid");
  return status != 0;
}
