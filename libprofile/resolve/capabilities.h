// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scrim::resolve {

// A set of Linux capabilities (capabilities(7)), bit n for capability number n.
class CapabilitySet {
 public:
  constexpr CapabilitySet() = default;
  constexpr explicit CapabilitySet(std::uint64_t bits) : bits_(bits) {}

  // The number of "CAP_SYS_ADMIN" (any case, "CAP_" may be missing), if it is one that this build knows.
  [[nodiscard]] static std::optional<unsigned> number_of(std::string_view name);
  [[nodiscard]] static std::string name_of(unsigned number);

  [[nodiscard]] constexpr bool has(unsigned number) const {
    return number < 64 && ((bits_ >> number) & 1U) != 0;
  }
  [[nodiscard]] bool has(std::string_view name) const;
  constexpr void add(unsigned number) { bits_ |= std::uint64_t{1} << number; }
  constexpr void remove(unsigned number) { bits_ &= ~(std::uint64_t{1} << number); }
  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  friend constexpr bool operator==(CapabilitySet, CapabilitySet) = default;

 private:
  std::uint64_t bits_ = 0;
};

// The set that a word of a command line means: one capability by its name, "ALL" (0 to `last`), or "DEFAULT",
// what container engines give by default; any case. Throws Error for anything else.
[[nodiscard]] CapabilitySet capabilities_named(std::string_view word, unsigned last);

}  // namespace scrim::resolve
