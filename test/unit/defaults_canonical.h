// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/text.h"

// Concrete rules in a form in which equal meaning is equal text; test/unit/data/defaults/evaluate.py writes
// the same. A header alone, because both the unit tests and a program of the engine tests use it.
namespace scrim::test {

// "allow", "errno", "errno=38"
inline std::string action_text(document::Action action, std::optional<std::uint16_t> errno_ret) {
  std::string text(document::name_of(action).substr(std::string_view("SCMP_ACT_").size()));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return errno_ret ? concat(text, "=", *errno_ret) : text;
}

namespace canonical_detail {

using document::Condition;
using document::Operator;

inline std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return concat("0x", std::string_view(digits.data(), end));
}

inline std::string_view symbol(Operator op) {
  switch (op) {
    case Operator::not_equal:
      return " != ";
    case Operator::less:
      return " < ";
    case Operator::less_or_equal:
      return " <= ";
    case Operator::greater_or_equal:
      return " >= ";
    case Operator::greater:
      return " > ";
    case Operator::equal:
    case Operator::masked_equal:
      break;
  }
  return " == ";
}

inline std::string text_of(const Condition& condition) {
  const std::string argument = concat("arg", condition.index);
  if (condition.op == Operator::masked_equal)
    return concat("(", argument, " & ", hex(condition.value), ") == ", hex(condition.value_two));
  return concat(argument, symbol(condition.op), hex(condition.value));
}

inline std::string text_of(const document::Rule& rule) {
  std::vector<std::string> conditions;
  for (const Condition& each : rule.conditions) conditions.push_back(text_of(each));
  const std::string action = action_text(rule.action, rule.errno_ret);
  return conditions.empty() ? action : concat(action, " ", join(conditions, " && "));
}

inline bool same_action(const std::vector<std::string>& rules) {
  return std::all_of(rules.begin(), rules.end(), [&](const std::string& rule) {
    return split(rule, ' ').front() == split(rules.front(), ' ').front();
  });
}

}  // namespace canonical_detail

// Name -> all that is said of it, "; " between the rules. Saying a thing twice is saying it once. Where a
// name has different actions the order may matter and is kept.
inline std::map<std::string, std::string> said_of_names(const document::OciSeccomp& seccomp) {
  std::map<std::string, std::vector<std::string>> rules;
  for (const document::Rule& rule : seccomp.rules) {
    const std::string text = canonical_detail::text_of(rule);
    for (const document::Name& name : rule.names) {
      std::vector<std::string>& said = rules[name.text];
      if (std::find(said.begin(), said.end(), text) == said.end()) said.push_back(text);
    }
  }
  std::map<std::string, std::string> result;
  for (auto& [name, said] : rules) {
    if (canonical_detail::same_action(said)) std::sort(said.begin(), said.end());
    result[name] = join(said, "; ");
  }
  return result;
}

}  // namespace scrim::test
