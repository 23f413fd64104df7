// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/calls.h"
#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using inspect::Fate;

namespace {

struct Needed {
  std::string_view call;
  Severity severity;
  std::string_view without;  // what happens then
};

// What every program needs, whoever starts it.
constexpr Needed by_everybody[] = {
    {"execve", Severity::error, "no program can be started, and so no container"},
    {"exit_group", Severity::warning, "a program cannot end: most C libraries then crash"},
    {"rt_sigreturn", Severity::warning, "a program cannot return from a signal handler, and crashes"},
};

}  // namespace

void check_start(const Subject& subject, Findings& findings) {
  if (!subject.enforced) return;
  const inspect::AbiMeaning* const meaning = subject.enforced->find(subject.against.target.architecture);
  if (meaning == nullptr) return;
  for (const Needed& needed : by_everybody) {
    const inspect::NamedCall* const call = meaning->abi.named(needed.call);
    if (call == nullptr) continue;
    const Fate fate = inspect::fate_of(meaning->decoded.at(call->number));
    if (fate == Fate::killed || fate == Fate::denied)
      findings.add("cannot-start", needed.severity, {},
                   concat(needed.call, " is never allowed: ", needed.without), concat("allow ", needed.call));
  }
}

}  // namespace scrim::lint
