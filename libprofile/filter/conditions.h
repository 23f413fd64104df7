// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/filter/alternatives.h"

// The ways of a call as text: which answer under which conditions.
namespace scrim::filter {

// "flags & 0x7e020000 == 0, arg1 in {1, 3}"; empty if it always holds. `call` names the arguments.
// `wide`: arguments have 64 bits (not so on ABIs with 32-bit registers and x32, where the low word is the
// argument).
[[nodiscard]] std::string text_of(const Alternative& alternative, std::string_view call, bool wide);

// An outcome as a list: which answer under which conditions (ORed), and the answer in all other cases.
struct Case {
  std::uint32_t answer = 0;
  std::vector<std::string> conditions;
};
struct Cases {
  std::vector<Case> cases;
  std::uint32_t otherwise = 0;
};
// Of an outcome that is told. The answer that takes most words is the one that is left for the other cases.
[[nodiscard]] Cases cases_of(const Outcome& outcome, std::uint32_t arch, bool wide, std::string_view call);

// One line: "ALLOW", "ALLOW if op == 1 or op == 3, otherwise ERRNO EPERM", "cannot tell: ALLOW or ERRNO
// EPERM".
[[nodiscard]] std::string text_of(const Outcome& outcome, std::uint32_t arch, bool wide,
                                  std::string_view call);

}  // namespace scrim::filter
