// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string_view>

#include "libprofile/document/profile.h"
#include "libprofile/resolve/capabilities.h"

namespace scrim::resolve {

struct KernelVersion {
  unsigned major = 0;
  unsigned minor = 0;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

// "6.1.0-18-amd64" -> 6.1; empty if it does not start with two numbers.
[[nodiscard]] std::optional<KernelVersion> parse_kernel_version(std::string_view release);

// What a template is evaluated for.
struct Target {
  document::Architecture architecture = document::Architecture::x86_64;
  KernelVersion kernel;
  CapabilitySet bounding;  // the bounding set of the process, which is what every engine looks at
};

// Go's name of an architecture, as templates use it: amd64, arm64, x86, arm, ppc64le, s390x, riscv64 …
[[nodiscard]] std::string_view go_name(document::Architecture architecture);

// This machine's architecture, and the running kernel's version (uname(2)).
[[nodiscard]] document::Architecture native_architecture();
[[nodiscard]] KernelVersion running_kernel();

}  // namespace scrim::resolve
