// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/abstract_value.h"

#include <linux/bpf_common.h>

namespace scrim::filter {

namespace {

constexpr std::uint32_t whole = 0xffffffff;
constexpr unsigned width = 32;

std::uint32_t calculate(std::uint16_t operation, std::uint32_t a, std::uint32_t b) {
  switch (operation) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return a * b;
    case BPF_DIV:
      return b == 0 ? 0 : a / b;
    case BPF_AND:
      return a & b;
    case BPF_OR:
      return a | b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      return a << b % width;
    default:  // BPF_RSH
      return a >> b % width;
  }
}

}  // namespace

AbstractValue AbstractValue::constant(std::uint32_t value) {
  AbstractValue made;
  made.kind_ = Kind::constant;
  made.added_ = value;
  return made;
}

AbstractValue AbstractValue::word(unsigned index) {
  AbstractValue made;
  made.kind_ = Kind::word;
  made.word_ = static_cast<std::uint8_t>(index);
  made.mask_ = whole;
  return made;
}

AbstractValue AbstractValue::unknown() {
  return {};
}

std::optional<std::uint32_t> AbstractValue::constant() const {
  if (kind_ != Kind::constant) return std::nullopt;
  return added_;
}

AbstractValue AbstractValue::shifted(int right) const {
  AbstractValue moved = *this;
  moved.right_ += right;
  // A bit of the word stays if it is one of the register's 32, before as after.
  std::uint32_t kept = 0;
  for (int bit = 0; bit < static_cast<int>(width); ++bit) {
    const int to = bit - moved.right_;
    if (to >= 0 && to < static_cast<int>(width)) kept |= std::uint32_t{1} << static_cast<unsigned>(bit);
  }
  moved.mask_ &= kept;
  return moved.mask_ == 0 ? constant(0) : moved;
}

// The bits of the word that would have to be `value` in the register; nothing if no word makes it.
std::optional<std::uint32_t> AbstractValue::unshifted(std::uint32_t value) const {
  const std::uint64_t wide = right_ >= 0 ? std::uint64_t{value} << static_cast<unsigned>(right_)
                                         : value >> static_cast<unsigned>(-right_);
  if (wide > whole) return std::nullopt;
  const auto bits = static_cast<std::uint32_t>(wide);
  const std::uint32_t back =
      right_ >= 0 ? bits >> static_cast<unsigned>(right_) : bits << static_cast<unsigned>(-right_);
  if (back != value) return std::nullopt;
  return bits;
}

AbstractValue AbstractValue::after(std::uint16_t operation, const AbstractValue& operand) const {
  const std::optional<std::uint32_t> b = operand.constant();
  if (kind_ == Kind::constant && b) return constant(calculate(operation, added_, *b));
  if (operation == BPF_AND && ((b && *b == 0) || (kind_ == Kind::constant && added_ == 0)))
    return constant(0);
  if (kind_ != Kind::word || !b) return unknown();
  AbstractValue made = *this;
  switch (operation) {
    case BPF_ADD:
      made.added_ += *b;
      return made;
    case BPF_SUB:
      made.added_ -= *b;
      return made;
    case BPF_AND: {
      if (added_ != 0) return unknown();
      std::uint32_t kept = 0;
      for (unsigned bit = 0; bit < width; ++bit) {
        const int to = static_cast<int>(bit) - right_;
        if (to >= 0 && to < static_cast<int>(width) && ((*b >> static_cast<unsigned>(to)) & 1U) != 0)
          kept |= std::uint32_t{1} << bit;
      }
      made.mask_ &= kept;
      return made.mask_ == 0 ? constant(0) : made;
    }
    case BPF_LSH:
      return added_ != 0 ? unknown() : shifted(-static_cast<int>(*b % width));
    case BPF_RSH:
      return added_ != 0 ? unknown() : shifted(static_cast<int>(*b % width));
    case BPF_OR:
    case BPF_XOR:
      return *b == 0 ? made : unknown();
    case BPF_MUL:
    case BPF_DIV:
      return *b == 1 ? made : unknown();
    default:
      return unknown();
  }
}

AbstractValue::Ways AbstractValue::equal_ways(std::uint32_t k, bool outcome) const {
  const std::optional<std::uint32_t> bits = unshifted(k - added_);
  if (!bits || (*bits & ~mask_) != 0) return outcome ? Ways{} : Ways{{}};
  return {{{word_, {Atom::Kind::equal, mask_, *bits}, outcome}}};
}

// A way on which the value, before anything is added, is above the one and not above the other.
void AbstractValue::add_above(Ways& ways, std::optional<std::uint32_t> above,
                              std::optional<std::uint32_t> not_above) const {
  // Shifting keeps the order, and rounding a bound down is right: what is compared has no bits below.
  const auto bound = [&](std::uint32_t k) {
    if (right_ < 0) return k >> static_cast<unsigned>(-right_);
    const std::uint64_t wide = std::uint64_t{k} << static_cast<unsigned>(right_);
    return wide > whole ? whole : static_cast<std::uint32_t>(wide);
  };
  std::vector<WordFact> tests;
  if (above) tests.push_back({word_, {Atom::Kind::above, mask_, bound(*above)}, true});
  if (not_above) tests.push_back({word_, {Atom::Kind::above, mask_, bound(*not_above)}, false});
  ways.push_back(std::move(tests));
}

// value + added > k, modulo 2^32: an interval of values, which may go around.
AbstractValue::Ways AbstractValue::above_ways(std::uint32_t k, bool outcome) const {
  if (k == whole) return outcome ? Ways{} : Ways{{}};
  const std::uint32_t first = k + 1 - added_;
  const std::uint32_t last = whole - added_;
  const std::optional<std::uint32_t> below_first = first == 0 ? std::nullopt : std::optional(first - 1);
  const std::optional<std::uint32_t> to_last = last == whole ? std::nullopt : std::optional(last);
  Ways ways;
  const bool around = first > last;
  if (around != outcome) {
    // From first to last; or, if it goes around and does not hold, what is between last and first.
    if (outcome)
      add_above(ways, below_first, to_last);
    else
      add_above(ways, last, below_first);
    return ways;
  }
  if (outcome) {
    add_above(ways, below_first, std::nullopt);
    add_above(ways, std::nullopt, last);
    return ways;
  }
  if (below_first) add_above(ways, std::nullopt, below_first);
  if (to_last) add_above(ways, to_last, std::nullopt);
  return ways;
}

std::optional<AbstractValue::Ways> AbstractValue::ways(std::uint16_t comparison, std::uint32_t k,
                                                       bool outcome) const {
  if (kind_ == Kind::constant) {
    const bool holds = comparison == BPF_JEQ   ? added_ == k
                       : comparison == BPF_JGT ? added_ > k
                       : comparison == BPF_JGE ? added_ >= k
                                               : (added_ & k) != 0;
    return holds == outcome ? Ways{{}} : Ways{};
  }
  if (comparison == BPF_JGE && k == 0) return outcome ? Ways{{}} : Ways{};
  if (comparison == BPF_JSET && k == 0) return outcome ? Ways{} : Ways{{}};
  if (kind_ == Kind::unknown) return std::nullopt;
  switch (comparison) {
    case BPF_JEQ:
      return equal_ways(k, outcome);
    case BPF_JGT:
      return above_ways(k, outcome);
    case BPF_JGE:
      return above_ways(k - 1, outcome);
    default: {
      if (added_ != 0) return std::nullopt;
      const AbstractValue cut = after(BPF_AND, constant(k));
      if (cut.kind_ != Kind::word) return outcome ? Ways{} : Ways{{}};
      return Ways{{{word_, {Atom::Kind::any_bit, whole, cut.mask_}, outcome}}};
    }
  }
}

}  // namespace scrim::filter
