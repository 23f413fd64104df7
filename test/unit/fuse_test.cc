// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <random>

#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/constant_actions.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/table.h"
#include "test/fuzz/random_policy.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Flag;
using document::Operator;
using filter::Program;
using policy::Table;

namespace {

using Choose = std::mt19937;

// Policies that differ in all that fusing has to reconcile: defaults, ABIs, newest calls, conditions.
std::vector<policy::Policy> random_policies(Choose& random) {
  const auto choose = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  constexpr std::array<policy::Decision, 7> defaults{{{Action::allow, 0},
                                                      {Action::log, 0},
                                                      {Action::error, EPERM},
                                                      {Action::error, ENOSYS},
                                                      {Action::trap, 0},
                                                      {Action::notify, 0},
                                                      {Action::kill_process, 0}}};
  std::vector<policy::Policy> policies;
  const std::uint32_t count = 2 + (choose(4) == 0 ? 1 : 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    policy::Policy made = fuzz::random_policy(choose, {});
    made.otherwise = defaults.at(choose(defaults.size()));
    for (policy::Newest& newest : made.newest) newest.number -= choose(200);
    std::erase_if(made.rules, [&](const policy::Rule& rule) { return rule.decision == made.otherwise; });
    policies.push_back(std::move(made));
  }
  return policies;
}

std::vector<Table> tables_of(const std::vector<policy::Policy>& policies) {
  std::vector<Table> tables;
  for (const policy::Policy& each : policies) tables.push_back(make_table(each));
  return tables;
}

std::string fault(const Program& program, const std::vector<Table>& tables) {
  const filter::Verification verification = filter::verify(program, tables);
  if (verification.difference) return verification.difference->text(tables.front());
  return verification.complete ? "" : "not complete";
}

seccomp_data random_call(Choose& random, const std::vector<Table>& tables) {
  const auto choose = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  static constexpr std::array<std::uint64_t, 9> values{
      0, 1, 2, 3, 0x20008, 0xffffffff, 0x100000000, 0x100000001, ~std::uint64_t{0}};
  seccomp_data call{};
  const Table& table = tables[choose(tables.size())];
  const policy::Abi& abi = table.abis[choose(table.abis.size())];
  call.arch = choose(20) == 0 ? AUDIT_ARCH_AARCH64 : abi.audit_arch;
  const std::uint32_t x32 = abi.architecture == Architecture::x32 ? policy::x32_bit : 0;
  call.nr = static_cast<int>(
      choose(3) == 0 || abi.calls.empty() ? choose(500) + x32 : abi.calls[choose(abi.calls.size())].number);
  if (choose(50) == 0) call.nr = -1;
  for (auto& argument : call.args) argument = values.at(choose(values.size()));
  return call;
}

}  // namespace

TEST_CASE("the most restrictive answer is the kernel's: by action, of equal ones the last filter's") {
  using filter::most_restrictive;
  CHECK(most_restrictive({}) == SECCOMP_RET_ALLOW);
  constexpr std::array<std::uint32_t, 8> ascending{
      SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | 7,
      SECCOMP_RET_USER_NOTIF,   SECCOMP_RET_TRACE | 9,   SECCOMP_RET_LOG,  SECCOMP_RET_ALLOW};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = i + 1; j < ascending.size(); ++j) {
      CHECK(most_restrictive(std::array{ascending[i], ascending[j]}) == ascending[i]);
      CHECK(most_restrictive(std::array{ascending[j], ascending[i]}) == ascending[i]);
    }
  CHECK(most_restrictive(std::array<std::uint32_t, 2>{SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2}) ==
        (SECCOMP_RET_ERRNO | 1));
}

TEST_CASE("a fused program answers as the kernel would with all of them installed") {
  Choose random(20261122);
  for (int i = 0; i < 400; ++i) {
    INFO("number " << i);
    const std::vector<policy::Policy> policies = random_policies(random);
    std::vector<Table> tables;
    try {
      tables = tables_of(policies);
    } catch (const Error&) {
      continue;  // a random contradiction
    }
    std::vector<Program> programs;
    for (const Table& table : tables) programs.push_back(filter::compile(table));
    const Program fused = filter::compile(tables);
    const Program concatenated = filter::fuse(programs, "random");
    REQUIRE(fault(fused, tables) == "");
    REQUIRE(fault(concatenated, tables) == "");
    // Not through the tables, but by running every program by itself.
    for (int j = 0; j < 300; ++j) {
      const seccomp_data call = random_call(random, tables);
      std::vector<std::uint32_t> answers;
      for (const Program& each : programs) answers.push_back(filter::execute(each, call).answer);
      const std::uint32_t expected = filter::most_restrictive(answers);
      REQUIRE(filter::execute(fused, call).answer == expected);
      REQUIRE(filter::execute(concatenated, call).answer == expected);
    }
  }
}

TEST_CASE("the verifier sees what only one of several tables says") {
  const Table asked = make_table(test::policy_of(
      test::profile(Action::allow, {test::error_rule({"mkdirat"}, 95), test::error_rule({"keyctl"}, 7)})));
  const Table floor = make_table(test::policy_of(
      test::profile(Action::allow, {test::error_rule({"bpf"}, 1, {{0, Operator::greater, 5, 0, {}}}),
                                    test::error_rule({"keyctl"}, 8), test::rule({"mkdirat"}, Action::log)})));
  CHECK(fault(filter::compile(std::vector{asked, floor}), {asked, floor}) == "");
  CHECK(fault(filter::compile(asked), {asked, floor}).find("the program answers ALLOW") != std::string::npos);
  CHECK(fault(filter::compile(floor), {asked, floor}) != "");
  // Equal actions: the one installed last has the say.
  CHECK(fault(filter::compile(std::vector{floor, asked}), {asked, floor})
            .find("the program answers ERRNO ENOEXEC, the policy ERRNO E2BIG") != std::string::npos);
}

TEST_CASE("policies that decide in many ways are fused in bounded time, or refused") {
  // Every combination of what three policies say would be eight million.
  const auto ways = [](std::uint32_t count) {
    std::vector<Table> tables;
    for (unsigned i = 0; i < 3; ++i) {
      policy::Policy policy;
      policy.name = "many";
      policy.otherwise = {Action::allow, 0};
      policy.architectures = {Architecture::x86_64};
      for (std::uint32_t j = 1; j <= count; ++j)
        policy.rules.push_back({"keyctl",
                                {Action::trace, static_cast<std::uint16_t>(j)},
                                {{i, Operator::equal, std::uint64_t{j} * 7, 0, {}}}});
      tables.push_back(make_table(policy));
    }
    return tables;
  };
  CHECK(filter::compile(ways(200)).size() < 4096);
  CHECK_THROWS_WITH(filter::compile(ways(1000)), Catch::Contains("too many different actions"));
}

TEST_CASE("a floor that adds nothing costs nothing, and the bitmap loses only what it denies") {
  const Table asked = make_table(test::policy_of(test::profile(
      Action::error, {test::rule({"read", "write", "close", "openat2", "bpf"}, Action::allow),
                      test::rule({"personality"}, Action::allow, {{0, Operator::equal, 8, 0, {}}})})));
  const Table floor =
      make_table(test::policy_of(test::profile(Action::allow, {test::error_rule({"bpf"}, EPERM)})));
  CHECK(filter::compile(std::vector{asked, asked}).size() == filter::compile(asked).size());
  const Table wide_floor =
      make_table(test::policy_of(test::profile(Action::allow, {test::error_rule({"keyctl"}, EPERM)})));
  const Program alone = filter::compile(asked);
  const Program fused = filter::compile(std::vector{asked, wide_floor});
  CHECK(fault(fused, {asked}) == "");
  CHECK(fused.size() <= alone.size() + 2);
  const auto allowed = [](const Program& program) {
    const auto actions =
        filter::constant_actions(program, policy::audit_arch(policy::native_architecture()), 500);
    return std::ranges::count(actions.allowed, true);
  };
  CHECK(allowed(filter::compile(std::vector{asked, floor})) + 1 == allowed(alone));
}

TEST_CASE("fused flags: mitigations stay on unless all turn them off, what one wants logged is logged") {
  policy::Policy one;
  policy::Policy two;
  one.flags = {Flag::spec_allow, Flag::log};
  two.flags = {Flag::spec_allow, Flag::tsync};
  CHECK(filter::fuse_flags(std::array{one, two}) == std::vector{Flag::tsync, Flag::log, Flag::spec_allow});
  two.flags = {Flag::wait_killable_recv};
  CHECK(filter::fuse_flags(std::array{one, two}) == std::vector{Flag::log, Flag::wait_killable_recv});
}

TEST_CASE("libseccomp's filters are fused as well") {
  const std::vector<policy::Policy> policies{
      test::policy_of(test::profile(Action::allow, {test::error_rule({"mkdirat"}, 95)})),
      test::policy_of(test::profile(Action::allow, {test::error_rule({"bpf"}, 1)}))};
  filter::Compilation compilation(policies, filter::Backend::libseccomp);
  CHECK(fault(compilation.get(), tables_of(policies)) == "");
}

TEST_CASE("what cannot be fused is refused") {
  const Program plain{{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const Program computed{{BPF_LD | BPF_IMM, 0, 0, 0}, {BPF_RET | BPF_A, 0, 0, 0}};
  CHECK_THROWS_WITH(filter::fuse(std::array{plain, computed}, "it"),
                    Catch::Contains("it: a filter that computes"));
  Program longest(BPF_MAXINSNS - 1, sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0});
  longest.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO});
  CHECK_THROWS_WITH(filter::fuse(std::array{plain, longest}, "it"), Catch::Contains("4097 instructions"));
}
