// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "libprofile/policy/policy.h"

// Policies out of arbitrary choices, made so that their conditions overlap: few calls, few arguments, values
// from a small pool with boundaries of words in it.
namespace scrim::fuzz {

struct Kind {
  bool all_operators = true;  // else EQ and MASKED_EQ, where libseccomp is right
  bool one_decision = false;  // all rules decide the same
};

// `choose(n)` gives a number below n.
template <typename Choose>
requires std::invocable<Choose, std::uint32_t> policy::Policy random_policy(Choose choose, Kind kind) {
  using document::Action;
  using document::Architecture;
  using document::Operator;
  constexpr std::uint64_t word = 0x100000000;
  constexpr std::array<std::uint64_t, 16> pool{0,        1,        2,         3,
                                               8,        0x20000,  0x20008,   word - 1,
                                               word,     word + 1, 2 * word,  word * 2 + 1,
                                               word * 8, ~0ULL,    ~0ULL - 1, 0x80000000};
  constexpr std::array names{"personality", "keyctl", "socket", "clone", "semop"};
  constexpr std::array<policy::Decision, 5> decisions{{{Action::allow, 0},
                                                       {Action::error, 22},
                                                       {Action::error, 38},
                                                       {Action::log, 0},
                                                       {Action::kill_process, 0}}};
  policy::Policy policy;
  policy.name = "random";
  policy.otherwise = {Action::error, 1};
  policy.architectures = {Architecture::x86_64};
  if (choose(2) != 0) policy.architectures.push_back(Architecture::x86);
  if (choose(2) != 0) policy.architectures.push_back(Architecture::x32);
  // Calls on every ABI that are above all others: no name's own number is newer than the profile.
  policy.rules.push_back({"openat2", {Action::allow, 0}, {}});
  for (const Architecture architecture : policy.architectures)
    if (choose(2) != 0)
      policy.newest.push_back({architecture, architecture == Architecture::x32 ? 0x40000000U + 439 : 439U});
  const std::uint32_t count = 1 + choose(7);
  for (std::uint32_t i = 0; i < count; ++i) {
    policy::Rule rule{
        names[choose(names.size())], decisions[kind.one_decision ? 0 : choose(decisions.size())], {}};
    const std::uint32_t conditions = choose(20) == 0 ? 0 : 1 + choose(3);
    std::array<bool, 3> used{};
    for (std::uint32_t j = 0; j < conditions; ++j) {
      const std::uint32_t index = choose(used.size());
      if (used.at(index)) continue;
      used.at(index) = true;
      document::Condition condition;
      condition.index = index;
      if (kind.all_operators)
        condition.op = static_cast<Operator>(choose(7));
      else
        condition.op = choose(2) != 0 ? Operator::equal : Operator::masked_equal;
      condition.value = pool.at(choose(pool.size()));
      if (condition.op == Operator::masked_equal) {
        condition.value |= pool.at(choose(pool.size()));
        condition.value_two = condition.value & pool.at(choose(pool.size()));
      }
      rule.conditions.push_back(condition);
    }
    policy.rules.push_back(std::move(rule));
  }
  return policy;
}

}  // namespace scrim::fuzz
