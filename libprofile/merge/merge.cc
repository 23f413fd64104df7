// SPDX-License-Identifier: Apache-2.0
#include "libprofile/merge/merge.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/merge/cases.h"
#include "libprofile/merge/prove.h"
#include "libprofile/policy/table.h"
#include "libprofile/text.h"

namespace scrim::merge {

using document::Action;
using document::Architecture;
using document::OciSeccomp;
using document::Rule;

namespace {

Decision default_of(const OciSeccomp& profile) {
  return policy::decision_of(profile.header.default_action, profile.header.default_errno_ret);
}

std::optional<std::uint16_t> errno_of(const Decision& decision) {
  if (decision.action != Action::error && decision.action != Action::trace) return std::nullopt;
  if (decision.data == EPERM) return std::nullopt;
  return decision.data;
}

constexpr std::size_t most_pairs = 1024;  // of rules of one call, one of each profile

using CasesByCall = std::map<std::string_view, Cases>;

// As policy reads rules: libprofile/policy/README.md.
CasesByCall cases_by_call(const OciSeccomp& profile) {
  const Decision otherwise = default_of(profile);
  CasesByCall calls;
  std::set<std::string_view> decided;  // by a rule without conditions
  for (const Rule& rule : profile.rules) {
    const Decision decision = policy::decision_of(rule.action, rule.errno_ret);
    if (decision == otherwise) continue;
    for (const document::Name& name : rule.names) {
      Cases& cases = calls.try_emplace(name.text, Cases{{}, otherwise}).first->second;
      if (decided.contains(name.text)) continue;
      if (rule.conditions.empty()) {
        decided.insert(name.text);
        cases = {{}, decision};
      } else if (policy::repeated_argument(rule)) {
        for (const Condition& each : rule.conditions) cases.cases.push_back({decision, {each}});
      } else {
        cases.cases.push_back({decision, rule.conditions});
      }
    }
  }
  return calls;
}

// The kernel's order.
std::uint32_t rank(const Decision& decision) {
  // KILL_PROCESS is the lowest as a signed number.
  constexpr std::uint32_t sign = 0x80000000;
  return (policy::answer_of(decision) & SECCOMP_RET_ACTION_FULL) ^ sign;
}

Choose chooser(Mode mode) {
  if (mode == Mode::all)
    return [](const Decision& a, const Decision& b) { return rank(b) < rank(a) ? b : a; };
  return [](const Decision& a, const Decision& b) { return rank(b) > rank(a) ? b : a; };
}

// The rules of all calls, those that are alike together.
std::vector<Rule> rules_of(const CasesByCall& calls, const Decision& otherwise) {
  using Key = std::tuple<unsigned, Action, std::uint16_t,
                         std::vector<std::tuple<unsigned, document::Operator, std::uint64_t, std::uint64_t>>>;
  std::map<Key, Rule> rules;
  for (const auto& [name, cases] : calls) {
    const auto own = merge::rules_of(cases, otherwise);
    if (!own)
      throw Error(concat("the rules for ", name, " would be more than ", most_rules,
                         ": there is no profile that says it in fewer"));
    for (const Case& each : *own) {
      Key key;
      std::get<0>(key) = each.conditions.empty() ? 0 : 1;  // those without conditions first
      std::get<1>(key) = each.decision.action;
      std::get<2>(key) = each.decision.data;
      for (const Condition& condition : each.conditions)
        std::get<3>(key).emplace_back(condition.index, condition.op, condition.value, condition.value_two);
      Rule& rule = rules[key];
      rule.action = each.decision.action;
      rule.errno_ret = errno_of(each.decision);
      rule.conditions = each.conditions;
      if (rule.names.empty() || rule.names.back().text != name) rule.names.push_back({std::string(name), {}});
    }
  }
  std::vector<Rule> all;
  all.reserve(rules.size());
  for (auto& [key, rule] : rules) all.push_back(std::move(rule));
  return all;
}

std::vector<Architecture> listed(const OciSeccomp& profile, Architecture native) {
  std::vector<Architecture> all{native};
  for (const Architecture each : profile.header.architectures)
    if (std::ranges::find(all, each) == all.end()) all.push_back(each);
  return all;
}

// All that one of them has, or those that all have. A call of another one is killed by the profile without
// it.
std::vector<Architecture> architectures_of(const std::vector<OciSeccomp>& profiles, Mode mode,
                                           Architecture native) {
  std::vector<Architecture> all = listed(profiles.front(), native);
  for (const OciSeccomp& profile : profiles) {
    const std::vector<Architecture> own = listed(profile, native);
    if (mode == Mode::all) {
      std::erase_if(all, [&](Architecture each) { return std::ranges::find(own, each) == own.end(); });
    } else {
      for (const Architecture each : own)
        if (std::ranges::find(all, each) == all.end()) all.push_back(each);
    }
  }
  return all;
}

void merge_listeners(const std::vector<OciSeccomp>& profiles, document::Header& into) {
  const OciSeccomp* first = nullptr;  // that has one
  for (const OciSeccomp& profile : profiles) {
    const document::Header& own = profile.header;
    if (own.listener_path.empty()) continue;
    if (first == nullptr) first = &profile;
    if (!into.listener_path.empty() &&
        (into.listener_path != own.listener_path || into.listener_metadata != own.listener_metadata))
      throw Error(concat(profile.file, ": its listenerPath or listenerMetadata is another one than ",
                         first->file, "'s: a process has one listener"));
    into.listener_path = own.listener_path;
    into.listener_metadata = own.listener_metadata;
  }
}

}  // namespace

OciSeccomp merge(const std::vector<OciSeccomp>& profiles, Mode mode, Architecture native) {
  const Choose choose = chooser(mode);
  Decision otherwise = default_of(profiles.front());
  CasesByCall calls = cases_by_call(profiles.front());
  for (const OciSeccomp& profile : profiles) {
    if (&profile == &profiles.front()) continue;
    const CasesByCall own = cases_by_call(profile);
    for (const auto& [name, cases] : own) calls.try_emplace(name, Cases{{}, otherwise});
    for (auto& [name, cases] : calls) {
      const auto found = own.find(name);
      const Cases theirs = found == own.end() ? Cases{{}, default_of(profile)} : found->second;
      if (!(cases == theirs) && (cases.cases.size() + 1) * (theirs.cases.size() + 1) > most_pairs)
        throw Error(
            concat("the rules for ", name, " have more than ", most_pairs, " combinations of conditions"));
      cases = product(cases, theirs, choose);
    }
    otherwise = choose(otherwise, default_of(profile));
  }

  OciSeccomp merged{"the merged profile", {}, {}};
  merged.header.default_action = otherwise.action;
  merged.header.default_errno_ret = errno_of(otherwise);
  merged.header.architectures = architectures_of(profiles, mode, native);
  merge_listeners(profiles, merged.header);
  merged.rules = rules_of(calls, otherwise);
  if (std::ranges::any_of(profiles, [](const OciSeccomp& each) { return each.header.flags.has_value(); })) {
    std::vector<policy::Policy> policies;
    document::Warnings said_before;
    policies.reserve(profiles.size());
    for (const OciSeccomp& each : profiles)
      policies.push_back(make_policy(each, policy::UnknownSyscalls::warn, said_before, native));
    merged.header.flags = filter::fuse_flags(policies);
  }
  prove(merged, profiles, mode, native);
  return merged;
}

}  // namespace scrim::merge
