// SPDX-License-Identifier: Apache-2.0
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/kernel/seccomp.h"
#include "libprofile/text.h"

namespace scrim::kernel {

using document::Action;
using document::Flag;

namespace {

struct KnownFlag {
  Flag flag;
  unsigned bit;
  // What the kernel wants beside it: WAIT_KILLABLE_RECV is about a listener.
  unsigned with;
  const char* since;  // kernel release, from seccomp(2) and git history
};
constexpr std::array known_flags{
    KnownFlag{Flag::tsync, SECCOMP_FILTER_FLAG_TSYNC, 0, "3.17"},
    KnownFlag{Flag::log, SECCOMP_FILTER_FLAG_LOG, 0, "4.14"},
    KnownFlag{Flag::spec_allow, SECCOMP_FILTER_FLAG_SPEC_ALLOW, 0, "4.17"},
    KnownFlag{Flag::wait_killable_recv, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
              SECCOMP_FILTER_FLAG_NEW_LISTENER, "5.19"},
};

struct KnownAction {
  Action action;
  std::uint32_t value;
  const char* since;
};
constexpr std::array known_actions{
    KnownAction{Action::kill_process, SECCOMP_RET_KILL_PROCESS, "4.14"},
    KnownAction{Action::kill_thread, SECCOMP_RET_KILL_THREAD, "3.5"},
    KnownAction{Action::trap, SECCOMP_RET_TRAP, "3.5"},
    KnownAction{Action::error, SECCOMP_RET_ERRNO, "3.5"},
    KnownAction{Action::notify, SECCOMP_RET_USER_NOTIF, "5.0"},
    KnownAction{Action::trace, SECCOMP_RET_TRACE, "3.5"},
    KnownAction{Action::log, SECCOMP_RET_LOG, "4.14"},
    KnownAction{Action::allow, SECCOMP_RET_ALLOW, "3.5"},
};

// Setting no program at all: a kernel that knows the flags goes on to read it and says EFAULT, another one
// says EINVAL (seccomp(2), "NOTES").
bool supports_flags(unsigned bits) {
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, bits, nullptr) == 0 || errno == EFAULT) return true;
  if (errno == EINVAL) return false;
  throw_errno("asking for seccomp's flags");
}

bool supports_action(std::uint32_t action) {
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) return true;
  // EINVAL: a kernel before 4.14 does not have the question, nor any action that is newer than it.
  if (errno == EOPNOTSUPP || errno == EINVAL) return false;
  throw_errno("asking for seccomp's actions");
}

[[noreturn]] void refuse(const policy::Policy& policy, std::string_view what, std::string_view since) {
  throw Error(
      concat(policy.name, ": this kernel does not support ", what, " (Linux ", since, " or later does)"));
}

void check_action(const policy::Policy& policy, Action action) {
  const auto* const known = std::ranges::find(known_actions, action, &KnownAction::action);
  if (std::string_view(known->since) != "3.5" && !supports_action(known->value))
    refuse(policy, name_of(action), known->since);
}

void check_actions(const policy::Policy& policy) {
  std::array<bool, known_actions.size()> used{};
  const auto use = [&](Action action) {
    used.at(static_cast<std::size_t>(std::ranges::find(known_actions, action, &KnownAction::action) -
                                     known_actions.begin())) = true;
  };
  use(policy.otherwise.action);
  for (const policy::Rule& rule : policy.rules) use(rule.decision.action);
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used.at(i)) check_action(policy, known_actions.at(i).action);
}

}  // namespace

unsigned filter_flags(const policy::Policy& policy) {
  check_actions(policy);
  unsigned bits = 0;
  if (policy.notifies) {
    if (!supports_flags(SECCOMP_FILTER_FLAG_NEW_LISTENER))
      refuse(policy, "SECCOMP_FILTER_FLAG_NEW_LISTENER", "5.0");
    bits |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  }
  for (const Flag flag : policy.flags) {
    const auto* const known = std::ranges::find(known_flags, flag, &KnownFlag::flag);
    if (!supports_flags(known->bit | known->with)) refuse(policy, name_of(flag), known->since);
    // Without a listener there is nothing to wait for, and the kernel refuses the flag.
    if ((known->with & ~bits) == 0) bits |= known->bit;
  }
  if ((bits & SECCOMP_FILTER_FLAG_TSYNC) == 0) return bits;
  bits = for_all_threads(bits);
  if ((bits & SECCOMP_FILTER_FLAG_TSYNC_ESRCH) != 0 && !supports_flags(bits))
    refuse(policy, "SECCOMP_FILTER_FLAG_TSYNC together with SCMP_ACT_NOTIFY", "5.7");
  return bits;
}

std::vector<std::string> supported_flags() {
  std::vector<std::string> names;
  for (const KnownFlag& known : known_flags)
    if (supports_flags(known.bit | known.with)) names.emplace_back(name_of(known.flag));
  return names;
}

std::vector<std::string> supported_actions() {
  std::vector<std::string> names;
  for (const KnownAction& known : known_actions)
    if (std::string_view(known.since) == "3.5" || supports_action(known.value))
      names.emplace_back(name_of(known.action));
  return names;
}

}  // namespace scrim::kernel
