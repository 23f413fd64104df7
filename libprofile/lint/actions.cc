// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Action;
using document::Flag;
using resolve::KernelVersion;

namespace {

// seccomp(2), "HISTORY" and "BUGS"; libprofile/kernel/README.md.
KernelVersion since(Action action) {
  switch (action) {
    case Action::kill_process:
    case Action::log:
      return {4, 14};
    case Action::notify:
      return {5, 0};
    case Action::kill_thread:
    case Action::trap:
    case Action::error:
    case Action::trace:
    case Action::allow:
      break;
  }
  return {3, 5};
}

KernelVersion since(Flag flag) {
  switch (flag) {
    case Flag::tsync:
      return {3, 17};
    case Flag::log:
      return {4, 14};
    case Flag::spec_allow:
      return {4, 17};
    case Flag::wait_killable_recv:
      break;
  }
  return {5, 19};
}

std::string text_of(KernelVersion version) {
  return concat(version.major, ".", version.minor);
}

void check_default(const document::Header& header, Findings& findings) {
  switch (header.default_action) {
    case Action::allow:
      findings.add(
          "default-allows", Severity::warning, header.default_action_at,
          "the default action is SCMP_ACT_ALLOW: every call that nobody thought of is allowed, those "
          "of newer kernels too",
          "list what the program needs, with a default of SCMP_ACT_ERRNO");
      break;
    case Action::log:
      findings.add("default-logs", Severity::warning, header.default_action_at,
                   "the default action is SCMP_ACT_LOG: calls are written down, and allowed",
                   "for recording only; SCMP_ACT_ERRNO denies them");
      break;
    case Action::trace:
      findings.add("default-traces", Severity::warning, header.default_action_at,
                   "the default action is SCMP_ACT_TRACE: the calls fail with ENOSYS unless a tracer is "
                   "attached, which then decides alone");
      break;
    case Action::kill_thread:
    case Action::kill_process:
    case Action::trap:
      findings.add("default-kills", Severity::note, header.default_action_at,
                   concat("the default action is ", name_of(header.default_action),
                          ": a program that tries a newer call and would make do without it is killed"));
      break;
    case Action::error:
    case Action::notify:
      break;
  }
}

}  // namespace

void check_actions(const Subject& subject, Findings& findings) {
  const document::Header& header = subject.resolved.header;
  const KernelVersion kernel = subject.against.target.kernel;
  check_default(header, findings);
  std::set<Action> said;
  const auto check = [&](Action action, document::Position at) {
    if (kernel >= since(action) || !said.insert(action).second) return;
    findings.add("kernel-too-old", action == Action::log ? Severity::warning : Severity::error, at,
                 concat(name_of(action), " is known to Linux ", text_of(since(action)),
                        " and later: ", text_of(kernel), " kills a thread for it"));
  };
  const auto check_errno = [&](Action action, std::optional<std::uint16_t> errno_ret, document::Position at) {
    if (action != Action::error || !errno_ret) return;
    if (*errno_ret == 0)
      findings.add("errno-zero", Severity::warning, at,
                   "an errno of 0 is success: the program is told that the call was made, which it was not");
    else if (document::errno_name(*errno_ret).empty())
      findings.add(
          "unknown-errno", Severity::warning, at,
          concat("no error has the number ", *errno_ret, ": programs will not know what to make of it"));
  };
  check(header.default_action, header.default_action_at);
  check_errno(header.default_action, header.default_errno_ret, header.default_action_at);
  for (const document::Rule& rule : subject.resolved.rules) {
    check(rule.action, rule.at);
    check_errno(rule.action, rule.errno_ret, rule.at);
  }
  if (header.flags)
    for (const Flag flag : *header.flags)
      if (kernel < since(flag))
        findings.add("kernel-too-old", Severity::error, header.flags_at,
                     concat(name_of(flag), " is known to Linux ", text_of(since(flag)),
                            " and later: ", text_of(kernel), " refuses the filter"));
}

}  // namespace scrim::lint
