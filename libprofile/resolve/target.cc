// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/target.h"

#include <sys/utsname.h>

#include <charconv>

#include "libprofile/document/names.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::resolve {

std::optional<KernelVersion> parse_kernel_version(std::string_view release) {
  KernelVersion version;
  const char* const end = release.data() + release.size();
  const auto major = std::from_chars(release.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc()) return std::nullopt;
  return version;
}

std::string_view go_name(document::Architecture architecture) {
  return document::template_name(architecture);
}

document::Architecture native_architecture() {
  using document::Architecture;
#if defined(__x86_64__) && defined(__ILP32__)
  return Architecture::x32;
#elif defined(__x86_64__)
  return Architecture::x86_64;
#elif defined(__i386__)
  return Architecture::x86;
#elif defined(__aarch64__)
  return Architecture::aarch64;
#elif defined(__arm__)
  return Architecture::arm;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return Architecture::ppc64le;
#elif defined(__powerpc64__)
  return Architecture::ppc64;
#elif defined(__s390x__)
  return Architecture::s390x;
#elif defined(__riscv) && __riscv_xlen == 64
  return Architecture::riscv64;
#elif defined(__loongarch64)
  return Architecture::loongarch64;
#elif defined(__mips64) && defined(__MIPSEL__)
  return Architecture::mipsel64;
#elif defined(__mips64)
  return Architecture::mips64;
#else
#error "which SCMP_ARCH_* is this?"
#endif
}

KernelVersion running_kernel() {
  utsname name{};
  if (uname(&name) != 0) throw_errno("uname");
  const auto version = parse_kernel_version(name.release);
  if (!version) throw Error(concat("uname: the kernel's release \"", name.release, "\" is no version"));
  return *version;
}

}  // namespace scrim::resolve
