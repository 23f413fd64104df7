// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libprofile/document/profile.h"

// What people call the calls in a program.
namespace scrim::filter {

// Of seccomp_data.arch (AUDIT_ARCH_*); never x32, which shares x86_64's.
[[nodiscard]] std::optional<document::Architecture> architecture_of(std::uint32_t audit_arch);

// The call's name by libseccomp, empty if it knows none. An x86_64 number with the x32 bit is x32's.
[[nodiscard]] std::string call_name(std::uint32_t audit_arch, std::uint32_t number);

// "persona" for 0 of personality, as its man page has it; empty for calls that profiles do not usually check.
[[nodiscard]] std::string_view argument_name(std::string_view call, unsigned index);

}  // namespace scrim::filter
