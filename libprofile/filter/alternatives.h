// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libprofile/filter/decode.h"
#include "libprofile/filter/value_ranges.h"

// The paths of a call in terms that people use: 64-bit arguments in place of words, sets of values in place
// of one comparison after the other.
namespace scrim::filter {

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

}  // namespace scrim::filter
