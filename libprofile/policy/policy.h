// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/policy/syscall.h"

// What a profile means. The one place that decides it.
namespace scrim::policy {

// What the kernel is to do with a call: a SECCOMP_RET_* action and its 16 bits of data (seccomp(2)).
struct Decision {
  document::Action action = document::Action::allow;
  std::uint16_t data = 0;  // errno for error, event message for trace; else 0
  friend constexpr bool operator==(const Decision&, const Decision&) = default;
};

// What an action and its errno say; without one, or of an action that takes none, what it means.
[[nodiscard]] Decision decision_of(document::Action action, std::optional<std::uint16_t> errno_ret);

// The argument that several of a rule's conditions are about, if any: each of the rule's conditions is then a
// rule of its own, as runc and crun read it.
[[nodiscard]] std::optional<unsigned> repeated_argument(const document::Rule& rule);

// One call by name. Rules are ORed, the conditions of a rule ANDed.
struct Rule {
  Syscall syscall;
  Decision decision;
  // At most one for each argument; what masked_equal compares with lies within its mask.
  std::vector<document::Condition> conditions;
};

// The highest syscall number of an architecture that the profile names. Calls above it are newer than the
// profile.
struct Newest {
  document::Architecture architecture;
  std::uint32_t number;
};

struct Policy {
  std::string name;  // for messages: the profile's file
  Decision otherwise;
  std::vector<document::Architecture> architectures;  // the native one first; never empty
  std::vector<Rule> rules;                            // none decides the same as `otherwise`
  // Calls above these are answered ENOSYS, as runc does, so that programs fall back (runc's patchbpf). Empty
  // where the default action lets unknown calls through or already answers ENOSYS.
  std::vector<Newest> newest;
  std::vector<document::Flag> flags;
  bool notifies = false;  // some rule's action is notify: a listener is needed
};

// How strictly names are taken.
enum class UnknownSyscalls : bool { warn, refuse };

// Interprets a profile for a machine of the architecture `native`: that one is in the policy, whether the
// profile lists it or not. Unknown syscall names are warnings with the nearest known name, or
// errors. Several conditions on one argument of a rule are split into rules, as runc and crun read them.
// Omitted flags are SPEC_ALLOW, as in runc. Throws document::DocumentError.
[[nodiscard]] Policy make_policy(const document::OciSeccomp& seccomp, UnknownSyscalls unknown,
                                 document::Warnings& warnings, document::Architecture native);
// For this machine.
[[nodiscard]] Policy make_policy(const document::OciSeccomp& seccomp, UnknownSyscalls unknown,
                                 document::Warnings& warnings);

}  // namespace scrim::policy
