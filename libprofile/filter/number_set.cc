// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/number_set.h"

#include <algorithm>
#include <bit>

namespace scrim::filter {

namespace {

constexpr std::uint32_t whole = 0xffffffff;

void append(NumberSet& set, std::uint32_t first, std::uint32_t last) {
  if (!set.empty() && set.back().last != whole && set.back().last + 1 == first)
    set.back().last = last;
  else
    set.push_back({first, last});
}

// The part of a span for which `value > k`, or not.
void split_above(const NumberSpan& span, std::uint32_t k, bool holds, NumberSet& into) {
  if (holds) {
    if (span.last > k) append(into, std::max(span.first, k + 1), span.last);
  } else if (span.first <= k) {
    append(into, span.first, std::min(span.last, k));
  }
}

void split_equal(const NumberSpan& span, std::uint32_t k, bool holds, NumberSet& into) {
  const bool inside = k >= span.first && k <= span.last;
  if (holds) {
    if (inside) append(into, k, k);
    return;
  }
  if (!inside) return append(into, span.first, span.last);
  if (k > span.first) append(into, span.first, k - 1);
  if (k < span.last) append(into, k + 1, span.last);
}

// A masked word is the same for all numbers of a block as large as the lowest bit of the mask.
void split_blocks(const NumberSpan& span, const Atom& atom, bool holds, SplitNumbers& into) {
  constexpr std::uint64_t most_blocks = 8192;
  const std::uint32_t bits = atom.kind == Atom::Kind::any_bit ? atom.mask & atom.k : atom.mask;
  if (bits == 0) {
    if (atom.holds(0) == holds) append(into.exact, span.first, span.last);
    return;
  }
  const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(std::countr_zero(bits));
  std::uint64_t from = span.first;
  for (std::uint64_t blocks = 0; from <= span.last && blocks < most_blocks; ++blocks) {
    const std::uint64_t end = std::min<std::uint64_t>((from / size + 1) * size - 1, span.last);
    if (atom.holds(static_cast<std::uint32_t>(from)) == holds)
      append(into.exact, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(end));
    from = end + 1;
  }
  if (from <= span.last) append(into.unsure, static_cast<std::uint32_t>(from), span.last);
}

}  // namespace

SplitNumbers those_where(const NumberSet& numbers, const Atom& atom, bool holds) {
  SplitNumbers split;
  for (const NumberSpan& span : numbers) {
    if (atom.kind == Atom::Kind::any_bit || atom.mask != whole)
      split_blocks(span, atom, holds, split);
    else if (atom.kind == Atom::Kind::above)
      split_above(span, atom.k, holds, split.exact);
    else
      split_equal(span, atom.k, holds, split.exact);
  }
  return split;
}

}  // namespace scrim::filter
