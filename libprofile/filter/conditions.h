// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/filter/decode.h"

// The paths of a call in terms that people use: 64-bit arguments in place of words, sets of values in place
// of one comparison after the other.
namespace scrim::filter {

struct ValueRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};
using ValueRanges = std::vector<ValueRange>;  // ascending, apart from each other

// A comparison that ranges of values cannot say: (argument & mask) == value; any bit of mask (value unused);
// or above value. Or that this is not so.
struct MaskedTest {
  enum class Kind : std::uint8_t { equal, any_bit, above } kind = Kind::equal;
  std::uint64_t mask = 0;
  std::uint64_t value = 0;
  bool holds = true;
  friend bool operator==(const MaskedTest&, const MaskedTest&) = default;
};

// What one argument has to be: all of these. Empty ranges stand for any value.
struct ArgumentValues {
  ValueRanges whole;
  ValueRanges low;  // of the low 32 bits
  std::vector<MaskedTest> masked;
  [[nodiscard]] bool any() const { return whole.empty() && low.empty() && masked.empty(); }
  friend bool operator==(const ArgumentValues&, const ArgumentValues&) = default;
};

// Arguments 0 to 5, and the instruction pointer.
inline constexpr unsigned pointer_argument = 6;
struct Alternative {
  std::array<ArgumentValues, pointer_argument + 1> arguments;
  bool maybe = false;
  std::uint32_t answer = 0;
};

// The paths of an outcome, those of equal answers united where that is simpler.
[[nodiscard]] std::vector<Alternative> alternatives_of(const Outcome& outcome, std::uint32_t arch);

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
