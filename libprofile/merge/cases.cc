// SPDX-License-Identifier: Apache-2.0
#include "libprofile/merge/cases.h"

#include <algorithm>
#include <array>
#include <limits>

#include "libprofile/policy/table.h"

namespace scrim::merge {

using document::Operator;

namespace {

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
constexpr unsigned bits = 64;
constexpr unsigned arguments = 6;
constexpr std::size_t most_steps = 20'000;  // some microseconds each

bool equal(const Condition& a, const Condition& b) {
  return a.index == b.index && a.op == b.op && a.value == b.value && a.value_two == b.value_two;
}

bool equal(const Conditions& a, const Conditions& b) {
  return std::ranges::equal(a, b, [](const Condition& x, const Condition& y) { return equal(x, y); });
}

// Where a condition does not hold.
Conditions negated(Condition condition) {
  switch (condition.op) {
    case Operator::equal:
      condition.op = Operator::not_equal;
      return {condition};
    case Operator::not_equal:
      condition.op = Operator::equal;
      return {condition};
    case Operator::less:
      condition.op = Operator::greater_or_equal;
      return {condition};
    case Operator::greater_or_equal:
      condition.op = Operator::less;
      return {condition};
    case Operator::greater:
      condition.op = Operator::less_or_equal;
      return {condition};
    case Operator::less_or_equal:
      condition.op = Operator::greater;
      return {condition};
    case Operator::masked_equal:
      break;
  }
  // Any of the bits is another one. Each is a condition of its own, any of which suffices.
  Conditions any;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    if ((condition.value & mask) != 0)
      any.push_back(
          {condition.index, Operator::masked_equal, mask, ~condition.value_two & mask, condition.at});
  }
  return any;
}

struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = highest;
};

// The values of one argument: within the range, none of the exceptions, and these bits.
struct Values {
  Range range;
  std::vector<std::uint64_t> exceptions;
  std::uint64_t mask = 0;
  std::uint64_t value = 0;
  bool none = false;

  void add(const Condition& condition) {
    switch (condition.op) {
      case Operator::equal:
        at_least(condition.value);
        at_most(condition.value);
        break;
      case Operator::not_equal:
        exceptions.push_back(condition.value);
        break;
      case Operator::less:
        if (condition.value == 0) none = true;
        at_most(condition.value - 1);
        break;
      case Operator::less_or_equal:
        at_most(condition.value);
        break;
      case Operator::greater_or_equal:
        at_least(condition.value);
        break;
      case Operator::greater:
        if (condition.value == highest) none = true;
        at_least(condition.value + 1);
        break;
      case Operator::masked_equal: {
        const std::uint64_t both = mask & condition.value;
        if ((condition.value_two & ~condition.value) != 0 || ((value ^ condition.value_two) & both) != 0)
          none = true;
        mask |= condition.value;
        value |= condition.value_two;
        break;
      }
    }
    if (range.first > range.last) none = true;
  }

  [[nodiscard]] bool has_bits(std::uint64_t each) const { return (each & mask) == value; }

 private:
  void at_least(std::uint64_t bound) { range.first = std::max(range.first, bound); }
  void at_most(std::uint64_t bound) { range.last = std::min(range.last, bound); }
};

// The range without the exceptions.
std::vector<Range> pieces(const Values& values) {
  std::vector<std::uint64_t> exceptions = values.exceptions;
  std::ranges::sort(exceptions);
  std::vector<Range> all;
  Range rest = values.range;
  for (const std::uint64_t each : exceptions) {
    if (each < rest.first || each > rest.last) continue;
    if (each > rest.first) all.push_back({rest.first, each - 1});
    if (each == rest.last) return all;
    rest.first = each + 1;
  }
  all.push_back(rest);
  return all;
}

// Numbers that begin with the same bits: the largest such blocks that the range is made of.
void add_blocks(Range range, const Values& values, unsigned index, Conditions& into) {
  for (;;) {
    unsigned free = 0;  // low bits that may be anything
    while (free < bits) {
      const std::uint64_t size = free + 1 == bits ? 0 : std::uint64_t{1} << (free + 1);
      const std::uint64_t rest = size - 1;  // all ones for the whole word
      if ((range.first & rest) != 0 || range.last - range.first < rest) break;
      ++free;
    }
    const std::uint64_t any = free == bits ? highest : (std::uint64_t{1} << free) - 1;
    // As far as the bits that are asked for besides leave something of it.
    if (((range.first ^ values.value) & values.mask & ~any) == 0)
      into.push_back({index,
                      Operator::masked_equal,
                      ~any | values.mask,
                      (range.first & ~any) | (values.value & any),
                      {}});
    if (range.last - range.first <= any) return;
    range.first += any + 1;
  }
}

// One comparison each, any of which suffices.
Conditions comparisons(const Values& values, unsigned index) {
  if (values.none) return {};
  const bool all = values.range.first == 0 && values.range.last == highest;
  if (values.range.first == values.range.last) {
    const std::uint64_t only = values.range.first;
    if (!values.has_bits(only) || std::ranges::find(values.exceptions, only) != values.exceptions.end())
      return {};
    return {{index, Operator::equal, only, 0, {}}};
  }
  std::vector<std::uint64_t> exceptions = values.exceptions;
  std::ranges::sort(exceptions);
  exceptions.erase(std::unique(exceptions.begin(), exceptions.end()), exceptions.end());
  std::erase_if(exceptions, [&](std::uint64_t each) {
    return !values.has_bits(each) || each < values.range.first || each > values.range.last;
  });
  if (all && values.mask == 0 && exceptions.size() == 1)
    return {{index, Operator::not_equal, exceptions.front(), 0, {}}};
  if (all && values.mask != 0 && exceptions.empty())
    return {{index, Operator::masked_equal, values.mask, values.value, {}}};
  Values relevant = values;
  relevant.exceptions = exceptions;
  Conditions any;
  for (const Range& piece : pieces(relevant)) {
    if (values.mask == 0 && piece.first == piece.last)
      any.push_back({index, Operator::equal, piece.first, 0, {}});
    else if (values.mask == 0 && piece.first == 0)
      any.push_back({index, Operator::less_or_equal, piece.last, 0, {}});
    else if (values.mask == 0 && piece.last == highest)
      any.push_back({index, Operator::greater_or_equal, piece.first, 0, {}});
    else
      add_blocks(piece, values, index, any);
  }
  return any;
}

}  // namespace

bool operator==(const Cases& a, const Cases& b) {
  return a.otherwise == b.otherwise && std::ranges::equal(a.cases, b.cases, [](const Case& x, const Case& y) {
           return x.decision == y.decision && equal(x.conditions, y.conditions);
         });
}

std::vector<Conditions> single(const Conditions& conditions) {
  std::vector<Conditions> all{{}};
  for (unsigned index = 0; index < arguments; ++index) {
    Conditions own;
    std::ranges::copy_if(conditions, std::back_inserter(own),
                         [&](const Condition& each) { return each.index == index; });
    if (own.empty()) continue;
    Conditions any = own;
    if (own.size() > 1) {
      Values values;
      for (const Condition& each : own) values.add(each);
      any = comparisons(values, index);
    }
    std::vector<Conditions> longer;
    for (const Conditions& each : all)
      for (const Condition& one : any) {
        longer.push_back(each);
        longer.back().push_back(one);
        if (longer.size() > most_rules) return longer;  // too many, whoever asked
      }
    all = std::move(longer);
  }
  return all;
}

std::vector<Conditions> without(const Conditions& conditions, const Conditions& except) {
  std::vector<Conditions> all;
  Conditions held = conditions;
  for (const Condition& each : except) {
    for (const Condition& other : negated(each)) {
      Conditions one = held;
      one.push_back(other);
      if (!single(one).empty()) all.push_back(std::move(one));
    }
    held.push_back(each);
  }
  return all;
}

Cases product(const Cases& a, const Cases& b, const Choose& choose) {
  if (a == b) return a;
  Cases both{{}, choose(a.otherwise, b.otherwise)};
  const auto with = [](std::vector<Case> cases, const Decision& otherwise) {
    cases.push_back({otherwise, {}});
    return cases;
  };
  for (const Case& x : with(a.cases, a.otherwise))
    for (const Case& y : with(b.cases, b.otherwise)) {
      Conditions conditions = x.conditions;
      for (const Condition& each : y.conditions)
        if (std::ranges::none_of(conditions, [&](const Condition& known) { return equal(known, each); }))
          conditions.push_back(each);
      if (!single(conditions).empty())
        both.cases.push_back({choose(x.decision, y.decision), std::move(conditions)});
    }
  both.cases.pop_back();  // of what holds in neither: `otherwise`
  return both;
}

std::optional<std::vector<Case>> rules_of(const Cases& cases, const Decision& otherwise) {
  std::vector<Case> all = cases.cases;
  while (!all.empty() && all.back().decision == cases.otherwise) all.pop_back();
  all.push_back({cases.otherwise, {}});
  std::vector<Case> rules;
  std::size_t steps = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].decision == otherwise) continue;
    std::vector<Conditions> boxes{all[i].conditions};
    for (std::size_t j = 0; j < i; ++j) {
      if (all[j].decision == all[i].decision) continue;
      std::vector<Conditions> rest;
      for (const Conditions& box : boxes) {
        if (++steps > most_steps) return std::nullopt;
        for (Conditions& each : without(box, all[j].conditions)) rest.push_back(std::move(each));
        if (rest.size() > most_rules) return std::nullopt;
      }
      boxes = std::move(rest);
    }
    for (const Conditions& box : boxes)
      for (Conditions& each : single(box)) {
        rules.push_back({all[i].decision, std::move(each)});
        if (rules.size() > most_rules) return std::nullopt;
      }
  }
  return rules;
}

}  // namespace scrim::merge
