// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/alternatives.h"

#include <linux/audit.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <utility>

namespace scrim::filter {

namespace {

constexpr std::uint32_t whole_word = 0xffffffff;
constexpr unsigned word_bits = 32;
constexpr std::uint64_t high_mask = std::uint64_t{whole_word} << word_bits;

// What tests say of one word.
struct Word {
  ValueRanges values;  // empty: any
  std::vector<MaskedTest> masked;
};

// The values of a word that are `value` in the bits of a mask that leaves few others; empty if it leaves
// many.
ValueRanges few_values(const MaskedTest& test) {
  constexpr int most_free = 3;
  const std::uint32_t free = ~static_cast<std::uint32_t>(test.mask);
  if (test.kind != MaskedTest::Kind::equal || std::popcount(free) > most_free) return {};
  ValueRanges out;
  // Every subset of the free bits, ascending.
  for (std::uint32_t bits = 0;; bits = (bits - free) & free) {
    out.push_back({test.value | bits, test.value | bits});
    if (bits == free) return united(std::move(out));
  }
}

bool covers(const ValueRanges& big, const ValueRanges& small) {
  if (big.empty()) return true;
  if (small.empty()) return false;
  return std::ranges::all_of(small, [&](const ValueRange& part) {
    return std::ranges::any_of(
        big, [&](const ValueRange& each) { return each.first <= part.first && part.last <= each.last; });
  });
}

Word unite_masks(Word out) {
  // Several equalities of masks that all hold are one.
  std::optional<MaskedTest> all;
  for (const MaskedTest& each : out.masked)
    if (each.kind == MaskedTest::Kind::equal && each.holds)
      all = all ? MaskedTest{each.kind, all->mask | each.mask, all->value | each.value, true} : each;
  if (all) {
    std::erase_if(out.masked,
                  [](const MaskedTest& each) { return each.kind == MaskedTest::Kind::equal && each.holds; });
    out.masked.push_back(*all);
  }
  return out;
}

Word word_of(const std::vector<WordFact>& tests, unsigned word) {
  Word out;
  std::vector<WordFact> plain;
  for (const WordFact& test : tests) {
    if (test.word != word) continue;
    const Atom& atom = test.atom;
    if (atom.kind != Atom::Kind::any_bit && atom.mask == whole_word) {
      plain.push_back(test);
      continue;
    }
    MaskedTest masked{MaskedTest::Kind::equal, atom.mask, atom.k, test.holds};
    if (atom.kind == Atom::Kind::above) masked.kind = MaskedTest::Kind::above;
    // No bit of a mask is the common way to say so.
    if (atom.kind == Atom::Kind::any_bit)
      masked = {MaskedTest::Kind::equal, atom.mask & atom.k, 0, !test.holds};
    if (std::ranges::find(out.masked, masked) == out.masked.end()) out.masked.push_back(masked);
  }
  ValueRanges few{{0, whole_word}};
  for (const MaskedTest& test : out.masked)
    if (const ValueRanges values = few_values(test); !values.empty())
      few = common(few, test.holds ? values : complement(values, whole_word));
  std::erase_if(out.masked, [](const MaskedTest& test) { return !few_values(test).empty(); });
  const bool any = few.size() == 1 && few.front() == ValueRange{0, whole_word};
  if (plain.empty() && any) return unite_masks(std::move(out));
  const WordBounds bounds = bounds_of(plain, word);
  std::set<std::uint32_t> not_these;
  for (const WordFact& test : plain)
    if (test.atom.kind == Atom::Kind::equal && !test.holds) not_these.insert(test.atom.k);
  std::uint64_t from = bounds.least;
  for (const std::uint32_t value : not_these) {
    if (value < from || value > bounds.most) continue;
    if (value > from) out.values.push_back({from, value - 1});
    from = std::uint64_t{value} + 1;
  }
  if (from <= bounds.most) out.values.push_back({from, bounds.most});
  out.values = common(out.values, few);
  return unite_masks(std::move(out));
}

MaskedTest in_high_word(MaskedTest test) {
  test.mask <<= word_bits;
  test.value <<= word_bits;
  return test;
}

bool is_equality(const std::vector<MaskedTest>& tests) {
  return tests.size() == 1 && tests.front().kind == MaskedTest::Kind::equal && tests.front().holds;
}

// Two words as one argument.
ArgumentValues joined(const Word& low, const Word& high) {
  ArgumentValues out;
  const bool low_any = low.values.empty();
  if (single(high.values)) {
    const std::uint64_t top = high.values.front().first << word_bits;
    if (low_any && is_equality(low.masked) && high.masked.empty()) {
      out.masked = {{MaskedTest::Kind::equal, high_mask | low.masked.front().mask,
                     top | low.masked.front().value, true}};
      return out;
    }
    if (low_any) {
      out.whole = {{top, top | whole_word}};
    } else {
      for (const ValueRange& each : low.values) out.whole.push_back({top | each.first, top | each.last});
    }
  } else {
    for (const ValueRange& each : high.values)
      out.whole.push_back({each.first << word_bits, each.last << word_bits | whole_word});
    out.low = low.values;
  }
  if (is_equality(low.masked) && is_equality(high.masked)) {
    const MaskedTest top = in_high_word(high.masked.front());
    out.masked = {{top.kind, top.mask | low.masked.front().mask, top.value | low.masked.front().value, true}};
    return out;
  }
  out.masked = low.masked;
  for (const MaskedTest& each : high.masked) out.masked.push_back(in_high_word(each));
  return out;
}

Alternative alternative_of(const Path& path, std::uint32_t arch) {
  Alternative alternative;
  alternative.maybe = path.maybe;
  alternative.answer = path.answer;
  const bool little = (arch & __AUDIT_ARCH_LE) != 0;
  for (unsigned argument = 0; argument <= pointer_argument; ++argument) {
    const unsigned first = argument == pointer_argument ? pointer_words : argument_words + 2 * argument;
    const Word low = word_of(path.tests, little ? first : first + 1);
    const Word high = word_of(path.tests, little ? first + 1 : first);
    alternative.arguments.at(argument) = joined(low, high);
  }
  return alternative;
}

bool covers(const ArgumentValues& big, const ArgumentValues& small) {
  return covers(big.whole, small.whole) && covers(big.low, small.low) &&
         (big.masked.empty() || big.masked == small.masked);
}

// The argument in which alone `small` is not inside `big`; none if it is inside, nothing if there are
// several.
struct Fit {
  bool inside = false;
  std::optional<unsigned> apart;
};
Fit fit(const Alternative& small, const Alternative& big) {
  Fit fit{true, std::nullopt};
  for (unsigned i = 0; i <= pointer_argument; ++i) {
    if (covers(big.arguments.at(i), small.arguments.at(i))) continue;
    if (!fit.inside) return {false, std::nullopt};
    fit = {false, i};
  }
  return fit;
}

// Makes `into` as wide as both together, where that can be said.
bool widen(ArgumentValues& into, const ArgumentValues& with) {
  const auto unite = [](ValueRanges& a, const ValueRanges& b, std::uint64_t most) {
    ValueRanges all = a;
    all.insert(all.end(), b.begin(), b.end());
    all = united(std::move(all));
    if (all.size() == 1 && all.front() == ValueRange{0, most}) all.clear();
    if (all == a) return false;
    a = std::move(all);
    return true;
  };
  if (into.masked == with.masked && into.low == with.low && !into.whole.empty() && !with.whole.empty())
    return unite(into.whole, with.whole, most64);
  if (into.masked == with.masked && into.whole == with.whole && !into.low.empty() && !with.low.empty())
    return unite(into.low, with.low, whole_word);
  // (x & m) == v or not.
  if (into.whole == with.whole && into.low == with.low && into.masked.size() == 1 &&
      with.masked.size() == 1) {
    MaskedTest other = with.masked.front();
    other.holds = !other.holds;
    if (other == into.masked.front()) {
      into.masked.clear();
      return true;
    }
  }
  return false;
}

void simplify(std::vector<Alternative>& alternatives) {
  constexpr std::size_t most_alternatives = 96;  // beyond that nobody reads it
  if (alternatives.size() > most_alternatives) return;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < alternatives.size(); ++i)
      for (std::size_t j = 0; j < alternatives.size(); ++j) {
        if (i == j || alternatives[i].answer != alternatives[j].answer || alternatives[i].maybe ||
            alternatives[j].maybe)
          continue;
        const Fit how = fit(alternatives[i], alternatives[j]);
        if (how.inside) {
          alternatives.erase(alternatives.begin() + static_cast<std::ptrdiff_t>(i));
          changed = true;
          --i;
          break;
        }
        if (how.apart &&
            widen(alternatives[i].arguments.at(*how.apart), alternatives[j].arguments.at(*how.apart)))
          changed = true;
      }
  }
}

}  // namespace

std::vector<Alternative> alternatives_of(const Outcome& outcome, std::uint32_t arch) {
  std::vector<Alternative> alternatives;
  for (const Path& path : outcome.paths) alternatives.push_back(alternative_of(path, arch));
  simplify(alternatives);
  return alternatives;
}

}  // namespace scrim::filter
