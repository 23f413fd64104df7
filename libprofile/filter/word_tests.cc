// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/word_tests.h"

#include <algorithm>
#include <bit>

namespace scrim::filter {

namespace {

constexpr std::uint32_t whole = 0xffffffff;

void learn(WordBounds& bounds, const Atom& atom, bool holds) {
  const std::uint32_t bits = atom.kind == Atom::Kind::any_bit ? atom.mask & atom.k : atom.mask;
  switch (atom.kind) {
    case Atom::Kind::equal:
      if (holds) {
        bounds.ones |= atom.k & atom.mask;
        bounds.zeros |= ~atom.k & atom.mask;
        if ((atom.k & ~atom.mask) != 0) bounds.least = 1, bounds.most = 0;
        if (atom.mask == whole) {
          bounds.least = std::max(bounds.least, atom.k);
          bounds.most = std::min(bounds.most, atom.k);
        }
      } else if (std::has_single_bit(bits)) {
        (atom.k == 0 ? bounds.ones : bounds.zeros) |= bits;
      }
      break;
    case Atom::Kind::above:
      if (atom.mask != whole) break;
      if (!holds)
        bounds.most = std::min(bounds.most, atom.k);
      else if (atom.k == whole)
        bounds.least = 1, bounds.most = 0;
      else
        bounds.least = std::max(bounds.least, atom.k + 1);
      break;
    case Atom::Kind::any_bit:
      if (!holds)
        bounds.zeros |= bits;
      else if (std::has_single_bit(bits))
        bounds.ones |= bits;
      break;
  }
}

}  // namespace

WordBounds bounds_of(std::span<const WordFact> tests, unsigned word) {
  WordBounds bounds;
  for (const WordFact& test : tests)
    if (test.word == word) learn(bounds, test.atom, test.holds);
  bounds.least = std::max(bounds.least, bounds.ones);
  bounds.most = std::min(bounds.most, ~bounds.zeros);
  // "Not 0" after "not above 1" leaves 1.
  for (bool changed = true; changed && !bounds.empty();) {
    changed = false;
    for (const WordFact& test : tests) {
      if (test.word != word || test.holds || test.atom.kind != Atom::Kind::equal || test.atom.mask != whole)
        continue;
      if (bounds.least == bounds.most && test.atom.k == bounds.least) {
        bounds.least = 1, bounds.most = 0;
      } else if (test.atom.k == bounds.least) {
        ++bounds.least;
      } else if (test.atom.k == bounds.most) {
        --bounds.most;
      } else {
        continue;
      }
      changed = true;
      if (bounds.empty()) break;
    }
  }
  if (bounds.least == bounds.most) {
    bounds.ones |= bounds.least;
    bounds.zeros |= ~bounds.least;
  }
  return bounds;
}

std::optional<bool> implied(std::span<const WordFact> tests, unsigned word, const Atom& atom) {
  for (const WordFact& test : tests)
    if (test.word == word && test.atom == atom) return test.holds;
  const WordBounds known = bounds_of(tests, word);
  switch (atom.kind) {
    case Atom::Kind::equal:
      if ((atom.k & ~atom.mask) != 0 || (atom.k & known.zeros) != 0 ||
          (~atom.k & atom.mask & known.ones) != 0)
        return false;
      if (atom.mask == whole && (atom.k < known.least || atom.k > known.most)) return false;
      if ((atom.mask & ~(known.ones | known.zeros)) == 0) return true;
      for (const WordFact& test : tests)
        if (test.word == word && !test.holds && test.atom.kind == Atom::Kind::equal &&
            (test.atom.mask & ~atom.mask) == 0 && (atom.k & test.atom.mask) == test.atom.k)
          return false;
      break;
    case Atom::Kind::above: {
      const std::uint32_t most = atom.mask & ~known.zeros;
      const std::uint32_t least = atom.mask & known.ones;
      if (least > atom.k || (atom.mask == whole && known.least > atom.k)) return true;
      if (most <= atom.k || known.most <= atom.k) return false;
      break;
    }
    case Atom::Kind::any_bit: {
      const std::uint32_t bits = atom.mask & atom.k;
      if ((bits & known.ones) != 0) return true;
      if ((bits & ~known.zeros) == 0) return false;
      break;
    }
  }
  return std::nullopt;
}

bool possible(std::span<const WordFact> tests) {
  constexpr std::size_t most_values = 256;
  for (unsigned word = 0; word < call_words; ++word) {
    std::vector<Atom> atoms;
    bool masked = false;
    for (const WordFact& test : tests) {
      if (test.word != word) continue;
      atoms.push_back(test.atom);
      masked = masked || test.atom.mask != whole || test.atom.kind == Atom::Kind::any_bit;
    }
    if (atoms.empty()) continue;
    if (bounds_of(tests, word).empty()) return false;
    // Without masks the ends of the bounds are values that can be.
    constexpr std::size_t most_atoms = 24;
    if (!masked || atoms.size() == 1 || atoms.size() > most_atoms) continue;
    const std::vector<std::uint32_t> values = word_values(std::move(atoms), most_values);
    const auto fits = [&](std::uint32_t value) {
      return std::ranges::all_of(tests, [&](const WordFact& test) {
        return test.word != word || test.atom.holds(value) == test.holds;
      });
    };
    if (!values.empty() && std::ranges::none_of(values, fits)) return false;
  }
  return true;
}

}  // namespace scrim::filter
