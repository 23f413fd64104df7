// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libprofile/filter/word_tests.h"

namespace scrim::filter {

// What is known of a register while it is not known which call the program runs for: a constant; a word of
// struct seccomp_data, cut to a mask, then shifted, then with a constant added; or that it cannot be told.
class AbstractValue {
 public:
  [[nodiscard]] static AbstractValue constant(std::uint32_t value);
  [[nodiscard]] static AbstractValue word(unsigned index);
  [[nodiscard]] static AbstractValue unknown();

  [[nodiscard]] std::optional<std::uint32_t> constant() const;

  // BPF_ADD … BPF_XOR with an operand. Division by 0 is the caller's.
  [[nodiscard]] AbstractValue after(std::uint16_t operation, const AbstractValue& operand) const;

  // The ways in which BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET with a constant can come out as `outcome`: any
  // one of the lists, all tests of it. An empty list is a way without a test. Nothing if it cannot be told.
  using Ways = std::vector<std::vector<WordFact>>;
  [[nodiscard]] std::optional<Ways> ways(std::uint16_t comparison, std::uint32_t k, bool outcome) const;

 private:
  enum class Kind : std::uint8_t { constant, word, unknown } kind_ = Kind::unknown;
  std::uint8_t word_ = 0;
  // Bits of the word. Those that a shift moves out are not among them, so that shifts can be undone.
  std::uint32_t mask_ = 0;
  int right_ = 0;            // shifted right by so many bits, left if negative
  std::uint32_t added_ = 0;  // or the constant

  [[nodiscard]] AbstractValue shifted(int right) const;
  [[nodiscard]] std::optional<std::uint32_t> unshifted(std::uint32_t value) const;
  [[nodiscard]] Ways equal_ways(std::uint32_t k, bool outcome) const;
  [[nodiscard]] Ways above_ways(std::uint32_t k, bool outcome) const;
  void add_above(Ways& ways, std::optional<std::uint32_t> above,
                 std::optional<std::uint32_t> not_above) const;
};

}  // namespace scrim::filter
