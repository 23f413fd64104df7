// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/inspect/enforced.h"

// In what two differ, by name.
namespace scrim::inspect {

enum class ChangeKind : std::uint8_t {
  newly_allowed,    // never allowed before, always after
  newly_denied,     // the reverse
  now_conditional,  // allowed for other arguments than before
  otherwise,        // allowed or not as before, but another errno, or killed in place of denied
  unknown           // of one of the two it cannot be told
};
[[nodiscard]] std::string_view name_of(ChangeKind kind);

struct CallChange {
  std::string abi;   // "x86_64"
  std::string call;  // its name; numbers "436..0x3fffffff" that have none
  bool named = true;
  ChangeKind kind = ChangeKind::otherwise;
  std::string before;  // what happened to it, in full: "ALLOW if persona == 0; otherwise ERRNO EPERM"
  std::string after;
};

// In the order of the ABIs and numbers. An ABI that only one of them knows counts as the other's program
// answers it. Empty if both do the same to every call.
[[nodiscard]] std::vector<CallChange> differences(const Enforced& before, const Enforced& after);

}  // namespace scrim::inspect
