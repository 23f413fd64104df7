// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>

#include <algorithm>
#include <cerrno>

#include "libprofile/policy/abi.h"
#include "libprofile/policy/table.h"

namespace scrim::policy {

using document::Action;
using document::Architecture;
using document::Operator;

namespace {

constexpr std::uint32_t no_call = 0xffffffff;  // -1: a tracer has the call skipped (seccomp(2))

// x32 has x86_64's audit_arch and is told by its numbers. -1 belongs to either.
const Abi* abi_of(const Table& table, std::uint32_t arch, std::uint32_t number) {
  for (const Abi& abi : table.abis) {
    if (abi.audit_arch != arch) continue;
    const bool x32 = abi.architecture == Architecture::x32;
    const bool mine = arch != AUDIT_ARCH_X86_64 || number == no_call || x32 == (number >= x32_bit);
    if (mine) return &abi;
  }
  return nullptr;
}

}  // namespace

bool holds(const document::Condition& condition, std::uint64_t argument) {
  switch (condition.op) {
    case Operator::not_equal:
      return argument != condition.value;
    case Operator::less:
      return argument < condition.value;
    case Operator::less_or_equal:
      return argument <= condition.value;
    case Operator::equal:
      return argument == condition.value;
    case Operator::greater_or_equal:
      return argument >= condition.value;
    case Operator::greater:
      return argument > condition.value;
    case Operator::masked_equal:
      return (argument & condition.value) == condition.value_two;
  }
  return false;
}

Decision decide(const Table& table, const seccomp_data& data) {
  const auto number = static_cast<std::uint32_t>(data.nr);
  const Abi* const abi = abi_of(table, data.arch, number);
  if (abi == nullptr) return {Action::kill_thread, 0};  // libseccomp's answer to foreign architectures
  if (number == no_call) return table.otherwise;

  const auto call = std::ranges::lower_bound(abi->calls, number, {}, &Call::number);
  if (call == abi->calls.end() || call->number != number) {
    if (abi->newest && number > *abi->newest) return {Action::error, ENOSYS};
    return table.otherwise;
  }
  for (const Case& each : call->cases) {
    const bool all = std::ranges::all_of(each.conditions, [&](const document::Condition& condition) {
      const std::uint64_t argument = data.args[condition.index];
      return holds(condition, abi->narrow ? argument & 0xffffffff : argument);
    });
    if (all) return each.decision;
  }
  return call->decision;
}

std::uint32_t answer_of(const Decision& decision) {
  switch (decision.action) {
    case Action::kill_thread:
      break;
    case Action::kill_process:
      return SECCOMP_RET_KILL_PROCESS;
    case Action::trap:
      return SECCOMP_RET_TRAP;
    case Action::error:
      return SECCOMP_RET_ERRNO | decision.data;
    case Action::trace:
      return SECCOMP_RET_TRACE | decision.data;
    case Action::allow:
      return SECCOMP_RET_ALLOW;
    case Action::log:
      return SECCOMP_RET_LOG;
    case Action::notify:
      return SECCOMP_RET_USER_NOTIF;
  }
  return SECCOMP_RET_KILL_THREAD;
}

}  // namespace scrim::policy
