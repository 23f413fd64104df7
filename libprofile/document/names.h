// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "libprofile/document/profile.h"

// Every name that the formats know, for looking one up and for proposing the nearest one.
namespace scrim::document {

// What action_named() and its like accept, older spellings last.
[[nodiscard]] std::span<const std::string_view> action_names();
[[nodiscard]] std::span<const std::string_view> operator_names();
[[nodiscard]] std::span<const std::string_view> architecture_names();
[[nodiscard]] std::span<const std::string_view> flag_names();
[[nodiscard]] std::span<const std::string_view> errno_names();

// capabilities(7) up to Linux 5.9's CAP_CHECKPOINT_RESTORE (40); the index is the number.
[[nodiscard]] std::span<const std::string_view> capability_names();

// What the "arches" of a template call an architecture: Go's name, but libseccomp's for 386 ("x86") and for
// little-endian MIPS ("mipsel64"), as goToNative in moby's profiles/seccomp/seccomp_linux.go translates them.
[[nodiscard]] std::string_view template_name(Architecture architecture);
[[nodiscard]] std::span<const std::string_view> template_names();

}  // namespace scrim::document
