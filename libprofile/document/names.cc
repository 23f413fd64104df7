// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/names.h"

#include <algorithm>

namespace scrim::document {

namespace {

// Each table is in the order of its enumeration; further spellings follow.
constexpr auto actions = std::to_array<std::string_view>(
    {"SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE",
     "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_KILL"});

constexpr auto operators =
    std::to_array<std::string_view>({"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
                                     "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"});

constexpr auto architectures = std::to_array<std::string_view>(
    {"SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",         "SCMP_ARCH_ARM",
     "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",
     "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
     "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
     "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",     "SCMP_ARCH_LOONGARCH64",
     "SCMP_ARCH_M68K",    "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB"});

// moby's "mips3l64n32" is a slip of the pen there that every copy keeps; Go reports no such architecture
// anyway.
constexpr auto template_architectures = std::to_array<std::string_view>(
    {"x86",    "amd64",    "x32",         "arm",     "arm64", "mips",    "mips64", "mips64n32",
     "mipsel", "mipsel64", "mips3l64n32", "ppc",     "ppc64", "ppc64le", "s390",   "s390x",
     "parisc", "parisc64", "riscv64",     "loong64", "m68k",  "sh",      "sheb"});

constexpr auto flags = std::to_array<std::string_view>(
    {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"});

// The index is the number that x86 and most other architectures use (asm-generic/errno.h).
// clang-format off
constexpr auto errnos = std::to_array<std::string_view>({
    "", "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD",
    "EAGAIN", "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR",
    "EISDIR", "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS",
    "EMLINK", "EPIPE", "EDOM", "ERANGE", "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY",
    "ELOOP", "", "ENOMSG", "EIDRM", "ECHRNG", "EL2NSYNC", "EL3HLT", "EL3RST", "ELNRNG", "EUNATCH",
    "ENOCSI", "EL2HLT", "EBADE", "EBADR", "EXFULL", "ENOANO", "EBADRQC", "EBADSLT", "", "EBFONT",
    "ENOSTR", "ENODATA", "ETIME", "ENOSR", "ENONET", "ENOPKG", "EREMOTE", "ENOLINK", "EADV", "ESRMNT",
    "ECOMM", "EPROTO", "EMULTIHOP", "EDOTDOT", "EBADMSG", "EOVERFLOW", "ENOTUNIQ", "EBADFD", "EREMCHG",
    "ELIBACC", "ELIBBAD", "ELIBSCN", "ELIBMAX", "ELIBEXEC", "EILSEQ", "ERESTART", "ESTRPIPE", "EUSERS",
    "ENOTSOCK", "EDESTADDRREQ", "EMSGSIZE", "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT",
    "ESOCKTNOSUPPORT", "EOPNOTSUPP", "EPFNOSUPPORT", "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL",
    "ENETDOWN", "ENETUNREACH", "ENETRESET", "ECONNABORTED", "ECONNRESET", "ENOBUFS", "EISCONN",
    "ENOTCONN", "ESHUTDOWN", "ETOOMANYREFS", "ETIMEDOUT", "ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH",
    "EALREADY", "EINPROGRESS", "ESTALE", "EUCLEAN", "ENOTNAM", "ENAVAIL", "EISNAM", "EREMOTEIO", "EDQUOT",
    "ENOMEDIUM", "EMEDIUMTYPE", "ECANCELED", "ENOKEY", "EKEYEXPIRED", "EKEYREVOKED", "EKEYREJECTED",
    "EOWNERDEAD", "ENOTRECOVERABLE", "ERFKILL", "EHWPOISON"});
// clang-format on

// clang-format off
constexpr auto capabilities = std::to_array<std::string_view>({
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
    "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"});
// clang-format on

struct Alias {
  std::string_view name;
  std::string_view same_as;
};
constexpr Alias errno_aliases[] = {
    {"EWOULDBLOCK", "EAGAIN"}, {"EDEADLOCK", "EDEADLK"}, {"ENOTSUP", "EOPNOTSUPP"}};

template <typename Enum, std::size_t size>
std::optional<Enum> look_up(const std::array<std::string_view, size>& table, std::string_view name) {
  const auto found = std::find(table.begin(), table.end(), name);
  if (found == table.end()) return std::nullopt;
  return static_cast<Enum>(found - table.begin());
}

}  // namespace

std::string_view name_of(Action action) {
  return actions[static_cast<std::size_t>(action)];
}
std::string_view name_of(Operator op) {
  return operators[static_cast<std::size_t>(op)];
}
std::string_view name_of(Architecture architecture) {
  return architectures[static_cast<std::size_t>(architecture)];
}
std::string_view name_of(Flag flag) {
  return flags[static_cast<std::size_t>(flag)];
}
std::string_view template_name(Architecture architecture) {
  return template_architectures[static_cast<std::size_t>(architecture)];
}

std::optional<Action> action_named(std::string_view name) {
  if (name == "SCMP_ACT_KILL") return Action::kill_thread;  // seccomp_init(3): the older name
  return look_up<Action>(actions, name);
}
std::optional<Operator> operator_named(std::string_view name) {
  return look_up<Operator>(operators, name);
}
std::optional<Architecture> architecture_named(std::string_view name) {
  return look_up<Architecture>(architectures, name);
}
std::optional<Flag> flag_named(std::string_view name) {
  return look_up<Flag>(flags, name);
}

std::optional<std::uint16_t> errno_named(std::string_view name) {
  for (const Alias& alias : errno_aliases)
    if (alias.name == name) name = alias.same_as;
  const auto found = look_up<std::uint16_t>(errnos, name);
  return name.empty() ? std::nullopt : found;
}

std::string_view errno_name(std::uint16_t number) {
  return number < errnos.size() ? errnos[number] : std::string_view();
}

std::span<const std::string_view> action_names() {
  return actions;
}
std::span<const std::string_view> operator_names() {
  return operators;
}
std::span<const std::string_view> architecture_names() {
  return architectures;
}
std::span<const std::string_view> flag_names() {
  return flags;
}
std::span<const std::string_view> errno_names() {
  return errnos;
}
std::span<const std::string_view> capability_names() {
  return capabilities;
}
std::span<const std::string_view> template_names() {
  return template_architectures;
}

}  // namespace scrim::document
