// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "libprofile/filter/frequencies.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// How much a number weighs. The kernel answers unconditional allows from its bitmap and runs the program for
// the others only; when it loads the program it runs it once for each number.
struct Weights {
  static constexpr std::uint32_t bitmap = 16;
  static constexpr std::uint32_t denied = 70;
  static constexpr std::uint32_t conditional = 800;
  static constexpr std::uint32_t rare = 1;
  static constexpr std::uint32_t test = 24;  // an instruction more
  // With frequencies: what all recorded calls of an ABI for which the program runs have together, and what
  // each number has beside that.
  static constexpr std::uint32_t recorded = 1 << 20;
  static constexpr std::uint32_t unrecorded = 16;
};

// Weights by number, for one ABI, from what was recorded by name. Sums stay far below the limit of
// search_tree.h.
class RecordedWeights {
 public:
  // `abis`: of each table, the same architecture's; nullptr if it does not have it, but not all of them.
  RecordedWeights(const Frequencies& frequencies, std::span<const policy::Abi* const> abis);

  [[nodiscard]] std::uint32_t of(std::uint32_t number) const;
  // Of all numbers first…last.
  [[nodiscard]] std::uint32_t of(std::uint32_t first, std::uint32_t last) const;

 private:
  std::map<std::uint32_t, std::uint32_t> weights_;
};

}  // namespace scrim::filter
