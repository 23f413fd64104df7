// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <random>

#include "libprofile/defaults/defaults.h"
#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/constant_actions.h"
#include "libprofile/filter/cost.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/kernel/seccomp.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"
#include "test/fuzz/random_policy.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Condition;
using document::Operator;
using filter::Program;
using policy::Policy;
using policy::Table;
using test::error_rule;
using test::policy_of;
using test::profile;
using test::rule;

namespace {

constexpr std::uint32_t numbers = 463;  // x86_64 of Linux 6.11

Policy policy_for(std::vector<Architecture> architectures, std::vector<policy::Rule> rules) {
  Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = std::move(architectures);
  policy.rules = std::move(rules);
  return policy;
}

// Compiles and verifies to the end.
Program verified(const Table& table) {
  Program program = filter::compile(table);
  const filter::Verification verification = filter::verify(program, table);
  if (verification.difference) FAIL(verification.difference->text(table));
  CHECK(verification.complete);
  return program;
}

std::uint32_t ask(const Program& program, std::uint32_t arch, std::uint32_t number,
                  std::array<std::uint64_t, 6> args = {}) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = arch;
  for (std::size_t i = 0; i < args.size(); ++i) call.args[i] = args[i];
  return filter::execute(program, call).answer;
}

Policy default_policy(defaults::Engine engine, std::string_view version = "") {
  const resolve::Target target{Architecture::x86_64, {6, 18}, resolve::CapabilitySet(0xa80425fb)};
  return policy_of(evaluate_template(defaults::default_profile(engine, version), target));
}

std::size_t allowed_in_bitmap(const Program& program, std::uint32_t arch) {
  const auto actions = filter::constant_actions(program, arch, numbers);
  return static_cast<std::size_t>(std::ranges::count(actions.allowed, true));
}

// What could be in the bitmap of one architecture at most.
std::size_t unconditional_allows(const policy::Abi& abi) {
  return static_cast<std::size_t>(std::ranges::count_if(abi.calls, [](const policy::Call& call) {
    return call.number < numbers && call.cases.empty() && call.decision.action == Action::allow;
  }));
}

constexpr std::uint64_t word = 0x100000000;

// libseccomp 2.5.4 and 2.6.1: does not match (1, 0).
std::vector<policy::Rule> lost_match() {
  return {{"keyctl", {Action::allow, 0}, {{0, Operator::equal, 1, 0, {}}}},
          {"keyctl",
           {Action::allow, 0},
           {{0, Operator::not_equal, 2, 0, {}}, {1, Operator::greater_or_equal, 1, 0, {}}}}};
}

// libseccomp: matches (0xffffffff, 0x100000001).
std::vector<policy::Rule> false_match() {
  return {{"keyctl",
           {Action::allow, 0},
           {{0, Operator::less, 0xffffffff, 0, {}}, {1, Operator::masked_equal, 2 * word, 0, {}}}},
          {"keyctl",
           {Action::allow, 0},
           {{0, Operator::greater_or_equal, word, 0, {}}, {1, Operator::equal, word + 1, 0, {}}}}};
}

// libseccomp never returns.
std::vector<policy::Rule> endless() {
  return {{"keyctl",
           {Action::allow, 0},
           {{0, Operator::greater, word, 0, {}}, {1, Operator::greater_or_equal, 2, 0, {}}}},
          {"keyctl",
           {Action::allow, 0},
           {{0, Operator::greater, word, 0, {}}, {1, Operator::less, word, 0, {}}}}};
}

constexpr std::uint32_t keyctl = 250;  // x86_64
constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t denied = SECCOMP_RET_ERRNO | EPERM;

}  // namespace

TEST_CASE("every engine's default compiles to what it means, and no allowed call leaves the bitmap") {
  using defaults::Engine;
  const Engine engine = GENERATE(Engine::docker, Engine::containerd, Engine::podman, Engine::cri_o);
  INFO(name_of(engine));
  const Table table = make_table(default_policy(engine));
  const Program program = verified(table);
  for (const policy::Abi& abi : table.abis)
    if (abi.architecture != Architecture::x32)
      CHECK(allowed_in_bitmap(program, abi.audit_arch) == unconditional_allows(abi));
}

TEST_CASE("Docker's default is shorter and quicker than libseccomp's by the factors that are promised") {
  using filter::Arrangement;
  const std::string version = GENERATE("20.10.24", "29.7.2");
  INFO(version);
  const Policy policy = default_policy(defaults::Engine::docker, version);
  const Table table = make_table(policy);
  const auto cost = [&](const Program& program) {
    return filter::cost(program, table, table.abis[0], numbers);
  };
  const filter::Cost own = cost(filter::compile(table));
  const filter::Cost list = cost(filter::libseccomp_whole(policy, Arrangement::list));
  const filter::Cost tree = cost(filter::libseccomp_whole(policy, Arrangement::tree));
  REQUIRE(own.argument_checked.calls > 0);
  CHECK(own.bitmap == own.most_bitmap);
  CHECK(static_cast<double>(own.length) <= 0.22 * static_cast<double>(tree.length));
  CHECK(static_cast<double>(own.load_steps) <= 0.70 * static_cast<double>(tree.load_steps));
  CHECK(own.denied.mean <= list.denied.mean / 70);
  CHECK(own.denied.mean <= tree.denied.mean / 2);
  CHECK(own.argument_checked.mean <= list.argument_checked.mean / 45);
  CHECK(own.argument_checked.mean <= tree.argument_checked.mean / 1.6);
}

TEST_CASE("the program of a table is always the same") {
  const Policy policy = default_policy(defaults::Engine::podman);
  const Program one = filter::compile(make_table(policy));
  const Program other = filter::compile(make_table(policy));
  CHECK(std::equal(one.begin(), one.end(), other.begin(), other.end(),
                   [](const sock_filter& a, const sock_filter& b) {
                     return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
                   }));
}

TEST_CASE("rules that libseccomp gets wrong, 1: a match is not lost") {
  const Table table = make_table(policy_for({Architecture::x86_64}, lost_match()));
  const Program program = verified(table);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {1, 0}) == allow);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {2, 1}) == denied);
}

TEST_CASE("rules that libseccomp gets wrong, 2: nothing matches that should not") {
  const Table table = make_table(policy_for({Architecture::x86_64}, false_match()));
  const Program program = verified(table);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {0xffffffff, word + 1}) == denied);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {word, word + 1}) == allow);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {0xfffffffe, word + 1}) == allow);
}

TEST_CASE("rules that libseccomp gets wrong, 3: the compiler comes to an end") {
  const Table table = make_table(policy_for({Architecture::x86_64}, endless()));
  const Program program = verified(table);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {word + 1, 0}) == allow);
  CHECK(ask(program, AUDIT_ARCH_X86_64, keyctl, {word, 5}) == denied);
}

#ifdef __x86_64__
TEST_CASE("the running kernel matches what libseccomp's filter does not") {
  Policy policy = policy_for({Architecture::x86_64}, lost_match());
  // ENOTTY marks the filter: keyctl(2) itself never fails with it.
  policy.otherwise = {Action::allow, 0};
  for (policy::Rule& each : policy.rules) each.decision = {Action::error, ENOTTY};
  const kernel::Installation installation{filter::Compilation(policy).get(), 0};
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || kernel::install(installation) != 0) _exit(1);
    const auto matches = [](unsigned long first, unsigned long second) {
      return syscall(SYS_keyctl, first, second, 0, 0, 0) == -1 && errno == ENOTTY;
    };
    if (!matches(1, 0)) _exit(2);
    if (!matches(3, word)) _exit(3);
    if (matches(word + 2, 0) || matches(2, 1)) _exit(4);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

TEST_CASE("random rules of all operators compile to what they mean") {
  std::mt19937_64 random(20260601);
  const auto choose = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int i = 0; i < 1500; ++i) {
    const Policy policy = fuzz::random_policy(choose, {});
    try {
      const Table table = make_table(policy);
      const Program program = filter::compile(table);
      const filter::Verification verification = filter::verify(program, table);
      if (verification.difference) FAIL("set " << i << ": " << verification.difference->text(table));
      if (!verification.complete) FAIL("set " << i << " was not verified to its end");
    } catch (const Error& error) {
      if (!std::string_view(error.what()).ends_with("keep one of them")) FAIL(error.what());
    }
  }
}

TEST_CASE("on random rules of EQ and MASKED_EQ libseccomp and the own compiler agree") {
  std::mt19937_64 random(20260602);
  const auto choose = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int i = 0; i < 200; ++i) {
    const Policy policy = fuzz::random_policy(choose, {false, true});
    const Table table = make_table(policy, policy::Subcalls::as_libseccomp);
    const filter::Verification verification = filter::verify(filter::compile_with_libseccomp(policy), table);
    if (verification.difference) FAIL("set " << i << ": " << verification.difference->text(table));
  }
}

TEST_CASE("every architecture that libseccomp knows compiles, big endian too") {
  const auto architecture =
      static_cast<Architecture>(GENERATE(range(0, static_cast<int>(Architecture::sheb) + 1)));
  if (policy::libseccomp_token(architecture) == 0) return;
  INFO(name_of(architecture));
  Policy policy = default_policy(defaults::Engine::podman);
  policy.architectures = {architecture};
  policy.newest = {{architecture, 6000}};
  const std::vector<policy::Rule> ordered = false_match();
  policy.rules.insert(policy.rules.end(), ordered.begin(), ordered.end());
  verified(make_table(policy));
}

TEST_CASE("architectures of different byte order do not go into one program") {
  CHECK_THROWS_WITH(
      filter::compile(make_table(policy_for({Architecture::mips, Architecture::mipsel}, {}))),
      Catch::Contains("test.json") && Catch::Contains("SCMP_ARCH_MIPSEL has another byte order"));
}

TEST_CASE("jumps reach further than 255 instructions") {
  std::vector<policy::Rule> rules;
  for (std::uint64_t i = 0; i < 700; ++i)
    rules.push_back(
        {"keyctl", {Action::error, static_cast<std::uint16_t>(i % 7)}, {{1, Operator::equal, i * 3, 0, {}}}});
  for (std::uint64_t i = 0; i < 300; ++i)
    rules.push_back({"personality", {Action::allow, 0}, {{0, Operator::masked_equal, i * 5 + 7, i & 5, {}}}});
  const Table table = make_table(policy_for({Architecture::x86_64}, rules));
  const Program program = filter::compile(table);
  CHECK(program.size() > 600);
  const filter::Verification verification = filter::verify(program, table, 100000);
  if (verification.difference) FAIL(verification.difference->text(table));
}

TEST_CASE("values that differ in some bits only are one test") {
  const auto condition = [](std::uint64_t value) {
    return std::vector<Condition>{{0, Operator::equal, value, 0, {}}};
  };
  std::vector<policy::Rule> rules;
  for (const std::uint64_t value : {0, 8, 0x20000, 0x20008})
    rules.push_back({"personality", {Action::allow, 0}, condition(value)});
  const Program folded = verified(make_table(policy_for({Architecture::x86_64}, rules)));
  CHECK(std::ranges::count_if(folded, [](const sock_filter& each) {
          return each.code == (BPF_JMP | BPF_JSET | BPF_K) && each.k == ~0x20008U;
        }) == 1);
  // LD arch, JEQ, KILL; LD nr, JEQ; LD, JSET; LD, JEQ; two answers, and x32
  CHECK(folded.size() <= 14);
}

TEST_CASE("a program too long for the kernel is refused with its length") {
  std::vector<policy::Rule> rules;
  for (std::uint64_t value = 0; value < 5000; ++value)
    rules.push_back({"keyctl", {Action::allow, 0}, {{1, Operator::equal, value * 0x100000003, 0, {}}}});
  const Policy policy = policy_for({Architecture::x86_64}, rules);
  CHECK_THROWS_WITH(filter::Compilation(policy).get(),
                    Catch::Contains("test.json: the filter has ") && Catch::Contains("at most 4096"));
}

TEST_CASE("conditions that hold for every call together cost no place in the bitmap") {
  const auto masked = [](std::uint64_t mask, std::uint64_t value) {
    return policy::Rule{"keyctl", {Action::allow, 0}, {{0, Operator::masked_equal, mask, value, {}}}};
  };
  const auto both = [](Condition one, Condition other) {
    return policy::Rule{"keyctl", {Action::allow, 0}, {one, other}};
  };
  const Condition low{0, Operator::less, 7, 0, {}};
  const Condition high{0, Operator::greater_or_equal, 7, 0, {}};
  const Condition even{1, Operator::masked_equal, 1, 0, {}};
  const Condition odd{1, Operator::masked_equal, 1, 1, {}};
  constexpr std::uint32_t keyctl = 250;
  const std::vector<std::vector<policy::Rule>> covering{
      {masked(3, 0), masked(3, 1), masked(3, 2), masked(3, 3)},
      {masked(1, 1), masked(2, 2), masked(3, 0)},
      {masked(word * 6, 0), masked(word * 2, word * 2), masked(word * 4, word * 4)},
      {both(low, even), both(low, odd), both(high, even), both(high, odd)}};
  for (const auto& rules : covering) {
    const Table table = make_table(policy_for({Architecture::x86_64}, rules));
    const Program program = filter::compile(table);
    CHECK_NOTHROW(filter::prove(program, table));
    CHECK(filter::constant_actions(program, table.abis.front().audit_arch, keyctl + 1).allowed.at(keyctl));
  }
  for (auto rules : covering) {
    rules.pop_back();
    const Table table = make_table(policy_for({Architecture::x86_64}, rules));
    const Program program = filter::compile(table);
    CHECK_NOTHROW(filter::prove(program, table));
    CHECK_FALSE(
        filter::constant_actions(program, table.abis.front().audit_arch, keyctl + 1).allowed.at(keyctl));
  }
}

TEST_CASE("a program that would be beyond all bounds is not made to its end") {
  std::mt19937_64 random(11);
  std::vector<policy::Rule> rules;
  for (std::size_t call = 0; call < policy::Syscall::count(); ++call) {
    for (unsigned i = 0; i < 40; ++i) {
      policy::Rule six{policy::Syscall::at(call), {Action::error, static_cast<std::uint16_t>(i)}, {}};
      for (unsigned index = 0; index < 6; ++index)
        six.conditions.push_back({index, static_cast<Operator>(random() % 6), random(), 0, {}});
      rules.push_back(std::move(six));
    }
  }
  CHECK_THROWS_WITH(
      filter::Compilation(policy_for({Architecture::x86_64}, rules)).get(),
      Catch::Contains("test.json: the filter has more than 10") && Catch::Contains("at most 4096"));
}

TEST_CASE("compiling ends soon, whatever the rules") {
  // Sets made to be hard: many masks on one word, many values on each of six arguments, both.
  std::mt19937_64 random(7);
  std::vector<policy::Rule> masks;
  std::vector<policy::Rule> values;
  std::vector<policy::Rule> both;
  for (unsigned i = 0; i < 3000; ++i) {
    const std::uint64_t mask = random();
    masks.push_back({"keyctl", {Action::allow, 0}, {{0, Operator::masked_equal, mask, random() & mask, {}}}});
    policy::Rule six{"keyctl", {Action::error, static_cast<std::uint16_t>(i % 9)}, {}};
    policy::Rule mixed = six;
    for (unsigned index = 0; index < 6; ++index) {
      six.conditions.push_back(
          {index, static_cast<Operator>(random() % 6), random() % 50 * (word - 1), 0, {}});
      mixed.conditions.push_back(index % 2 == 0 ? six.conditions.back()
                                                : Condition{index, Operator::masked_equal, mask, mask, {}});
    }
    values.push_back(std::move(six));
    both.push_back(std::move(mixed));
  }
  for (const auto& rules : {masks, values, both}) {
    const Policy policy = policy_for({Architecture::x86_64, Architecture::x86, Architecture::x32}, rules);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(filter::Compilation(policy).get(), Error);
    // Not a measurement: without a bound this takes longer than anybody waits.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
  }
}

TEST_CASE("conditions that always hold keep no call from the bitmap, and count as none") {
  const Table table = make_table(
      policy_for({Architecture::x86_64},
                 {{"read", {Action::allow, 0}, {{0, Operator::greater_or_equal, 0, 0, {}}}},
                  {"keyctl", {Action::allow, 0}, {{0, Operator::less, 5 * word, 0, {}}}},
                  {"keyctl", {Action::allow, 0}, {{0, Operator::greater_or_equal, 5 * word, 0, {}}}},
                  {"clone", {Action::allow, 0}, {{0, Operator::masked_equal, 1, 1, {}}}},
                  {"clone", {Action::allow, 0}, {{0, Operator::masked_equal, 1, 0, {}}}},
                  {"personality", {Action::allow, 0}, {{0, Operator::equal, 5, 0, {}}}}}));
  const filter::Cost cost = filter::cost(verified(table), table, table.abis[0], numbers);
  CHECK(cost.bitmap == 3);
  CHECK(cost.most_bitmap == 3);
  CHECK(cost.argument_checked.calls == 1);
}

TEST_CASE("libseccomp's program for the counter-examples is not proved, the own compiler's is") {
  for (const std::vector<policy::Rule>& rules : {lost_match(), false_match()}) {
    const Policy policy = policy_for({Architecture::x86_64}, rules);
    const Table table = make_table(policy);
    CHECK_THROWS_AS(filter::prove(filter::compile_with_libseccomp(policy), table), filter::WrongProgram);
    CHECK_NOTHROW(filter::prove(filter::compile(table), table));
  }
}

TEST_CASE("the numbers that are counted are the architecture's own") {
  const auto numbers_for = [](Architecture architecture) {
    const Table table = make_table(policy_for({architecture}, {{"read", {Action::allow, 0}, {}}}));
    return filter::numbers_of(table.abis.front());
  };
  CHECK(numbers_for(Architecture::x86_64).first == 0);
  CHECK(numbers_for(Architecture::mips).first == 4000);
  CHECK(numbers_for(Architecture::mipsel64).first == 5000);
  for (const Architecture each : {Architecture::x86_64, Architecture::arm, Architecture::mips64n32}) {
    const filter::Numbers numbers = numbers_for(each);
    CHECK(numbers.end - numbers.first == 470);
  }
}

TEST_CASE("a profile is interpreted for the architecture that it is asked for") {
  document::Warnings warnings;
  const Policy policy = make_policy(profile(Action::error, {rule({"read"}, Action::allow)}),
                                    policy::UnknownSyscalls::refuse, warnings, Architecture::s390x);
  CHECK(policy.architectures == std::vector{Architecture::s390x});
  CHECK(make_table(policy).abis.front().audit_arch == AUDIT_ARCH_S390X);
}
