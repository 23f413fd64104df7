// SPDX-License-Identifier: Apache-2.0
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/compose.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/policy/abi.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using filter::Backend;
using filter::Compilation;
using filter::compile_with_libseccomp;
using filter::Program;
using test::error_rule;
using test::policy_of;
using test::profile;
using test::rule;

namespace {

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t killed = SECCOMP_RET_KILL_THREAD;
constexpr std::uint32_t fails(std::uint16_t number) {
  return SECCOMP_RET_ERRNO | number;
}

const std::vector<Architecture> x86_family{Architecture::x86_64, Architecture::x86, Architecture::x32};

std::uint32_t ask_number(const Program& program, std::uint32_t arch, std::uint32_t number,
                         std::array<std::uint64_t, 6> args = {}) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = arch;
  for (std::size_t i = 0; i < args.size(); ++i) call.args[i] = args[i];
  return filter::execute(program, call).answer;
}

std::uint32_t ask(const Program& program, Architecture architecture, const char* name,
                  std::array<std::uint64_t, 6> args = {}) {
  const int number = policy::Syscall(name).number(architecture);
  REQUIRE(number >= 0);
  return ask_number(program, policy::audit_arch(architecture), static_cast<std::uint32_t>(number), args);
}

std::uint32_t ask(const Program& program, const char* name, std::array<std::uint64_t, 6> args = {}) {
  return ask(program, policy::native_architecture(), name, args);
}

document::OciSeccomp endless_profile() {
  // libseccomp never returns from adding the second of these rules.
  constexpr std::uint64_t high = std::uint64_t{1} << 32;
  return profile(Action::error,
                 {rule({"keyctl"}, Action::allow,
                       {{0, Operator::greater, high, 0, {}}, {1, Operator::greater_or_equal, 2, 0, {}}}),
                  rule({"keyctl"}, Action::allow,
                       {{0, Operator::greater, high, 0, {}}, {1, Operator::less, high, 0, {}}})});
}

}  // namespace

TEST_CASE("a filter allows what the profile allows and answers the rest with the default") {
  const Program program = compile_with_libseccomp(policy_of(
      profile(Action::error, {rule({"read", "openat2"}, Action::allow), error_rule({"clone3"}, ENOSYS),
                              rule({"reboot"}, Action::kill_process), rule({"getppid"}, Action::log),
                              rule({"getpid"}, Action::trap)})));
  CHECK(ask(program, "read") == allow);
  CHECK(ask(program, "write") == fails(EPERM));
  CHECK(ask(program, "clone3") == fails(ENOSYS));
  CHECK(ask(program, "reboot") == SECCOMP_RET_KILL_PROCESS);
  CHECK(ask(program, "getppid") == SECCOMP_RET_LOG);
  CHECK(ask(program, "getpid") == SECCOMP_RET_TRAP);
}

TEST_CASE("a filter without rules answers everything with the default") {
  const Program program = compile_with_libseccomp(policy_of(profile(Action::allow, {})));
  CHECK(ask(program, "read") == allow);
  CHECK(ask(program, "openat2") == allow);
}

TEST_CASE("an event message and an errno reach the answer") {
  auto seccomp = profile(Action::trace, {error_rule({"read"}, 4094), rule({"write"}, Action::notify)});
  seccomp.header.default_errno_ret = 0x1234;
  const Program program = compile_with_libseccomp(policy_of(seccomp));
  CHECK(ask(program, "open") == (SECCOMP_RET_TRACE | 0x1234));
  CHECK(ask(program, "read") == fails(4094));
  CHECK(ask(program, "write") == SECCOMP_RET_USER_NOTIF);
}

TEST_CASE("the conditions of a rule hold together, rules hold one by one") {
  const Program program = compile_with_libseccomp(policy_of(profile(
      Action::error,
      {rule({"socket"}, Action::allow, {{0, Operator::equal, 16, 0, {}}, {2, Operator::equal, 9, 0, {}}}),
       rule({"socket"}, Action::allow, {{0, Operator::equal, 1, 0, {}}})})));
  CHECK(ask(program, "socket", {16, 0, 9}) == allow);
  CHECK(ask(program, "socket", {16, 0, 8}) == fails(EPERM));
  CHECK(ask(program, "socket", {15, 0, 9}) == fails(EPERM));
  CHECK(ask(program, "socket", {1, 0, 0}) == allow);
}

TEST_CASE("each operator compares all 64 bits without sign") {
  struct Case {
    Operator op;
    std::uint64_t value, value_two;
    std::uint64_t in, out;
  };
  constexpr std::uint64_t big = 0x8000000100000005;
  const auto [op, value, value_two, in, out] = GENERATE(
      Case{Operator::equal, big, 0, big, 5}, Case{Operator::not_equal, big, 0, 5, big},
      Case{Operator::less, big, 0, big - 1, big}, Case{Operator::less_or_equal, big, 0, big, big + 1},
      Case{Operator::greater, big, 0, big + 1, big}, Case{Operator::greater_or_equal, big, 0, big, big - 1},
      Case{Operator::masked_equal, 0x8000000000000001, 0x8000000000000000, 0xf000000000000000,
           0xf000000000000001});
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {rule({"keyctl"}, Action::allow, {{3, op, value, value_two, {}}})})));
  INFO(document::name_of(op));
  CHECK(ask(program, "keyctl", {0, 0, 0, in}) == allow);
  CHECK(ask(program, "keyctl", {0, 0, 0, out}) == fails(EPERM));
}

TEST_CASE("several conditions on one argument suffice one by one") {
  const Program program = compile_with_libseccomp(policy_of(
      profile(Action::error, {rule({"personality"}, Action::allow,
                                   {{0, Operator::equal, 0, 0, {}}, {0, Operator::equal, 8, 0, {}}})})));
  CHECK(ask(program, "personality", {0}) == allow);
  CHECK(ask(program, "personality", {8}) == allow);
  CHECK(ask(program, "personality", {9}) == fails(EPERM));
}

TEST_CASE("an unconditional rule beats a conditional one, and the first of two unconditional ones wins") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {error_rule({"keyctl"}, EACCES, {{0, Operator::equal, 1, 0, {}}}),
                                        rule({"keyctl"}, Action::allow), rule({"bpf"}, Action::allow),
                                        error_rule({"bpf"}, EIO)})));
  CHECK(ask(program, "keyctl", {1}) == allow);
  CHECK(ask(program, "bpf") == allow);
}

TEST_CASE("the same condition with two actions is an error that names the syscall") {
  const auto policy =
      policy_of(profile(Action::error, {error_rule({"keyctl"}, EACCES, {{0, Operator::equal, 1, 0, {}}}),
                                        rule({"keyctl"}, Action::allow, {{0, Operator::equal, 1, 0, {}}})}));
  CHECK_THROWS_WITH(compile_with_libseccomp(policy), Catch::Contains("test.json: two rules for keyctl"));
  CHECK_THROWS_WITH(Compilation(policy, Backend::libseccomp).get(),
                    Catch::Contains("test.json: two rules for keyctl"));
}

TEST_CASE("calls of other architectures are killed") {
  const Program program =
      compile_with_libseccomp(policy_of(profile(Action::error, {rule({"read"}, Action::allow)})));
  CHECK(ask_number(program, AUDIT_ARCH_S390X, 3) == killed);
  CHECK(ask_number(program, 0, 0) == killed);
}

#ifdef __x86_64__

TEST_CASE("each architecture of a profile has its own numbers") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {rule({"read", "openat2", "_llseek"}, Action::allow)}, x86_family)));
  for (const Architecture architecture : x86_family) {
    CHECK(ask(program, architecture, "read") == allow);
    CHECK(ask(program, architecture, "write") == fails(EPERM));
  }
  CHECK(ask(program, Architecture::x86, "_llseek") == allow);
  CHECK(ask_number(program, AUDIT_ARCH_AARCH64, 63) == killed);
}

TEST_CASE("architectures that are not listed are foreign: i386, and x32 by its numbers") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {rule({"read", "openat2"}, Action::allow)}, {Architecture::x86_64})));
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, 0) == allow);
  CHECK(ask_number(program, AUDIT_ARCH_I386, 3) == killed);
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, policy::x32_bit) == killed);
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, policy::x32_bit + 1000) == killed);
}

TEST_CASE("arguments of i386 calls have 32 bits, and socket goes by socketcall too") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error,
                        {rule({"socket"}, Action::allow, {{0, Operator::equal, 1, 0, {}}}),
                         rule({"getpeername"}, Action::allow)},
                        x86_family)));
  CHECK(ask_number(program, AUDIT_ARCH_I386, 359, {0xffffffff00000001}) == allow);
  CHECK(ask_number(program, AUDIT_ARCH_I386, 359, {2}) == fails(EPERM));
  CHECK(ask_number(program, AUDIT_ARCH_I386, 102, {7}) == allow);  // socketcall(SYS_GETPEERNAME)
  CHECK(ask_number(program, AUDIT_ARCH_I386, 102, {8}) == fails(EPERM));
}

TEST_CASE("calls newer than any that the profile names answer ENOSYS on each architecture") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {rule({"read", "openat2"}, Action::allow)}, x86_family)));
  for (const std::uint32_t number : {438U, 439U, 1000U}) {
    CHECK(ask_number(program, AUDIT_ARCH_X86_64, number) == fails(ENOSYS));
    CHECK(ask_number(program, AUDIT_ARCH_I386, number) == fails(ENOSYS));
    CHECK(ask_number(program, AUDIT_ARCH_X86_64, policy::x32_bit + number) == fails(ENOSYS));
  }
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, 437) == allow);
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, 436) == fails(EPERM));
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, policy::x32_bit + 437) == allow);
  CHECK(ask_number(program, AUDIT_ARCH_I386, 436) == fails(EPERM));
  CHECK(ask_number(program, AUDIT_ARCH_S390X, 1000) == killed);
}

TEST_CASE("without x32 its numbers are foreign and not newer") {
  const Program program = compile_with_libseccomp(
      policy_of(profile(Action::error, {rule({"read", "openat2"}, Action::allow)}, {Architecture::x86})));
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, 438) == fails(ENOSYS));
  CHECK(ask_number(program, AUDIT_ARCH_X86_64, policy::x32_bit + 438) == killed);
}

TEST_CASE("number -1 is a call that a tracer skips: the default decides it on every architecture") {
  for (const auto& architectures : {x86_family, {Architecture::x86}}) {
    auto seccomp = profile(Action::error, {rule({"read", "openat2"}, Action::allow)}, architectures);
    const Program denied = compile_with_libseccomp(policy_of(seccomp));
    CHECK(ask_number(denied, AUDIT_ARCH_X86_64, 0xffffffff) == fails(EPERM));
    CHECK(ask_number(denied, AUDIT_ARCH_I386, 0xffffffff) == fails(EPERM));
    seccomp.header.default_action = Action::allow;
    seccomp.rules[0].action = Action::kill_process;
    const Program allowed = compile_with_libseccomp(policy_of(seccomp));
    CHECK(ask_number(allowed, AUDIT_ARCH_X86_64, 0xffffffff) == allow);
    CHECK(ask_number(allowed, AUDIT_ARCH_I386, 0xffffffff) == allow);
  }
}

TEST_CASE("calls are newer only where the default denies without ENOSYS") {
  const std::vector<document::Rule> rules{error_rule({"openat2"}, EACCES)};
  CHECK(ask_number(compile_with_libseccomp(policy_of(profile(Action::allow, rules))), AUDIT_ARCH_X86_64,
                   1000) == allow);
  CHECK(ask_number(compile_with_libseccomp(policy_of(profile(Action::kill_process, rules))),
                   AUDIT_ARCH_X86_64, 1000) == fails(ENOSYS));
}

#endif

TEST_CASE("on s390 the number 0 stands for calls that the kernel does not know") {
  const Program part{{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const std::vector<filter::Part> parts{{Architecture::s390x, part}};
  const std::vector<policy::Newest> newest{{Architecture::s390x, 400}};
  const Program program = filter::compose(parts, newest, "test.json");
  CHECK(ask_number(program, AUDIT_ARCH_S390X, 0) == fails(ENOSYS));
  CHECK(ask_number(program, AUDIT_ARCH_S390X, 400) == allow);
  CHECK(ask_number(program, AUDIT_ARCH_S390X, 401) == fails(ENOSYS));
  CHECK(ask_number(filter::compose(parts, {}, "test.json"), AUDIT_ARCH_S390X, 0) == allow);
}

TEST_CASE("a filter longer than the kernel takes is an error with its length") {
  Program long_part(4090, {BPF_LD | BPF_IMM, 0, 0, 0});
  long_part.push_back({BPF_RET | BPF_K, 0, 0, 0});
  const std::vector<filter::Part> parts{{Architecture::aarch64, long_part}, {Architecture::arm, long_part}};
  CHECK_THROWS_WITH(
      filter::compose(parts, {}, "test.json"),
      Catch::Contains("test.json: the filter has 8190 instructions") && Catch::Contains("4096"));
}

TEST_CASE("a rule set too large for a filter is an error, not a broken program") {
  std::vector<document::Rule> rules;
  for (std::uint64_t value = 0; value < 3000; ++value)
    rules.push_back(rule({"keyctl"}, Action::allow, {{1, Operator::equal, value * 0x100000003, 0, {}}}));
  CHECK_THROWS_WITH(Compilation(policy_of(profile(Action::error, rules)), Backend::libseccomp).get(),
                    Catch::Contains("test.json"));
}

TEST_CASE("the children compile the same program as this process") {
  std::vector<document::Rule> rules{
      rule({"read", "write", "openat2", "mmap", "close", "fstat", "socket"}, Action::allow),
      rule({"personality"}, Action::allow, {{0, Operator::equal, 8, 0, {}}})};
  const auto policy = policy_of(profile(Action::error, rules, {policy::native_architecture()}));
  const Program here = compile_with_libseccomp(policy);
  const Program there = Compilation(policy, Backend::libseccomp).get();
  REQUIRE(here.size() == there.size());
  CHECK(std::equal(here.begin(), here.end(), there.begin(), [](const sock_filter& a, const sock_filter& b) {
    return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
  }));
}

TEST_CASE(
    "rules that libseccomp never finishes end with an error that says which and what to write instead") {
  using namespace std::chrono_literals;
  Compilation compilation(policy_of(endless_profile()), Backend::libseccomp, 1s);
  CHECK_THROWS_WITH(compilation.get(), Catch::Contains("test.json: libseccomp runs without end") &&
                                           Catch::Contains("keyctl") &&
                                           Catch::Contains("SCMP_CMP_MASKED_EQ"));
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left behind
  CHECK(errno == ECHILD);
}

TEST_CASE("a compilation that nobody waits for is ended") {
  { const Compilation compilation(policy_of(endless_profile()), Backend::libseccomp); }
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("the result of a compilation is taken once, also after a move") {
  Compilation first(policy_of(profile(Action::error, {rule({"read"}, Action::allow)})), Backend::libseccomp);
  Compilation second(std::move(first));
  CHECK(ask(second.get(), "read") == allow);
  CHECK_THROWS_AS(second.get(), Error);
  CHECK_THROWS_AS(first.get(), Error);
}

TEST_CASE("a compilation succeeds where SIGCHLD is ignored") {
  const auto before = signal(SIGCHLD, SIG_IGN);
  Compilation compilation(policy_of(profile(Action::error, {rule({"read"}, Action::allow)})),
                          Backend::libseccomp);
  CHECK(ask(compilation.get(), "read") == allow);
  signal(SIGCHLD, before);
}
