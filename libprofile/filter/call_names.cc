// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/call_names.h"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "libprofile/policy/abi.h"

namespace scrim::filter {

using document::Architecture;

namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

struct Arguments {
  std::string_view call;
  std::array<std::string_view, 6> names;
};

// The parameters of the raw system calls (man-pages 6, section 2; their order is the kernel's,
// SYSCALL_DEFINE, of x86_64 where architectures differ). Profiles check numbers: flags, commands, families.
// Calls whose arguments are addresses and sizes only are left out. Sorted.
constexpr std::array known{
    Arguments{"accept4", {"sockfd", "addr", "addrlen", "flags"}},
    Arguments{"add_key", {"type", "description", "payload", "plen", "keyring"}},
    Arguments{"arch_prctl", {"code", "addr"}},
    Arguments{"bpf", {"cmd", "attr", "size"}},
    Arguments{"chmod", {"path", "mode"}},
    Arguments{"chown", {"path", "owner", "group"}},
    Arguments{"clock_adjtime", {"clockid", "buf"}},
    Arguments{"clock_gettime", {"clockid", "tp"}},
    Arguments{"clock_settime", {"clockid", "tp"}},
    Arguments{"clone", {"flags", "stack", "parent_tid", "child_tid", "tls"}},
    Arguments{"clone3", {"cl_args", "size"}},
    Arguments{"close", {"fd"}},
    Arguments{"close_range", {"first", "last", "flags"}},
    Arguments{"copy_file_range", {"fd_in", "off_in", "fd_out", "off_out", "size", "flags"}},
    Arguments{"delete_module", {"name", "flags"}},
    Arguments{"dup3", {"oldfd", "newfd", "flags"}},
    Arguments{"epoll_create1", {"flags"}},
    Arguments{"epoll_ctl", {"epfd", "op", "fd", "event"}},
    Arguments{"eventfd2", {"initval", "flags"}},
    Arguments{"execveat", {"dirfd", "pathname", "argv", "envp", "flags"}},
    Arguments{"faccessat2", {"dirfd", "pathname", "mode", "flags"}},
    Arguments{"fallocate", {"fd", "mode", "offset", "size"}},
    Arguments{"fanotify_init", {"flags", "event_f_flags"}},
    Arguments{"fchmod", {"fd", "mode"}},
    Arguments{"fchmodat", {"dirfd", "pathname", "mode"}},
    Arguments{"fchmodat2", {"dirfd", "pathname", "mode", "flags"}},
    Arguments{"fchownat", {"dirfd", "pathname", "owner", "group", "flags"}},
    Arguments{"fcntl", {"fd", "cmd", "arg"}},
    Arguments{"fcntl64", {"fd", "cmd", "arg"}},
    Arguments{"finit_module", {"fd", "param_values", "flags"}},
    Arguments{"flock", {"fd", "op"}},
    Arguments{"fsopen", {"fsname", "flags"}},
    Arguments{"futex", {"uaddr", "futex_op", "val", "timeout", "uaddr2", "val3"}},
    Arguments{"getpriority", {"which", "who"}},
    Arguments{"getrandom", {"buf", "size", "flags"}},
    Arguments{"getsockopt", {"sockfd", "level", "optname", "optval", "optlen"}},
    Arguments{"inotify_init1", {"flags"}},
    Arguments{"io_uring_enter", {"fd", "to_submit", "min_complete", "flags", "sig", "sz"}},
    Arguments{"io_uring_register", {"fd", "opcode", "arg", "nr_args"}},
    Arguments{"io_uring_setup", {"entries", "params"}},
    Arguments{"ioctl", {"fd", "op", "arg"}},
    Arguments{"ioperm", {"from", "num", "turn_on"}},
    Arguments{"iopl", {"level"}},
    Arguments{"ioprio_set", {"which", "who", "ioprio"}},
    Arguments{"ipc", {"call", "first", "second", "third", "ptr", "fifth"}},
    Arguments{"kcmp", {"pid1", "pid2", "type", "idx1", "idx2"}},
    Arguments{"kexec_load", {"entry", "nr_segments", "segments", "flags"}},
    Arguments{"keyctl", {"op", "arg2", "arg3", "arg4", "arg5"}},
    Arguments{"kill", {"pid", "sig"}},
    Arguments{"linkat", {"olddirfd", "oldpath", "newdirfd", "newpath", "flags"}},
    Arguments{"lseek", {"fd", "offset", "whence"}},
    Arguments{"madvise", {"addr", "size", "advice"}},
    Arguments{"mbind", {"addr", "size", "mode", "nodemask", "maxnode", "flags"}},
    Arguments{"memfd_create", {"name", "flags"}},
    Arguments{"mkdirat", {"dirfd", "pathname", "mode"}},
    Arguments{"mknod", {"pathname", "mode", "dev"}},
    Arguments{"mknodat", {"dirfd", "pathname", "mode", "dev"}},
    Arguments{"mlockall", {"flags"}},
    Arguments{"mmap", {"addr", "length", "prot", "flags", "fd", "offset"}},
    Arguments{"mmap2", {"addr", "length", "prot", "flags", "fd", "pgoffset"}},
    Arguments{"mount", {"source", "target", "filesystemtype", "mountflags", "data"}},
    Arguments{"mount_setattr", {"dirfd", "path", "flags", "attr", "size"}},
    Arguments{"move_mount", {"from_dirfd", "from_path", "to_dirfd", "to_path", "flags"}},
    Arguments{"mprotect", {"addr", "size", "prot"}},
    Arguments{"mremap", {"old_address", "old_size", "new_size", "flags", "new_address"}},
    Arguments{"msgctl", {"msqid", "op", "buf"}},
    Arguments{"open", {"path", "flags", "mode"}},
    Arguments{"open_tree", {"dirfd", "path", "flags"}},
    Arguments{"openat", {"dirfd", "path", "flags", "mode"}},
    Arguments{"perf_event_open", {"attr", "pid", "cpu", "group_fd", "flags"}},
    Arguments{"personality", {"persona"}},
    Arguments{"pidfd_open", {"pid", "flags"}},
    Arguments{"pidfd_send_signal", {"pidfd", "sig", "info", "flags"}},
    Arguments{"pipe2", {"pipefd", "flags"}},
    Arguments{"pkey_mprotect", {"addr", "size", "prot", "pkey"}},
    Arguments{"prctl", {"op", "arg2", "arg3", "arg4", "arg5"}},
    Arguments{"prlimit64", {"pid", "resource", "new_limit", "old_limit"}},
    Arguments{"process_madvise", {"pidfd", "iovec", "n", "advice", "flags"}},
    Arguments{"ptrace", {"op", "pid", "addr", "data"}},
    Arguments{"quotactl", {"op", "special", "id", "addr"}},
    Arguments{"reboot", {"magic", "magic2", "op", "arg"}},
    Arguments{"recvfrom", {"sockfd", "buf", "size", "flags", "src_addr", "addrlen"}},
    Arguments{"recvmsg", {"sockfd", "msg", "flags"}},
    Arguments{"renameat2", {"olddirfd", "oldpath", "newdirfd", "newpath", "flags"}},
    Arguments{"sched_setscheduler", {"pid", "policy", "param"}},
    Arguments{"seccomp", {"operation", "flags", "args"}},
    Arguments{"semctl", {"semid", "semnum", "op", "arg"}},
    Arguments{"sendmsg", {"sockfd", "msg", "flags"}},
    Arguments{"sendto", {"sockfd", "buf", "size", "flags", "dest_addr", "addrlen"}},
    Arguments{"setgid", {"gid"}},
    Arguments{"setns", {"fd", "nstype"}},
    Arguments{"setpriority", {"which", "who", "prio"}},
    Arguments{"setregid", {"rgid", "egid"}},
    Arguments{"setresgid", {"rgid", "egid", "sgid"}},
    Arguments{"setresuid", {"ruid", "euid", "suid"}},
    Arguments{"setreuid", {"ruid", "euid"}},
    Arguments{"setrlimit", {"resource", "rlim"}},
    Arguments{"setsockopt", {"sockfd", "level", "optname", "optval", "optlen"}},
    Arguments{"setuid", {"uid"}},
    Arguments{"shmctl", {"shmid", "op", "buf"}},
    Arguments{"shmget", {"key", "size", "shmflg"}},
    Arguments{"signalfd4", {"fd", "mask", "sizemask", "flags"}},
    Arguments{"socket", {"domain", "type", "protocol"}},
    Arguments{"socketcall", {"call", "args"}},
    Arguments{"socketpair", {"domain", "type", "protocol", "sv"}},
    Arguments{"splice", {"fd_in", "off_in", "fd_out", "off_out", "size", "flags"}},
    Arguments{"sync_file_range", {"fd", "offset", "nbytes", "flags"}},
    Arguments{"syslog", {"type", "bufp", "size"}},
    Arguments{"tgkill", {"tgid", "tid", "sig"}},
    Arguments{"timer_create", {"clockid", "sevp", "timerid"}},
    Arguments{"timerfd_create", {"clockid", "flags"}},
    Arguments{"tkill", {"tid", "sig"}},
    Arguments{"umask", {"mask"}},
    Arguments{"umount2", {"target", "flags"}},
    Arguments{"unlinkat", {"dirfd", "pathname", "flags"}},
    Arguments{"unshare", {"flags"}},
    Arguments{"userfaultfd", {"flags"}},
    Arguments{"wait4", {"pid", "wstatus", "options", "rusage"}},
    Arguments{"waitid", {"idtype", "id", "infop", "options", "rusage"}},
};
static_assert(std::ranges::is_sorted(known, {}, &Arguments::call));

}  // namespace

std::optional<Architecture> architecture_of(std::uint32_t audit_arch) {
  constexpr auto last = static_cast<int>(Architecture::sheb);
  for (int i = 0; i <= last; ++i) {
    const auto each = static_cast<Architecture>(i);
    if (each != Architecture::x32 && policy::libseccomp_token(each) != 0 &&
        policy::audit_arch(each) == audit_arch)
      return each;
  }
  return std::nullopt;
}

std::string call_name(std::uint32_t audit_arch, std::uint32_t number) {
  std::optional<Architecture> architecture = architecture_of(audit_arch);
  if (architecture == Architecture::x86_64 && number >= policy::x32_bit) architecture = Architecture::x32;
  if (!architecture) return {};
  const std::unique_ptr<char, Free> name(
      seccomp_syscall_resolve_num_arch(policy::libseccomp_token(*architecture), static_cast<int>(number)));
  return name ? name.get() : std::string();
}

std::string_view argument_name(std::string_view call, unsigned index) {
  const auto* const found = std::ranges::lower_bound(known, call, {}, &Arguments::call);
  if (found == known.end() || found->call != call || index >= found->names.size()) return {};
  return found->names.at(index);
}

}  // namespace scrim::filter
