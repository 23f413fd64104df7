// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/filter/program.h"

// The calls of an ABI, by number and by name.
namespace scrim::inspect {

struct NamedCall {
  std::uint32_t number = 0;
  std::string_view name;  // lives as long as the program
};

struct CallAbi {
  document::Architecture architecture = document::Architecture::x86_64;
  std::uint32_t arch = 0;  // AUDIT_ARCH_*
  bool wide = true;        // arguments have 64 bits
  // Its numbers. -1 is in none: a tracer has such a call skipped (seccomp(2)).
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::vector<NamedCall> calls;  // by ascending number; a number may have two names

  // "clone3", or "435" for a number that the libseccomp of this build cannot name.
  [[nodiscard]] std::string name_of(std::uint32_t number) const;
  [[nodiscard]] const NamedCall* named(std::string_view name) const;
};

[[nodiscard]] CallAbi call_abi(document::Architecture architecture);

// "x86_64": for people.
[[nodiscard]] std::string short_name(document::Architecture architecture);

// Those that programs tell apart: this machine's and its companions (x86 and x32 beside x86_64, arm beside
// aarch64, …), and any other that a program names, the native one first.
[[nodiscard]] std::vector<CallAbi> abis_of(std::span<const filter::Program> programs,
                                           document::Architecture native);

}  // namespace scrim::inspect
