// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace scrim::policy {

// True for a call of Linux that is newer than what libseccomp 2.5.4 (Debian 12) can number. Not a typing
// mistake.
[[nodiscard]] bool newer_than_libseccomp(std::string_view name);

// The name that was probably meant, or an empty view.
[[nodiscard]] std::string_view nearest_syscall(std::string_view word);

}  // namespace scrim::policy
