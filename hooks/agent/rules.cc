// SPDX-License-Identifier: Apache-2.0
#include "hooks/agent/rules.h"

#include <array>

#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::agent {

using document::Action;
using document::Architecture;

namespace {

// Everything that this machine's processes can call by, whatever the file lists: a call of an architecture
// that is not listed would be one to kill for.
std::vector<Architecture> all_of_this_machine() {
  switch (policy::native_architecture()) {
    case Architecture::x86_64:
      return {Architecture::x86_64, Architecture::x86, Architecture::x32};
    case Architecture::aarch64:
      return {Architecture::aarch64, Architecture::arm};
    default:
      return {policy::native_architecture()};
  }
}

void refuse_unanswerable(const std::string& file, document::Position at, Action action) {
  switch (action) {
    case Action::allow:
    case Action::log:
    case Action::error:
    case Action::kill_process:
    case Action::kill_thread:
      return;
    case Action::trap:
    case Action::trace:
    case Action::notify:
      throw document::DocumentError(
          file, at, concat(name_of(action), ": an agent can answer ALLOW, LOG, ERRNO and KILL_PROCESS only"));
  }
}

policy::Table table_of(const document::OciSeccomp& seccomp, document::Warnings& warnings) {
  policy::Policy policy = policy::make_policy(seccomp, policy::UnknownSyscalls::refuse, warnings);
  policy.architectures = all_of_this_machine();
  // What the filter asks about is the filter's choice: no call is too new to be answered.
  policy.newest.clear();
  return make_table(policy);
}

}  // namespace

Rules::Rules() {
  document::OciSeccomp everything;
  everything.file = "no rules";
  everything.header.default_action = Action::allow;
  document::Warnings warnings;
  table_ = table_of(everything, warnings);
}

Rules Rules::read(const std::string& file) {
  document::Warnings warnings;
  const document::OciSeccomp seccomp =
      document::read_oci_seccomp(document::json::parse(document::read_text(file), file), file, warnings);
  refuse_unanswerable(file, {}, seccomp.header.default_action);
  for (const document::Rule& rule : seccomp.rules) refuse_unanswerable(file, rule.at, rule.action);
  Rules rules;
  rules.table_ = table_of(seccomp, warnings);
  if (!warnings.empty()) throw Error(warnings.front().text);
  return rules;
}

kernel::Answer to_answer(const policy::Decision& decision) {
  switch (decision.action) {
    case Action::error:
      return {kernel::Answer::Kind::fail, decision.data};
    case Action::kill_process:
    case Action::kill_thread:
      return {kernel::Answer::Kind::kill, 0};
    default:
      return {kernel::Answer::Kind::proceed, 0};
  }
}

}  // namespace scrim::agent
