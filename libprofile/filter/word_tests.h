// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libprofile/filter/call_words.h"
#include "libprofile/filter/word_values.h"

// What is known of the words of a call.
namespace scrim::filter {

// A comparison of a word that came out one way.
struct WordFact {
  unsigned word = 0;
  Atom atom;
  bool holds = true;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const WordFact&, const WordFact&) = default;
};

// What tests tell of one word. An over-approximation: a value outside cannot be, one inside may not be
// either.
struct WordBounds {
  std::uint32_t least = 0;
  std::uint32_t most = 0xffffffff;
  std::uint32_t ones = 0;   // bits that are set
  std::uint32_t zeros = 0;  // bits that are not
  [[nodiscard]] bool empty() const { return least > most || (ones & zeros) != 0; }
};
[[nodiscard]] WordBounds bounds_of(std::span<const WordFact> tests, unsigned word);

// How the comparison comes out wherever the tests hold; nothing if it can come out either way, as far as
// bounds tell.
[[nodiscard]] std::optional<bool> implied(std::span<const WordFact> tests, unsigned word, const Atom& atom);

// Whether there is a call for which all the tests hold. Exact, but for words with so many masks that going
// through their combinations has no end: those count as possible.
[[nodiscard]] bool possible(std::span<const WordFact> tests);

}  // namespace scrim::filter
