// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/terms.h"

#include <utility>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Condition;
using document::Operator;

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr std::uint64_t all_ones = ~std::uint64_t{0};

using Alternative = std::vector<WordTest>;  // all of them hold

// A condition as a disjunction.
class Split {
 public:
  explicit Split(const Condition& condition) : argument_(condition.index) {
    const std::uint64_t value = condition.value;
    switch (condition.op) {
      case Operator::equal:
        add({in(Half::high, high(value), high(value)), in(Half::low, low(value), low(value))});
        break;
      case Operator::not_equal:
        add({differs(Half::high, high(value))});
        add({differs(Half::low, low(value))});
        break;
      case Operator::less:
        if (value != 0) at_most(value - 1);
        break;
      case Operator::less_or_equal:
        at_most(value);
        break;
      case Operator::greater:
        above(value);
        break;
      case Operator::greater_or_equal:
        if (value == 0)
          add({});
        else
          above(value - 1);
        break;
      case Operator::masked_equal:
        masked(value, condition.value_two);
        break;
    }
  }

  std::vector<Alternative> take() { return std::move(alternatives_); }

 private:
  static std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
  static std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

  [[nodiscard]] WordTest in(Half half, std::uint32_t first, std::uint32_t last) const {
    return {argument_, half, ones, first, last, false};
  }
  [[nodiscard]] WordTest differs(Half half, std::uint32_t value) const {
    return {argument_, half, ones, value, value, true};
  }

  void at_most(std::uint64_t value) {
    if (low(value) == ones) return add({in(Half::high, 0, high(value))});
    if (high(value) != 0) add({in(Half::high, 0, high(value) - 1)});
    add({in(Half::high, high(value), high(value)), in(Half::low, 0, low(value))});
  }

  void above(std::uint64_t value) {
    if (value == all_ones) return;
    if (high(value) != ones) add({in(Half::high, high(value) + 1, ones)});
    if (low(value) != ones)
      add({in(Half::high, high(value), high(value)), in(Half::low, low(value) + 1, ones)});
  }

  void masked(std::uint64_t mask, std::uint64_t value) {
    if ((value & ~mask) != 0) return;
    add({{argument_, Half::high, high(mask), high(value), high(value), false},
         {argument_, Half::low, low(mask), low(value), low(value), false}});
  }

  void add(Alternative tests) {
    std::erase_if(tests, [](const WordTest& test) {
      return test.mask == 0 || (!test.negated && test.first == 0 && test.last == ones);
    });
    alternatives_.push_back(std::move(tests));
  }

  unsigned argument_;
  std::vector<Alternative> alternatives_;
};

// A narrow ABI has no high words: they count as 0, as the values' do.
void without_high(std::vector<Alternative>& alternatives) {
  std::erase_if(alternatives, [](Alternative& tests) {
    bool impossible = false;
    std::erase_if(tests, [&](const WordTest& test) {
      if (test.half == Half::low) return false;
      impossible = impossible || !test.holds(0);
      return true;
    });
    return impossible;
  });
}

}  // namespace

std::vector<Term> terms_of(const policy::Call& call, bool narrow) {
  std::vector<Term> terms;
  for (const policy::Case& each : call.cases) {
    std::vector<Alternative> all{{}};
    for (const Condition& condition : each.conditions) {
      std::vector<Alternative> alternatives = Split(condition).take();
      if (narrow) without_high(alternatives);
      std::vector<Alternative> next;
      for (const Alternative& before : all)
        for (const Alternative& tests : alternatives) {
          next.push_back(before);
          next.back().insert(next.back().end(), tests.begin(), tests.end());
        }
      all = std::move(next);
    }
    for (Alternative& tests : all) {
      const bool always = tests.empty();
      terms.push_back({std::move(tests), each.decision});
      if (always) return terms;
    }
    if (terms.size() > most_terms)
      throw Error(concat("the rules for system call number ", call.number, " have more than ", most_terms,
                         " conditions: far more than a filter can hold"));
  }
  return terms;
}

}  // namespace scrim::filter
