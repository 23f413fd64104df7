// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "libprofile/filter/word_values.h"

namespace scrim::filter {

// Numbers first … last.
struct NumberSpan {
  std::uint32_t first = 0;
  std::uint32_t last = 0xffffffff;
};
using NumberSet = std::vector<NumberSpan>;  // ascending, apart from each other

struct SplitNumbers {
  NumberSet exact;   // the comparison comes out so
  NumberSet unsure;  // it may: too many pieces to tell apart (a mask of low bits over all the numbers)
};
[[nodiscard]] SplitNumbers those_where(const NumberSet& numbers, const Atom& atom, bool holds);

}  // namespace scrim::filter
