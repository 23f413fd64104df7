// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/policy.h"

#include <seccomp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall_names.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::DocumentError;
using document::Operator;
using document::Warnings;
using policy::Decision;
using policy::make_policy;
using policy::Policy;
using policy::UnknownSyscalls;
using test::error_rule;
using test::policy_of;
using test::profile;
using test::rule;

TEST_CASE("a rule without errno, and a default without, answer EPERM; other actions carry nothing") {
  const Policy policy =
      policy_of(profile(Action::error, {rule({"read"}, Action::trace), rule({"write"}, Action::allow),
                                        error_rule({"open"}, ENOSYS)}));
  CHECK(policy.otherwise == Decision{Action::error, EPERM});
  REQUIRE(policy.rules.size() == 3);
  CHECK(policy.rules[0].decision == Decision{Action::trace, EPERM});
  CHECK(policy.rules[1].decision == Decision{Action::allow, 0});
  CHECK(policy.rules[2].decision == Decision{Action::error, ENOSYS});
}

TEST_CASE("rules that decide the same as the default are left out, another errno is not the same") {
  const Policy policy =
      policy_of(profile(Action::error, {rule({"read"}, Action::error), error_rule({"write"}, EPERM),
                                        error_rule({"open"}, EACCES)}));
  REQUIRE(policy.rules.size() == 1);
  CHECK(policy.rules[0].syscall.name() == "open");
}

TEST_CASE("the native architecture comes first, listed or not, and each once") {
  const Architecture native = policy::native_architecture();
  CHECK(policy_of(profile(Action::error, {})).architectures == std::vector{native});
  CHECK(policy_of(profile(Action::error, {}, {native, native})).architectures == std::vector{native});
  const Architecture other = native == Architecture::x86 ? Architecture::arm : Architecture::x86;
  CHECK(policy_of(profile(Action::error, {}, {other})).architectures == std::vector{native, other});
  CHECK(policy_of(profile(Action::error, {}, {other, native})).architectures == std::vector{native, other});
}

TEST_CASE("an architecture that libseccomp does not know is an error naming it") {
  const auto seccomp = profile(Action::error, {}, {Architecture::sheb});
  if (policy::libseccomp_token(Architecture::sheb) != 0) return;  // a newer libseccomp
  Warnings warnings;
  CHECK_THROWS_WITH(make_policy(seccomp, UnknownSyscalls::warn, warnings),
                    Catch::Contains("test.json") && Catch::Contains("SCMP_ARCH_SHEB"));
}

TEST_CASE("x32 calls have x86_64's AUDIT_ARCH and numbers of their own") {
  CHECK(policy::audit_arch(Architecture::x32) == AUDIT_ARCH_X86_64);
  CHECK(policy::audit_arch(Architecture::x86) == AUDIT_ARCH_I386);
  CHECK(policy::audit_arch(Architecture::aarch64) == AUDIT_ARCH_AARCH64);
  CHECK(policy::Syscall("read").number(Architecture::x86_64) == 0);
  CHECK(policy::Syscall("read").number(Architecture::x32) == static_cast<int>(policy::x32_bit));
  CHECK(policy::Syscall("read").number(Architecture::x86) == 3);
}

TEST_CASE("an unknown syscall is a warning at its place with the nearest name, once") {
  Warnings warnings;
  const auto seccomp = profile(Action::error, {rule({"clock_get_time", "read"}, Action::allow),
                                               rule({"clock_get_time"}, Action::log)});
  const Policy policy = make_policy(seccomp, UnknownSyscalls::warn, warnings);
  REQUIRE(policy.rules.size() == 1);
  CHECK(policy.rules[0].syscall.name() == "read");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text == "test.json:7:9: unknown syscall \"clock_get_time\": did you mean clock_gettime?");
}

TEST_CASE("a name that is near to none is not compared with any") {
  Warnings warnings;
  (void)make_policy(profile(Action::error, {rule({"frobnicate_everything"}, Action::allow)}),
                    UnknownSyscalls::warn, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text == "test.json:7:9: unknown syscall \"frobnicate_everything\"");
}

TEST_CASE("an unknown syscall is an error where that is asked for") {
  Warnings warnings;
  CHECK_THROWS_AS(
      make_policy(profile(Action::error, {rule({"raed"}, Action::allow)}), UnknownSyscalls::refuse, warnings),
      DocumentError);
  CHECK(warnings.empty());
}

TEST_CASE("a call of another architecture is no unknown one") {
  Warnings warnings;
  const Policy policy =
      make_policy(profile(Action::error, {rule({"_newselect", "s390_pci_mmio_read"}, Action::allow)}),
                  UnknownSyscalls::refuse, warnings);
  CHECK(policy.rules.size() == 2);
}

TEST_CASE(
    "a call newer than libseccomp is no typing mistake, and a rule lost that way is reported if it denies") {
  if (policy::Syscall::named("listns")) return;
  Warnings warnings;
  (void)make_policy(profile(Action::error, {rule({"listns"}, Action::allow)}), UnknownSyscalls::refuse,
                    warnings);
  CHECK(warnings.empty());
  const auto denying = profile(Action::allow, {error_rule({"listns"}, EPERM)});
  (void)make_policy(denying, UnknownSyscalls::warn, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0].text, Catch::StartsWith("test.json:7:9: the rule for \"listns\" has no effect"));
  CHECK_THROWS_AS(make_policy(denying, UnknownSyscalls::refuse, warnings), DocumentError);
}

TEST_CASE("several conditions on one argument become a rule each, with a warning") {
  Warnings warnings;
  const auto seccomp = profile(
      Action::error,
      {rule(
          {"personality"}, Action::allow,
          {{0, Operator::equal, 0, 0, {}}, {1, Operator::equal, 5, 0, {}}, {0, Operator::equal, 8, 0, {}}})});
  const Policy policy = make_policy(seccomp, UnknownSyscalls::warn, warnings);
  REQUIRE(policy.rules.size() == 3);
  for (const policy::Rule& each : policy.rules) CHECK(each.conditions.size() == 1);
  CHECK(policy.rules[1].conditions[0].index == 1);
  CHECK(policy.rules[2].conditions[0].value == 8);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0].text, Catch::StartsWith("test.json:7:1: several conditions on argument 0"));
}

TEST_CASE("what is outside a mask is not compared, with a warning") {
  Warnings warnings;
  const auto seccomp =
      profile(Action::error,
              {rule({"clone", "read"}, Action::allow, {{0, Operator::masked_equal, 0xff, 0x1ff, {3, 4}}})});
  const Policy policy = make_policy(seccomp, UnknownSyscalls::warn, warnings);
  REQUIRE(policy.rules.size() == 2);
  for (const policy::Rule& each : policy.rules) CHECK(each.conditions[0].value_two == 0xff);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text ==
        "test.json:3:4: \"valueTwo\" 0x1ff has bits outside the mask 0xff: libseccomp leaves them out");
}

TEST_CASE("conditions on different arguments stay one rule") {
  const Policy policy = policy_of(profile(
      Action::error,
      {rule({"socket"}, Action::allow, {{0, Operator::equal, 1, 0, {}}, {1, Operator::equal, 2, 0, {}}})}));
  REQUIRE(policy.rules.size() == 1);
  CHECK(policy.rules[0].conditions.size() == 2);
}

TEST_CASE("what no document may say is refused here too") {
  Warnings warnings;
  auto seccomp =
      profile(Action::error, {rule({"read"}, Action::allow, {{6, Operator::equal, 0, 0, {3, 4}}})});
  CHECK_THROWS_WITH(make_policy(seccomp, UnknownSyscalls::warn, warnings),
                    Catch::Contains("test.json:3:4") && Catch::Contains("0 to 5"));
  seccomp = profile(Action::error, {error_rule({"read"}, 4096)});
  CHECK_THROWS_AS(make_policy(seccomp, UnknownSyscalls::warn, warnings), DocumentError);
  seccomp = profile(Action::error, {rule({"read"}, Action::allow)});
  seccomp.rules[0].errno_ret = 1;
  CHECK_THROWS_AS(make_policy(seccomp, UnknownSyscalls::warn, warnings), DocumentError);
}

TEST_CASE("flags that are not given are SPEC_ALLOW, an empty list is none") {
  auto seccomp = profile(Action::error, {});
  CHECK(policy_of(seccomp).flags == std::vector{document::Flag::spec_allow});
  seccomp.header.flags.emplace();
  CHECK(policy_of(seccomp).flags.empty());
  seccomp.header.flags = {document::Flag::log};
  CHECK(policy_of(seccomp).flags == std::vector{document::Flag::log});
}

TEST_CASE("a policy notifies if a rule or the default does") {
  CHECK_FALSE(policy_of(profile(Action::error, {rule({"read"}, Action::allow)})).notifies);
  CHECK(policy_of(profile(Action::error, {rule({"read"}, Action::notify)})).notifies);
  CHECK(policy_of(profile(Action::notify, {})).notifies);
  CHECK_FALSE(policy_of(profile(Action::error, {rule({"no_such_call_at_all"}, Action::notify)})).notifies);
}

TEST_CASE(
    "the newest call of each architecture is the highest number among all names, whatever their action") {
  // On x86_64: mknod 133, openat2 437, _newselect only on i386 (142).
  const auto seccomp = profile(Action::error,
                               {rule({"mknod"}, Action::allow), error_rule({"openat2"}, EPERM),
                                rule({"no_such_call_at_all"}, Action::allow)},
                               {Architecture::x86_64, Architecture::x86, Architecture::x32});
  const Policy policy = policy_of(seccomp);
  const auto newest = [&](Architecture architecture) -> std::uint32_t {
    const auto found = std::ranges::find(policy.newest, architecture, &policy::Newest::architecture);
    return found == policy.newest.end() ? 0 : found->number;
  };
  CHECK(newest(Architecture::x86_64) == 437);
  CHECK(newest(Architecture::x86) == 437);
  CHECK(newest(Architecture::x32) == policy::x32_bit + 437);
}

TEST_CASE("an architecture of which a profile names no call has no newest one") {
  const Policy policy = policy_of(profile(Action::error, {rule({"_newselect"}, Action::allow)},
                                          {Architecture::x86_64, Architecture::x86}));
  REQUIRE(policy.newest.size() == 1);
  CHECK(policy.newest[0].architecture == Architecture::x86);
  CHECK(policy.newest[0].number == 142);
}

TEST_CASE("no call is newer where the default lets unknown ones through or answers ENOSYS") {
  const std::vector<document::Rule> rules{error_rule({"openat2"}, EACCES)};
  for (const Action action : {Action::allow, Action::log, Action::trace})
    CHECK(policy_of(profile(action, rules)).newest.empty());
  for (const Action action :
       {Action::error, Action::kill_process, Action::kill_thread, Action::trap, Action::notify})
    CHECK_FALSE(policy_of(profile(action, rules)).newest.empty());
  auto seccomp = profile(Action::error, rules);
  seccomp.header.default_errno_ret = ENOSYS;
  CHECK(policy_of(seccomp).newest.empty());
}
