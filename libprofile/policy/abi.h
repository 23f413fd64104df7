// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "libprofile/document/profile.h"

// Architectures and system call names as libseccomp knows them: the only place that asks it.
namespace scrim::policy {

// libseccomp's token (SCMP_ARCH_*), or 0 for an architecture that the libseccomp in use does not know.
[[nodiscard]] std::uint32_t libseccomp_token(document::Architecture architecture);

// seccomp_data.arch of its calls: AUDIT_ARCH_*. The token, except that x32 shares x86_64's.
[[nodiscard]] std::uint32_t audit_arch(document::Architecture architecture);

// The architecture that this program was built for.
[[nodiscard]] document::Architecture native_architecture();

// x32 calls carry this bit in their number (arch/x86/include/uapi/asm/unistd.h, __X32_SYSCALL_BIT).
inline constexpr std::uint32_t x32_bit = 0x40000000;

// libseccomp's answer for a name that no architecture has. Other negative numbers stand for calls that this
// architecture lacks and another one has.
inline constexpr int unknown_syscall = -1;

// The number of a system call, negative if the architecture does not have it, unknown_syscall for an unknown
// name.
[[nodiscard]] int syscall_number(const std::string& name, document::Architecture architecture);

// syscall_number() for many names of one architecture.
class Resolver {
 public:
  explicit Resolver(document::Architecture architecture) : token_(libseccomp_token(architecture)) {}
  [[nodiscard]] int number(const char* name) const;
  [[nodiscard]] int number(const std::string& name) const { return number(name.c_str()); }

 private:
  std::uint32_t token_;
};

// "2.5.4": the libseccomp in use.
[[nodiscard]] std::string libseccomp_version();

}  // namespace scrim::policy
