// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "libprofile/inspect/calls.h"
#include "libprofile/lint/subject.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Name;
using policy::Syscall;

namespace {

// Whoever has more of them has another mistake, and each costs a comparison with all names that there are.
constexpr std::size_t most_told = 50;

bool has(document::Architecture architecture, Syscall call) {
  return call.number(architecture) >= 0 || policy::MultiplexedSyscall::of(call).has_value();
}

// The target's, and those that the profile brings along.
std::vector<document::Architecture> architectures_of(const Subject& subject) {
  std::vector<document::Architecture> all{subject.against.target.architecture};
  for (const document::Architecture each : subject.resolved.header.architectures)
    if (std::ranges::find(all, each) == all.end()) all.push_back(each);
  return all;
}

std::string names_of(const std::vector<document::Architecture>& architectures) {
  std::vector<std::string> names;
  names.reserve(architectures.size());
  for (const document::Architecture each : architectures) names.push_back(inspect::short_name(each));
  return join(names);
}

void unknown(const Name& name, const document::Rule& rule, const Subject& subject, Findings& findings) {
  const std::string_view near = policy::nearest_syscall(name.text);
  const bool lost = rule.action != document::Action::allow &&
                    subject.profile.header.default_action == document::Action::allow;
  findings.add("unknown-name", Severity::warning, name.at,
               concat("no system call is called ", quoted(name.text), " on any architecture",
                      near.empty() ? "" : concat("; did you mean ", near, "?")),
               lost ? "runtimes skip the name without a word: what it was to forbid stays allowed"
                    : "runtimes skip the name without a word: the call that was meant gets the default");
}

}  // namespace

void check_names(const Subject& subject, Findings& findings) {
  std::set<std::string_view> said;
  std::size_t unknown_names = 0;
  std::vector<std::string> newer;
  document::Position first_newer;
  for (const document::TemplateRule& each : subject.profile.rules)
    for (const Name& name : each.rule.names) {
      if (Syscall::named(name.text) || !said.insert(name.text).second) continue;
      if (!policy::newer_than_libseccomp(name.text)) {
        if (++unknown_names <= most_told) unknown(name, each.rule, subject, findings);
        continue;
      }
      if (newer.empty()) first_newer = name.at;
      newer.push_back(name.text);
    }
  if (unknown_names > most_told)
    findings.add("unknown-name", Severity::warning, subject.profile.header.at,
                 concat(unknown_names - most_told, " more names that no system call has"));
  if (!newer.empty())
    findings.add("newer-than-libseccomp", Severity::note, first_newer,
                 concat("libseccomp ", policy::libseccomp_version(), " has no number for ", join(newer),
                        ": the calls get the default action, or ENOSYS"));

  const std::vector<document::Architecture> architectures = architectures_of(subject);
  std::vector<std::string> absent;
  document::Position first_absent;
  said.clear();
  for (const document::Rule& rule : subject.resolved.rules)
    for (const Name& name : rule.names) {
      const std::optional<Syscall> call = Syscall::named(name.text);
      if (!call || std::ranges::any_of(architectures, [&](auto each) { return has(each, *call); })) continue;
      if (!said.insert(name.text).second) continue;
      if (absent.empty()) first_absent = name.at;
      absent.push_back(name.text);
    }
  if (!absent.empty())
    findings.add("not-on-architecture", Severity::note, first_absent,
                 concat(names_of(architectures), architectures.size() == 1 ? " has" : " have", " no ",
                        join(absent), ": runtimes skip the names"));
}

}  // namespace scrim::lint
