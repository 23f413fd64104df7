// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <set>
#include <utility>

#include "libprofile/policy/abi.h"
#include "libprofile/policy/newest.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::policy {

using document::Action;
using document::Condition;
using document::DocumentError;

namespace {

// The kernel cuts a higher one down to it (kernel/seccomp.c, SECCOMP_RET_ERRNO; include/linux/err.h,
// MAX_ERRNO).
constexpr std::uint16_t max_errno = 4095;

bool carries_data(Action action) {
  return action == Action::error || action == Action::trace;
}

Decision decision(const std::string& file, document::Position at, Action action,
                  std::optional<std::uint16_t> errno_ret) {
  if (errno_ret && !carries_data(action))
    throw DocumentError(file, at, concat("an errno for ", name_of(action), ", which takes none"));
  if (action == Action::error && errno_ret > max_errno)
    throw DocumentError(file, at, concat("errno ", *errno_ret, " is too high: 0 to ", max_errno));
  return decision_of(action, errno_ret);
}

std::vector<document::Architecture> architectures_of(const document::OciSeccomp& seccomp,
                                                     document::Architecture native) {
  // libseccomp starts every filter with the native one, so that runc and crun have it whether listed or not.
  std::vector<document::Architecture> architectures{native};
  for (const document::Architecture architecture : seccomp.header.architectures) {
    if (libseccomp_token(architecture) == 0)
      throw DocumentError(seccomp.file, {},
                          concat("\"architectures\": libseccomp ", libseccomp_version(), " does not know ",
                                 name_of(architecture)));
    if (std::ranges::find(architectures, architecture) == architectures.end())
      architectures.push_back(architecture);
  }
  return architectures;
}

// Says which names mean nothing, each once.
class NameCheck {
 public:
  NameCheck(const document::OciSeccomp& seccomp, const Decision& otherwise, UnknownSyscalls unknown,
            document::Warnings& warnings)
      : seccomp_(seccomp), otherwise_(otherwise), unknown_(unknown), warnings_(warnings) {}

  // `name` is none that libseccomp knows.
  void unknown(const document::Name& name, const Decision& wanted) {
    if (newer_than_libseccomp(name.text)) {
      without_effect(name, wanted);
      return;
    }
    if (reported_.size() > most_reported || !reported_.insert(name.text).second) return;
    const std::string_view meant = nearest_syscall(name.text);
    std::string what = concat("unknown syscall \"", name.text, "\"");
    if (!meant.empty()) what += concat(": did you mean ", meant, "?");
    if (reported_.size() > most_reported) what += "; no further warnings about names";
    if (unknown_ == UnknownSyscalls::refuse) throw DocumentError(seccomp_.file, name.at, what);
    warnings_.push_back({located(seccomp_.file, name.at, what), name.at});
  }

 private:
  // Each costs a comparison with all names that there are.
  static constexpr std::size_t most_reported = 50;

  // A call that libseccomp has no number for gets the default, or ENOSYS as a call newer than the profile.
  // Where that denies it, nothing is lost but the call; where it lets it through, a rule that denies it would
  // be lost silently.
  void without_effect(const document::Name& name, const Decision& wanted) {
    const bool let_through = otherwise_.action == Action::allow || otherwise_.action == Action::log;
    if (!let_through || wanted == otherwise_ || !reported_.insert(name.text).second) return;
    const std::string what = concat("the rule for \"", name.text, "\" has no effect: libseccomp ",
                                    libseccomp_version(), " does not know this syscall");
    if (unknown_ == UnknownSyscalls::refuse) throw DocumentError(seccomp_.file, name.at, what);
    warnings_.push_back({located(seccomp_.file, name.at, what)});
  }

  const document::OciSeccomp& seccomp_;
  const Decision& otherwise_;
  UnknownSyscalls unknown_;
  document::Warnings& warnings_;
  std::set<std::string, std::less<>> reported_;
};

constexpr std::size_t arguments = 6;

void check_arguments(const std::string& file, const document::Rule& rule) {
  for (const Condition& condition : rule.conditions)
    if (condition.index >= arguments)
      throw DocumentError(file, condition.at,
                          concat("argument index ", condition.index, " is too high: 0 to ", arguments - 1));
}

// libseccomp compares the masked argument with the masked value (seccomp_rule_add(3)).
std::vector<Condition> conditions_of(const std::string& file, const document::Rule& rule,
                                     document::Warnings& warnings) {
  std::vector<Condition> conditions = rule.conditions;
  for (Condition& condition : conditions) {
    if (condition.op != document::Operator::masked_equal) continue;
    if ((condition.value_two & ~condition.value) == 0) continue;
    warnings.push_back(
        {located(file, condition.at,
                 concat("\"valueTwo\" ", hexadecimal(condition.value_two), " has bits outside the mask ",
                        hexadecimal(condition.value), ": libseccomp leaves them out"))});
    condition.value_two &= condition.value;
  }
  return conditions;
}

}  // namespace

Decision decision_of(Action action, std::optional<std::uint16_t> errno_ret) {
  // EPERM where nothing is said: runc for ERRNO and TRACE alike (libcontainer/seccomp/seccomp_linux.go).
  return {action, carries_data(action) ? errno_ret.value_or(EPERM) : std::uint16_t{0}};
}

std::optional<unsigned> repeated_argument(const document::Rule& rule) {
  std::array<bool, arguments> seen{};
  for (const Condition& each : rule.conditions)
    if (each.index < seen.size() && std::exchange(seen[each.index], true)) return each.index;
  return std::nullopt;
}

Policy make_policy(const document::OciSeccomp& seccomp, UnknownSyscalls unknown, document::Warnings& warnings,
                   document::Architecture native) {
  const document::Header& header = seccomp.header;
  Policy policy;
  policy.name = seccomp.file;
  policy.otherwise = decision(seccomp.file, {}, header.default_action, header.default_errno_ret);
  policy.architectures = architectures_of(seccomp, native);
  policy.flags = header.flags.value_or(std::vector{document::Flag::spec_allow});
  policy.notifies = policy.otherwise.action == Action::notify;

  std::size_t count = 0;
  for (const document::Rule& rule : seccomp.rules) count += rule.names.size();
  policy.rules.reserve(count);
  NewestCalls newest(policy.architectures);
  NameCheck names(seccomp, policy.otherwise, unknown, warnings);
  for (const document::Rule& rule : seccomp.rules) {
    const Decision wanted = decision(seccomp.file, rule.at, rule.action, rule.errno_ret);
    check_arguments(seccomp.file, rule);
    const std::vector<Condition> conditions = conditions_of(seccomp.file, rule, warnings);
    const std::optional<unsigned> repeated = repeated_argument(rule);
    // A rule of a built-in default has no position, and nobody who could write it otherwise.
    if (repeated && rule.at.line != 0)
      warnings.push_back(
          {located(seccomp.file, rule.at,
                   concat("several conditions on argument ", *repeated,
                          ": each condition of this rule suffices by itself, as runc and crun read it"))});
    for (const document::Name& name : rule.names) {
      const std::optional<Syscall> syscall = Syscall::named(name.text);
      if (!syscall) {
        names.unknown(name, wanted);
        continue;
      }
      newest.see(*syscall);
      if (wanted == policy.otherwise) continue;
      policy.notifies = policy.notifies || wanted.action == Action::notify;
      if (!repeated) {
        policy.rules.push_back({*syscall, wanted, conditions});
        continue;
      }
      for (const Condition& condition : conditions) policy.rules.push_back({*syscall, wanted, {condition}});
    }
  }
  policy.newest = newest.newest(policy.otherwise);
  return policy;
}

Policy make_policy(const document::OciSeccomp& seccomp, UnknownSyscalls unknown,
                   document::Warnings& warnings) {
  return make_policy(seccomp, unknown, warnings, native_architecture());
}

}  // namespace scrim::policy
