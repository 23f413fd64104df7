// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scrim::policy {

// True for a call of Linux that is newer than what libseccomp 2.5.4 (Debian 12) can number. Not a typing
// mistake.
[[nodiscard]] bool newer_than_libseccomp(std::string_view name);

// Names of system calls to compare a mistyped one with.
class SyscallNames {
 public:
  // Asks libseccomp for each number: about a millisecond. Only for a profile with an unknown name.
  SyscallNames();
  // The name that was probably meant, or an empty view.
  [[nodiscard]] std::string_view nearest(std::string_view word) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string_view> views_;
};

}  // namespace scrim::policy
