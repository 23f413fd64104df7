// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

// Sets of numbers as ranges.
namespace scrim::filter {

struct ValueRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};
using ValueRanges = std::vector<ValueRange>;  // ascending, apart from each other

inline constexpr std::uint64_t most64 = std::numeric_limits<std::uint64_t>::max();

// Of ranges in any order, which may overlap.
[[nodiscard]] ValueRanges united(ValueRanges ranges);
// From 0 to `most`.
[[nodiscard]] ValueRanges complement(const ValueRanges& ranges, std::uint64_t most);
[[nodiscard]] ValueRanges common(const ValueRanges& a, const ValueRanges& b);
// Whether they are one value.
[[nodiscard]] bool single(const ValueRanges& values);

}  // namespace scrim::filter
