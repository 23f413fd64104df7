// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace scrim::filter {

// A comparison of a 32-bit word, cut to a mask, with a constant.
struct Atom {
  enum class Kind : std::uint8_t { equal, above, any_bit } kind = Kind::equal;
  std::uint32_t mask = 0xffffffff;
  std::uint32_t k = 0;

  [[nodiscard]] bool holds(std::uint32_t word) const {
    const std::uint32_t value = word & mask;
    switch (kind) {
      case Kind::equal:
        return value == k;
      case Kind::above:
        return value > k;
      case Kind::any_bit:
        return (value & k) != 0;
    }
    return false;
  }
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const Atom&, const Atom&) = default;
};

// One value of a word for each combination of outcomes that the atoms can have. Exact: no combination is
// missed. Ascending. Empty if there are more than `most`.
[[nodiscard]] std::vector<std::uint32_t> word_values(std::vector<Atom> atoms, std::size_t most);

}  // namespace scrim::filter
