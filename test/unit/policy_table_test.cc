// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/table.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using policy::decide;
using policy::Decision;
using policy::MultiplexedSyscall;
using policy::Policy;
using policy::Syscall;
using policy::Table;

namespace {

constexpr Decision allow{Action::allow, 0};
constexpr Decision denied{Action::error, EPERM};
constexpr Decision unknown{Action::error, ENOSYS};
constexpr Decision killed{Action::kill_thread, 0};
constexpr std::uint32_t no_call = 0xffffffff;

// As make_policy() would make it on a machine of the first architecture.
Policy policy_for(std::vector<Architecture> architectures, std::vector<policy::Rule> rules) {
  Policy policy;
  policy.name = "test.json";
  policy.otherwise = denied;
  policy.architectures = std::move(architectures);
  policy.rules = std::move(rules);
  return policy;
}

Decision ask(const Table& table, std::uint32_t arch, std::uint32_t number,
             std::array<std::uint64_t, 6> args = {}) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = arch;
  for (std::size_t i = 0; i < args.size(); ++i) call.args[i] = args[i];
  return decide(table, call);
}

Decision ask(const Table& table, const char* name, std::array<std::uint64_t, 6> args = {}) {
  return ask(table, AUDIT_ARCH_X86_64, static_cast<std::uint32_t>(Syscall(name).number(Architecture::x86_64)),
             args);
}

document::Condition equal(unsigned index, std::uint64_t value) {
  return {index, Operator::equal, value, 0, {}};
}

}  // namespace

TEST_CASE("each operator compares 64 bits without sign") {
  constexpr std::uint64_t big = 0x8000000100000005;
  const auto holds = [](Operator op, std::uint64_t argument) {
    return policy::holds({0, op, big, 0, {}}, argument);
  };
  struct Case {
    Operator op;
    bool below, at, above;
  };
  const auto [op, below, at, above] = GENERATE(
      Case{Operator::not_equal, true, false, true}, Case{Operator::less, true, false, false},
      Case{Operator::less_or_equal, true, true, false}, Case{Operator::equal, false, true, false},
      Case{Operator::greater_or_equal, false, true, true}, Case{Operator::greater, false, false, true});
  CHECK(holds(op, big - 1) == below);
  CHECK(holds(op, 0xffffffff) == below);
  CHECK(holds(op, big) == at);
  CHECK(holds(op, big + 1) == above);
  CHECK(holds(op, 0x8000000200000000) == above);
  CHECK(policy::holds({0, Operator::masked_equal, 0xf0, 0x30, {}}, 0x10000000000003f));
  CHECK_FALSE(policy::holds({0, Operator::masked_equal, 0xf0, 0x30, {}}, 0x4f));
  CHECK_FALSE(policy::holds({0, Operator::masked_equal, 0xf0, 0x31, {}}, 0x31));
}

TEST_CASE("rules are ORed, the conditions of one ANDed") {
  const Table table =
      make_table(policy_for({Architecture::x86_64}, {{"socket", allow, {equal(0, 1)}},
                                                     {"socket", allow, {equal(0, 2), equal(2, 7)}}}));
  CHECK(ask(table, "socket", {1, 0, 9}) == allow);
  CHECK(ask(table, "socket", {2, 0, 7}) == allow);
  CHECK(ask(table, "socket", {2, 0, 8}) == denied);
  CHECK(ask(table, "socket", {3, 0, 7}) == denied);
  CHECK(ask(table, "bind") == denied);
}

TEST_CASE("an unconditional rule beats every conditional one, the first unconditional one the others") {
  const Table table =
      make_table(policy_for({Architecture::x86_64}, {{"keyctl", {Action::error, EACCES}, {equal(0, 1)}},
                                                     {"keyctl", allow, {}},
                                                     {"keyctl", {Action::error, EIO}, {}},
                                                     {"keyctl", {Action::error, EXDEV}, {equal(0, 1)}}}));
  CHECK(ask(table, "keyctl", {1}) == allow);
  CHECK(ask(table, "keyctl", {2}) == allow);
}

TEST_CASE("of conditional rules that overlap the first decides") {
  const policy::Rule one{"keyctl", {Action::error, EACCES}, {equal(1, 1)}};
  const policy::Rule other{"keyctl", allow, {equal(0, 1)}};
  const Table table = make_table(policy_for({Architecture::x86_64}, {one, other}));
  CHECK(ask(table, "keyctl", {1, 1}) == Decision{Action::error, EACCES});
  const Table reversed = make_table(policy_for({Architecture::x86_64}, {other, one}));
  CHECK(ask(reversed, "keyctl", {1, 1}) == allow);
  CHECK(ask(reversed, "keyctl", {0, 1}) == Decision{Action::error, EACCES});
}

TEST_CASE("the same conditions with two decisions are an error, unless no condition matters") {
  const policy::Rule one{"keyctl", {Action::error, EACCES}, {equal(0, 1)}};
  const policy::Rule other{"keyctl", allow, {equal(0, 1)}};
  CHECK_THROWS_WITH(make_table(policy_for({Architecture::x86_64}, {one, other})),
                    Catch::Contains("test.json: two rules for keyctl"));
  const Table table = make_table(policy_for({Architecture::x86_64}, {one, other, {"keyctl", allow, {}}}));
  CHECK(ask(table, "keyctl", {1}) == allow);
}

TEST_CASE("calls of 32-bit ABIs have arguments of 32 bits, and so have the values they are compared with") {
  const Table table =
      make_table(policy_for({Architecture::x86_64, Architecture::x86, Architecture::x32},
                            {{"personality", allow, {equal(0, 0xffffffffffffffff)}},
                             {"keyctl", allow, {{0, Operator::greater, 0x100000005, 0, {}}}}}));
  CHECK(ask(table, AUDIT_ARCH_X86_64, 135, {0xffffffff}) == denied);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 135, {0xffffffffffffffff}) == allow);
  for (const std::uint64_t argument : {0xffffffffULL, 0x7ffffffffULL})
    CHECK(ask(table, AUDIT_ARCH_I386, 136, {argument}) == allow);
  CHECK(ask(table, AUDIT_ARCH_X86_64, policy::x32_bit + 135, {0xffffffff}) == allow);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 250, {6}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 288, {6}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 288, {0x900000005}) == denied);
}

TEST_CASE("socket and ipc calls of i386 go by their own number and through a multiplexer") {
  const Table table = make_table(policy_for(
      {Architecture::x86_64, Architecture::x86},
      {{"socket", allow, {equal(0, 16), equal(1, 3)}}, {"shmat", allow, {}}, {"semop", allow, {}}}));
  CHECK(ask(table, AUDIT_ARCH_I386, 359, {16, 3}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 359, {16, 2}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {1, 3}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {1, 2}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {16, 3}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 397) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {21}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {1}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {2}) == denied);
}

TEST_CASE("a multiplexer's first argument counts as far as the kernel looks at it") {
  const policy::Policy policy = policy_for({Architecture::x86_64, Architecture::x86, Architecture::s390x},
                                           {{"semget", allow, {}}, {"recv", allow, {}}});
  const Table table = make_table(policy);
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {2}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {0x10002}) == allow);  // a version above
  CHECK(ask(table, AUDIT_ARCH_I386, 117, {0x10003}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {10}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {0x1000a}) == denied);
  CHECK(ask(table, AUDIT_ARCH_S390X, 102, {0x10000000a}) == allow);  // an int
  CHECK(ask(table, AUDIT_ARCH_S390X, 102, {0x1000a}) == denied);
  const Table exact = make_table(policy, policy::Subcalls::as_libseccomp);
  CHECK(ask(exact, AUDIT_ARCH_I386, 117, {2}) == allow);
  CHECK(ask(exact, AUDIT_ARCH_I386, 117, {0x10002}) == denied);
  CHECK(ask(exact, AUDIT_ARCH_S390X, 102, {0x10000000a}) == denied);
}

TEST_CASE("the numbers that multiplexed calls have on i386 are libseccomp's") {
  const auto is = [](const char* name, std::uint32_t number) {
    return MultiplexedSyscall::direct_number(name, Architecture::x86) == number;
  };
  CHECK(is("socket", 359));
  CHECK(is("recvmmsg", 337));
  CHECK(is("shmctl", 396));
  CHECK_FALSE(MultiplexedSyscall::direct_number("accept", Architecture::x86));
  CHECK_FALSE(MultiplexedSyscall::direct_number("semop", Architecture::x86));
  CHECK_FALSE(MultiplexedSyscall::direct_number("read", Architecture::x86));
  // On s390x and mips they are searched for.
  CHECK(MultiplexedSyscall::direct_number("socket", Architecture::s390x) == 359);
  CHECK(MultiplexedSyscall::direct_number("socket", Architecture::mips) == 4183);
}

TEST_CASE("calls above the newest that the profile names answer ENOSYS") {
  Policy policy = policy_for({Architecture::x86_64, Architecture::x86}, {{"openat2", allow, {}}});
  policy.newest = {{Architecture::x86_64, 437}};
  const Table table = make_table(policy);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 437) == allow);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 436) == denied);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 438) == unknown);
  CHECK(ask(table, AUDIT_ARCH_X86_64, policy::x32_bit - 1) == unknown);
  CHECK(ask(table, AUDIT_ARCH_I386, 438) == denied);
}

TEST_CASE("a rule for a call beats its being newer") {
  Policy policy = policy_for({Architecture::x86}, {{"accept4", allow, {}}});
  policy.newest = {{Architecture::x86, 3}};
  const Table table = make_table(policy);
  CHECK(ask(table, AUDIT_ARCH_I386, 364) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {18}) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 102, {17}) == denied);
  CHECK(ask(table, AUDIT_ARCH_I386, 365) == unknown);
}

TEST_CASE("architectures that are not listed are foreign, x32 among them, and -1 is the default's") {
  Policy policy = policy_for({Architecture::x86_64}, {{"read", allow, {}}});
  policy.newest = {{Architecture::x86_64, 0}};
  const Table table = make_table(policy);
  CHECK(ask(table, AUDIT_ARCH_X86_64, 0) == allow);
  CHECK(ask(table, AUDIT_ARCH_I386, 3) == killed);
  CHECK(ask(table, AUDIT_ARCH_I386, no_call) == killed);
  CHECK(ask(table, AUDIT_ARCH_X86_64, policy::x32_bit) == killed);
  CHECK(ask(table, AUDIT_ARCH_X86_64, no_call - 1) == killed);
  CHECK(ask(table, AUDIT_ARCH_X86_64, no_call) == denied);
}

TEST_CASE("each ABI has its own numbers; a call that it lacks is skipped there") {
  const Table table = make_table(
      policy_for({Architecture::aarch64, Architecture::arm}, {{"open", allow, {}}, {"read", allow, {}}}));
  CHECK(table.abis[0].calls.size() == 1);
  CHECK(ask(table, AUDIT_ARCH_AARCH64, 63) == allow);
  CHECK(ask(table, AUDIT_ARCH_ARM, 5) == allow);
  CHECK(ask(table, AUDIT_ARCH_ARM, 3) == allow);
  CHECK(ask(table, AUDIT_ARCH_AARCH64, 5) == denied);
}

TEST_CASE("on s390 the number 0 is a call that the kernel does not know") {
  Policy policy = policy_for({Architecture::s390x}, {{"read", allow, {}}});
  CHECK(ask(make_table(policy), AUDIT_ARCH_S390X, 0) == denied);
  policy.newest = {{Architecture::s390x, 3}};
  CHECK(ask(make_table(policy), AUDIT_ARCH_S390X, 0) == unknown);
  CHECK(ask(make_table(policy), AUDIT_ARCH_S390X, 3) == allow);
}
