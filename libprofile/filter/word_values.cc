// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/word_values.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace scrim::filter {

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr unsigned bits = 32;

bool whole(const Atom& atom) {
  return atom.mask == ones && atom.kind != Atom::Kind::any_bit;
}

// The values of first…last, told apart by atoms with a mask: built bit by bit from the highest. Beginnings of
// a value that no atom tells apart go on as one, so that there are never more than there are combinations.
class Masked {
 public:
  Masked(const std::vector<Atom>& atoms, std::size_t most) : atoms_(atoms), most_(most) {}

  // False if there are too many.
  bool add(std::uint32_t first, std::uint32_t last, std::vector<std::uint32_t>& values) const {
    // What is known of a beginning: for each atom how it compares so far ('=', '<', '>'), and for `first` and
    // `last`. The values: one such beginning.
    std::map<std::string, std::uint32_t> beginnings{{std::string(atoms_.size() + 2, '='), 0}};
    for (unsigned left = bits; left-- > 0;) {
      std::map<std::string, std::uint32_t> next;
      for (const auto& [known, value] : beginnings)
        for (const std::uint32_t bit : {0U, std::uint32_t{1} << left}) {
          std::string state = known;
          for (std::size_t i = 0; i < atoms_.size(); ++i) state[i] = atom(state[i], i, bit, left);
          char& low = state[atoms_.size()];
          char& high = state[atoms_.size() + 1];
          low = compare(low, bit, first, left);
          high = compare(high, bit, last, left);
          if (low != '<' && high != '>') next.emplace(std::move(state), value | bit);
        }
      beginnings = std::move(next);
      if (beginnings.size() > most_) return false;
    }
    for (const auto& [known, value] : beginnings) values.push_back(value);
    return true;
  }

 private:
  static char compare(char so_far, std::uint32_t bit, std::uint32_t with, unsigned position) {
    if (so_far != '=') return so_far;
    const std::uint32_t other = with & (std::uint32_t{1} << position);
    if (bit == other) return '=';
    return bit < other ? '<' : '>';
  }

  [[nodiscard]] char atom(char so_far, std::size_t i, std::uint32_t bit, unsigned position) const {
    const Atom& atom = atoms_[i];
    if (atom.kind == Atom::Kind::any_bit) return (bit & atom.mask & atom.k) != 0 ? '>' : so_far;
    const char now = compare(so_far, bit & atom.mask, atom.k, position);
    // Equality does not ask which is greater.
    return atom.kind == Atom::Kind::equal && now == '<' ? '>' : now;
  }

  const std::vector<Atom>& atoms_;
  std::size_t most_;
};

}  // namespace

std::vector<std::uint32_t> word_values(std::vector<Atom> atoms, std::size_t most) {
  std::ranges::sort(atoms);
  atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
  std::vector<std::uint32_t> borders{0};
  std::vector<Atom> masked;
  for (const Atom& atom : atoms) {
    if (!whole(atom)) {
      masked.push_back(atom);
      continue;
    }
    if (atom.kind == Atom::Kind::equal) borders.push_back(atom.k);
    if (atom.k != ones) borders.push_back(atom.k + 1);
  }
  std::ranges::sort(borders);
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  if (masked.empty()) return borders.size() > most ? std::vector<std::uint32_t>() : borders;

  const Masked tell_apart(masked, most);
  std::vector<std::uint32_t> values;
  for (std::size_t i = 0; i < borders.size(); ++i) {
    const std::uint32_t last = i + 1 < borders.size() ? borders[i + 1] - 1 : ones;
    if (!tell_apart.add(borders[i], last, values) || values.size() > most) return {};
  }
  std::ranges::sort(values);
  return values;
}

}  // namespace scrim::filter
