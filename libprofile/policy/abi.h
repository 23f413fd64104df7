// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libprofile/document/profile.h"

// Architectures as libseccomp knows them.
namespace scrim::policy {

// libseccomp's token (SCMP_ARCH_*), or 0 for an architecture that the libseccomp in use does not know.
[[nodiscard]] std::uint32_t libseccomp_token(document::Architecture architecture);

// seccomp_data.arch of its calls: AUDIT_ARCH_*. The token, except that x32 shares x86_64's.
[[nodiscard]] std::uint32_t audit_arch(document::Architecture architecture);

// The architecture that this program was built for.
[[nodiscard]] document::Architecture native_architecture();

// x32 calls carry this bit in their number (arch/x86/include/uapi/asm/unistd.h, __X32_SYSCALL_BIT).
inline constexpr std::uint32_t x32_bit = 0x40000000;

// The architecture of a call, from its seccomp_data.arch and number. Nothing if libseccomp does not know it.
[[nodiscard]] std::optional<document::Architecture> architecture_of(std::uint32_t arch, std::uint32_t number);

// "2.5.4": the libseccomp in use.
[[nodiscard]] std::string libseccomp_version();

}  // namespace scrim::policy
