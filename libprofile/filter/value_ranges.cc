// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/value_ranges.h"

#include <algorithm>

namespace scrim::filter {

ValueRanges united(ValueRanges ranges) {
  std::ranges::sort(ranges, {}, &ValueRange::first);
  ValueRanges out;
  for (const ValueRange& each : ranges) {
    if (!out.empty() && (out.back().last == most64 || each.first <= out.back().last + 1))
      out.back().last = std::max(out.back().last, each.last);
    else
      out.push_back(each);
  }
  return out;
}

ValueRanges complement(const ValueRanges& ranges, std::uint64_t most) {
  ValueRanges out;
  std::uint64_t from = 0;
  for (const ValueRange& each : ranges) {
    if (each.first > from) out.push_back({from, each.first - 1});
    if (each.last >= most) return out;
    from = each.last + 1;
  }
  out.push_back({from, most});
  return out;
}

ValueRanges common(const ValueRanges& a, const ValueRanges& b) {
  ValueRanges out;
  for (const ValueRange& x : a)
    for (const ValueRange& y : b)
      if (x.first <= y.last && y.first <= x.last)
        out.push_back({std::max(x.first, y.first), std::min(x.last, y.last)});
  std::ranges::sort(out, {}, &ValueRange::first);
  return out;
}

bool single(const ValueRanges& values) {
  return values.size() == 1 && values.front().first == values.front().last;
}

}  // namespace scrim::filter
