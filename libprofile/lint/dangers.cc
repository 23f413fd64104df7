// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "libprofile/defaults/defaults.h"
#include "libprofile/defaults/denied.h"
#include "libprofile/filter/compare.h"
#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Action;
using inspect::Fate;

namespace {

// Docker's default is the reference: the strictest that is in wide use, and the one with most reasons written
// down.
constexpr defaults::Engine reference = defaults::Engine::docker;

struct Reason {
  std::string only;  // "CAP_SYS_ADMIN": it is allowed with that; "Linux 4.8": from there on; empty: never
  std::string text;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const Reason&, const Reason&) = default;
};

std::string only_of(const document::Filter& includes) {
  if (!includes.caps.empty()) return join(includes.caps);
  if (includes.min_kernel) return concat("Linux ", (*includes.min_kernel)[0], ".", (*includes.min_kernel)[1]);
  return "";
}

// Why the reference does not allow a call, or not whatever the arguments.
std::map<std::string, Reason, std::less<>> reasons(const document::Profile& profile) {
  std::map<std::string, Reason, std::less<>> all;
  for (const defaults::DeniedCalls& denied : defaults::denied_calls(reference))
    for (const std::string& name : denied.names) all.try_emplace(name, Reason{"", denied.reason});
  // What stands under a condition of its own is told before what is only checked.
  for (const bool conditional : {true, false})
    for (const document::TemplateRule& each : profile.rules) {
      if (each.rule.action != Action::allow || each.comment.empty()) continue;
      const std::string only = only_of(each.includes);
      if (conditional ? only.empty() : each.rule.conditions.empty()) continue;
      for (const document::Name& name : each.rule.names)
        all.try_emplace(name.text, Reason{only, each.comment});
    }
  return all;
}

bool passes(std::uint32_t answer) {
  return inspect::fate_of(answer) == Fate::allowed || inspect::fate_of(answer) == Fate::logged;
}

enum class More : std::uint8_t { nothing, some_arguments, all };

// What a call may that the reference does not let it.
More allowed_beyond(const inspect::AbiMeaning& meaning, const inspect::AbiMeaning& base,
                    std::uint32_t number) {
  More more = More::nothing;
  for (const filter::Change& change : changes(base.decoded, meaning.decoded, number, number))
    for (const filter::AnswerChange& each : change.answers)
      if (!passes(each.before) && passes(each.after))
        more = each.tests.empty() ? More::all : std::max(more, More::some_arguments);
  return more;
}

struct Allowed {
  document::Position at;
  std::vector<std::string> names;
};

// Where a call is allowed first; nowhere if by the default action.
std::optional<document::Position> place_of(std::string_view call, const document::OciSeccomp& seccomp) {
  for (const document::Rule& rule : seccomp.rules)
    if (rule.action == Action::allow || rule.action == Action::log)
      for (const document::Name& name : rule.names)
        if (name.text == call) return name.at;
  return std::nullopt;
}

std::string beginning(const Reason& reason, const std::vector<std::string>& names) {
  std::string which = concat(join(names), names.size() == 1 ? " is allowed" : " are allowed");
  if (reason.only.empty()) return which;
  const bool capability = reason.only.starts_with("CAP_");
  return concat(which, capability ? " without " : " before ", reason.only);
}

}  // namespace

void check_dangers(const Subject& subject, Findings& findings) {
  if (!subject.enforced) return;
  const document::Architecture architecture = subject.against.target.architecture;
  const document::Profile profile = defaults::default_profile(reference, "");
  const Subject base = subject_of(profile, {subject.against.target, Runtime::scrim, ReadAs::docker, false});
  const inspect::AbiMeaning* const meaning = subject.enforced->find(architecture);
  const inspect::AbiMeaning* const ours = base.enforced ? base.enforced->find(architecture) : nullptr;
  if (meaning == nullptr || ours == nullptr) return;
  const auto why = reasons(profile);
  std::map<Reason, Allowed> found;
  std::vector<std::string> by_default;
  for (const inspect::NamedCall& call : meaning->abi.calls) {
    const auto reason = why.find(call.name);
    if (reason == why.end()) continue;
    const More more = allowed_beyond(*meaning, *ours, call.number);
    if (more == More::nothing) continue;
    const auto at = place_of(call.name, subject.resolved);
    if (!at) {
      by_default.emplace_back(call.name);
      continue;
    }
    Allowed& allowed = found[reason->second];
    if (allowed.names.empty()) allowed.at = *at;
    allowed.names.push_back(concat(call.name, more == More::some_arguments ? " (for some arguments)" : ""));
  }
  for (auto& [reason, allowed] : found) {
    std::ranges::sort(allowed.names);
    findings.add(
        "dangerous-allowance", Severity::warning, allowed.at,
        concat(beginning(reason, allowed.names), ", as Docker's default does not (", reason.text, ")"));
  }
  // A default that allows would be told of in as many lines as there are reasons.
  if (by_default.empty()) return;
  std::ranges::sort(by_default);
  findings.add(
      "dangerous-allowance", Severity::warning, subject.resolved.header.default_action_at,
      concat("the default action allows ", by_default.size(), by_default.size() == 1 ? " call" : " calls",
             " that Docker's default refuses, or checks: ", join(by_default)));
}

}  // namespace scrim::lint
