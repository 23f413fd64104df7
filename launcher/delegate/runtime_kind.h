// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace scrim::delegate {

// What a delegate is, whatever its file is called.
struct RuntimeKind {
  enum class Name { runc, crun, other } name = Name::other;
  std::string libseccomp;  // the version that it says it compiles with; empty if it does not say
};

// What `--version` printed: "runc version 1.1.5\n…\nlibseccomp: 2.5.4", "crun version 1.8.1\n…".
[[nodiscard]] RuntimeKind parse_version(std::string_view output);

// Asks the program itself: some 3 ms. Throws SystemError if it cannot be started; what fails is `other`. A
// file that is called crun, behind all symbolic links, is taken for it without being asked: what crun alone
// is given, nothing else starts a container from (enforcement.h).
[[nodiscard]] RuntimeKind ask_kind(const std::string& program);

}  // namespace scrim::delegate
