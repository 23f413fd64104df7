// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>
#include <linux/bpf_common.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <random>
#include <set>

#include "libprofile/error.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/filter/word_values.h"
#include "libprofile/policy/table.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using filter::Atom;
using filter::Program;
using filter::verify;
using filter::word_values;
using policy::Table;

namespace {

Table table() {
  policy::Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = {Architecture::x86_64, Architecture::x86};
  policy.newest = {{Architecture::x86_64, 437}};
  policy.rules = {{"read", {Action::allow, 0}, {}},
                  {"openat2", {Action::allow, 0}, {}},
                  {"keyctl", {Action::allow, 0}, {{0, Operator::less, 0x300000005, 0, {}}}},
                  {"clone", {Action::allow, 0}, {{0, Operator::masked_equal, 0x7e020000, 0, {}}}}};
  return make_table(policy);
}

// How each atom comes out.
std::vector<bool> outcomes(const std::vector<Atom>& atoms, std::uint32_t value) {
  std::vector<bool> all;
  for (const Atom& atom : atoms) all.push_back(atom.holds(value));
  return all;
}

}  // namespace

TEST_CASE("the verifier accepts a right program to the end") {
  const filter::Verification verification = verify(filter::compile(table()), table());
  CHECK_FALSE(verification.difference);
  CHECK(verification.complete);
  CHECK(verification.calls > 20);
}

TEST_CASE("the verifier finds every single change of a constant, a comparison or a jump") {
  const Table meant = table();
  const Program program = filter::compile(meant);
  std::size_t unnoticed = 0;
  for (std::size_t i = 0; i < program.size(); ++i) {
    const bool jump = BPF_CLASS(program[i].code) == BPF_JMP && program[i].code != (BPF_JMP | BPF_JA);
    std::vector<sock_filter> mutants;
    if (program[i].code != (BPF_LD | BPF_W | BPF_ABS)) {
      mutants.push_back(program[i]);
      mutants.back().k ^= 1;
      mutants.push_back(program[i]);
      mutants.back().k ^= 0x10000000;
    }
    if (jump) {
      mutants.push_back(program[i]);
      std::swap(mutants.back().jt, mutants.back().jf);
    }
    for (const sock_filter& mutant : mutants) {
      Program changed = program;
      changed[i] = mutant;
      try {
        if (!verify(changed, meant).difference) ++unnoticed;
      } catch (const Error&) {
        // a jump past the end: noticed as well
      }
    }
  }
  CHECK(unnoticed == 0);
}

TEST_CASE("a difference is a call, and says so") {
  const Table meant = table();
  const Program all_allowed{{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const auto difference = verify(all_allowed, meant).difference;
  REQUIRE(difference);
  CHECK(difference->program == SECCOMP_RET_ALLOW);
  CHECK(difference->policy == answer_of(decide(meant, difference->call)));
  CHECK_THAT(difference->text(meant),
             Catch::StartsWith("test.json: system call ") && Catch::Contains("the program answers ALLOW"));
}

TEST_CASE("a difference says from where, if the program asks for that") {
  Program program = filter::compile(table());
  const Program wrong{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, arch)},
                      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, AUDIT_ARCH_X86_64},
                      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, instruction_pointer)},
                      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0x1234},
                      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_LOG}};
  program.insert(program.begin(), wrong.begin(), wrong.end());
  const auto difference = verify(program, table()).difference;
  REQUIRE(difference);
  CHECK(filter::execute(program, difference->call).answer == difference->program);
  CHECK_THAT(difference->text(table()), Catch::Contains(") from 0x1234: the program answers LOG"));
}

TEST_CASE("a verification that takes too many calls says that it is not complete") {
  const filter::Verification verification = verify(filter::compile(table()), table(), 5);
  CHECK_FALSE(verification.difference);
  CHECK_FALSE(verification.complete);
}

TEST_CASE("programs with other instructions are not verified") {
  CHECK_THROWS_AS(verify(Program{{BPF_LD | BPF_IMM, 0, 0, 5}, {BPF_RET | BPF_A, 0, 0, 0}}, table()), Error);
  CHECK_THROWS_AS(verify(Program{{BPF_LD | BPF_W | BPF_ABS, 0, 0, 64}}, table()), Error);
  CHECK_THROWS_AS(verify(Program{{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}}, table()), Error);
  CHECK_THROWS_AS(verify(Program{}, table()), Error);
}

TEST_CASE("values for a word: every combination of outcomes that there is has one") {
  using Kind = Atom::Kind;
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    // Only the low 10 bits matter, so that all values can be tried.
    constexpr std::uint32_t values = 1024;
    std::vector<Atom> atoms;
    for (auto i = 1 + random() % 5; i-- > 0;) {
      const auto kind = static_cast<Kind>(random() % 3);
      const std::uint32_t mask = random() % 2 == 0 ? 0xffffffff : random() % values;
      atoms.push_back({kind, mask, static_cast<std::uint32_t>(random() % values)});
    }
    std::set<std::vector<bool>> possible;
    for (std::uint32_t value = 0; value < values; ++value) possible.insert(outcomes(atoms, value));
    std::set<std::vector<bool>> found;
    for (const std::uint32_t value : word_values(atoms, 10000)) found.insert(outcomes(atoms, value));
    CHECK(std::ranges::includes(found, possible));
  }
}

TEST_CASE("values for a word: too many are none") {
  std::vector<Atom> atoms;
  for (std::uint32_t i = 0; i < 8; ++i) atoms.push_back({Atom::Kind::any_bit, 0xffffffff, 1U << i});
  CHECK(word_values(atoms, 100).empty());
  CHECK_FALSE(word_values(atoms, 10000).empty());
}

TEST_CASE("a program that is wrong, or too much to be verified, is not proved") {
  const Table meant = table();
  const Program program = filter::compile(meant);
  CHECK_NOTHROW(filter::prove(program, meant));
  CHECK_THROWS_WITH(filter::prove(program, meant, 3),
                    Catch::StartsWith("test.json: the filter could not be verified to the end"));
  Program wrong = program;
  for (sock_filter& each : wrong)
    if (each.code == (BPF_RET | BPF_K) && each.k == SECCOMP_RET_ALLOW) each.k = SECCOMP_RET_LOG;
  CHECK_THROWS_AS(filter::prove(wrong, meant), filter::WrongProgram);
  CHECK_THROWS_WITH(filter::prove(wrong, meant),
                    Catch::Contains("(read) of architecture SCMP_ARCH_X86 with") &&
                        Catch::Contains("the program answers LOG, the policy ALLOW"));
}
