// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/reach.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <span>

#include "libprofile/error.h"
#include "libprofile/filter/decode.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/table.h"

namespace scrim::lint {

namespace {

constexpr std::uint32_t number = 0;  // of the call: any

// Which of the cases' rules the filter of these cases answers with. Each answers with a number of its own,
// and the decoder knows which of them a call can get.
std::vector<bool> answering(std::span<const ReachCase> cases, std::size_t rules,
                            document::Architecture architecture) {
  policy::Table table;
  table.otherwise = {document::Action::allow, 0};
  policy::Abi& abi = table.abis.emplace_back();
  abi.architecture = architecture;
  abi.audit_arch = policy::audit_arch(architecture);
  abi.narrow = (abi.audit_arch & __AUDIT_ARCH_64BIT) == 0 || architecture == document::Architecture::x32;
  policy::Call& call = abi.calls.emplace_back();
  call.number = number;
  call.decision = table.otherwise;
  for (const ReachCase& each : cases)
    call.cases.push_back({{document::Action::trace, static_cast<std::uint16_t>(each.rule)}, each.conditions});
  std::vector<bool> answers(rules, true);
  try {
    const filter::Decoded decoded = filter::decode(filter::compile(table), abi.audit_arch);
    const filter::Outcome& outcome = decoded.at(number);
    if (outcome.cannot_tell) return answers;
    answers.assign(rules, false);
    for (const filter::Path& path : outcome.paths)
      if ((path.answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE)
        answers[path.answer & SECCOMP_RET_DATA] = true;
  } catch (const Error&) {
    // More than a filter can have: nothing can be told.
  }
  return answers;
}

}  // namespace

Reach reach_of(const std::vector<ReachCase>& cases, std::size_t rules, document::Architecture architecture) {
  Reach reach{std::vector<bool>(rules, true), std::vector<bool>(rules, true)};
  if (cases.size() > most_cases) return reach;
  reach.decides = answering(cases, rules, architecture);
  reach.ever_holds.assign(rules, false);
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (reach.decides[cases[i].rule] ||
        answering(std::span(cases).subspan(i, 1), rules, architecture)[cases[i].rule])
      reach.ever_holds[cases[i].rule] = true;
  return reach;
}

}  // namespace scrim::lint
