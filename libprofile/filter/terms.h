// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "libprofile/policy/table.h"

// The cases of a call in terms of 32-bit words, which is all that BPF can compare.
namespace scrim::filter {

enum class Half : std::uint8_t { low, high };

// ((word & mask) >= first && (word & mask) <= last) != negated. With a mask, first is last and it is not
// negated.
struct WordTest {
  unsigned argument = 0;
  Half half = Half::low;
  std::uint32_t mask = 0xffffffff;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool negated = false;

  [[nodiscard]] bool masked() const { return mask != 0xffffffff; }
  [[nodiscard]] bool holds(std::uint32_t word) const {
    return ((word & mask) >= first && (word & mask) <= last) != negated;
  }
  friend bool operator==(const WordTest&, const WordTest&) = default;
};

// All tests hold: this decision. At most one test for each word.
struct Term {
  std::vector<WordTest> tests;
  policy::Decision decision;
};

// The first term that holds decides; if none does, call.decision. A comparison of 64 bits becomes one or two
// terms, a case at most 64; tests that always hold and terms that never hold are left out. Throws Error if
// there are more than `most`, which bounds all further work.
inline constexpr std::size_t most_terms = 1 << 16;
[[nodiscard]] std::vector<Term> terms_of(const policy::Call& call, bool narrow);

}  // namespace scrim::filter
