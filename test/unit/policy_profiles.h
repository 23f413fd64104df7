// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/policy/policy.h"

// Profiles written in a line each, for tests of what they mean.
namespace scrim::test {

inline document::Rule rule(std::initializer_list<const char*> names, document::Action action,
                           std::vector<document::Condition> conditions = {}) {
  document::Rule rule;
  for (const char* name : names) rule.names.push_back({name, {7, 9}});
  rule.action = action;
  rule.conditions = std::move(conditions);
  rule.at = {7, 1};
  return rule;
}

inline document::Rule error_rule(std::initializer_list<const char*> names, std::uint16_t number,
                                 std::vector<document::Condition> conditions = {}) {
  document::Rule made = rule(names, document::Action::error, std::move(conditions));
  made.errno_ret = number;
  return made;
}

inline document::OciSeccomp profile(document::Action default_action, std::vector<document::Rule> rules,
                                    std::vector<document::Architecture> architectures = {}) {
  document::OciSeccomp seccomp;
  seccomp.file = "test.json";
  seccomp.header.default_action = default_action;
  seccomp.header.architectures = std::move(architectures);
  seccomp.rules = std::move(rules);
  return seccomp;
}

inline policy::Policy policy_of(const document::OciSeccomp& seccomp) {
  document::Warnings warnings;
  return policy::make_policy(seccomp, policy::UnknownSyscalls::warn, warnings);
}

}  // namespace scrim::test
