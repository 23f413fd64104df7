// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/decode.h"

#include <linux/audit.h>
#include <linux/bpf_common.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <random>

#include "libprofile/filter/compare.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/conditions.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/table.h"
#include "test/fuzz/random_policy.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using filter::decode;
using filter::Decoded;
using filter::Outcome;
using filter::Path;
using filter::Program;

namespace {

constexpr std::uint32_t native = AUDIT_ARCH_X86_64;
constexpr std::uint32_t denied = SECCOMP_RET_ERRNO | EPERM;

std::uint32_t word_of(const seccomp_data& call, unsigned index) {
  std::uint32_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(&call) + std::size_t{4} * index, sizeof word);
  return word;
}

bool holds(const Path& path, const seccomp_data& call) {
  return std::ranges::all_of(path.tests, [&](const filter::WordFact& test) {
    return test.atom.holds(word_of(call, test.word)) == test.holds;
  });
}

// What a decoding says of a call is what the program answers: of the paths that are sure exactly one holds.
bool agrees(const Decoded& decoded, const seccomp_data& call, std::uint32_t answer) {
  const Outcome& outcome = decoded.at(static_cast<std::uint32_t>(call.nr));
  if (outcome.cannot_tell)
    return outcome.answers.empty() || std::ranges::find(outcome.answers, answer) != outcome.answers.end();
  std::size_t sure = 0;
  bool told = false;
  bool maybe = false;
  for (const Path& path : outcome.paths) {
    if (!holds(path, call)) continue;
    if (path.maybe) {
      maybe = true;
    } else {
      ++sure;
    }
    told = told || path.answer == answer;
  }
  return told && (maybe || sure == 1);
}

std::string said(const Program& program, std::uint32_t number, std::string_view name) {
  const Decoded decoded = decode(program, native);
  return filter::text_of(decoded.at(number), native, true, name);
}

sock_filter load(unsigned word) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, word * 4};
}
sock_filter ret(std::uint32_t answer) {
  return {BPF_RET | BPF_K, 0, 0, answer};
}
sock_filter jump(std::uint16_t operation, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
  return {static_cast<std::uint16_t>(BPF_JMP | operation), yes, no, k};
}
sock_filter alu(std::uint16_t operation, std::uint32_t k) {
  return {static_cast<std::uint16_t>(BPF_ALU | operation), 0, 0, k};
}

policy::Policy conditional(const char* call, std::vector<std::vector<document::Condition>> rules) {
  policy::Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = {Architecture::x86_64};
  for (auto& conditions : rules) policy.rules.push_back({call, {Action::allow, 0}, std::move(conditions)});
  return policy;
}

// Any instruction that seccomp accepts, jumping forward within the program.
Program random_program(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  constexpr std::array<std::uint32_t, 10> pool{0,  1,       2,          3,          8,
                                               31, 0x20000, 0x7fffffff, 0x80000000, 0xffffffff};
  const auto value = [&] { return pool.at(below(pool.size())); };
  const std::uint32_t size = 4 + below(24);
  Program program;
  // Memory that is read has to be written, on every way to it.
  for (std::uint32_t i = 0; i < 2; ++i) program.push_back({BPF_ST, 0, 0, i});
  while (program.size() < size) {
    const auto left = static_cast<std::uint32_t>(size - program.size());
    const auto target = [&] { return static_cast<std::uint8_t>(below(std::min(left, 6U))); };
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        program.push_back(load(below(4) == 0 ? below(16) : 4 + below(4)));
        break;
      case 3:
      case 4:
      case 5: {
        constexpr std::array<std::uint16_t, 4> jumps{BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
        const std::uint16_t source = below(8) == 0 ? BPF_X : BPF_K;
        program.push_back(
            {static_cast<std::uint16_t>(BPF_JMP | jumps.at(below(4)) | source), target(), target(), value()});
        break;
      }
      case 6:
      case 7: {
        constexpr std::array<std::uint16_t, 9> operations{BPF_ADD, BPF_SUB, BPF_MUL, BPF_AND, BPF_AND,
                                                          BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH};
        const std::uint16_t operation = operations.at(below(9));
        const bool shift = operation == BPF_LSH || operation == BPF_RSH;
        program.push_back(alu(operation, shift ? below(32) : value()));
        break;
      }
      case 8: {
        constexpr std::array<std::uint16_t, 8> others{BPF_MISC | BPF_TAX,
                                                      BPF_MISC | BPF_TXA,
                                                      BPF_LDX | BPF_MEM,
                                                      BPF_LD | BPF_MEM,
                                                      BPF_ST,
                                                      BPF_STX,
                                                      BPF_ALU | BPF_NEG,
                                                      BPF_ALU | BPF_DIV | BPF_X};
        program.push_back({others.at(below(8)), 0, 0, below(2)});
        break;
      }
      default:
        program.push_back(below(6) == 0 ? sock_filter{BPF_RET | BPF_A, 0, 0, 0}
                                        : ret(below(2) == 0 ? denied : SECCOMP_RET_ALLOW));
    }
  }
  for (int i = 0; i < 7; ++i) program.push_back(ret(i % 2 == 0 ? denied + 1 : SECCOMP_RET_ALLOW));
  return program;
}

seccomp_data random_call(std::mt19937& random) {
  constexpr std::array<std::uint32_t, 12> pool{0,  1,       2,       3,          4,          8,
                                               31, 0x20000, 0x20008, 0x7fffffff, 0x80000000, 0xffffffff};
  const auto word = [&] {
    return random() % 4 == 0 ? static_cast<std::uint32_t>(random()) : pool.at(random() % pool.size());
  };
  seccomp_data call{};
  call.nr = static_cast<int>(word());
  call.arch = native;
  call.instruction_pointer = std::uint64_t{word()} << 32U | word();
  for (auto& argument : call.args) argument = std::uint64_t{word()} << 32U | word();
  return call;
}

}  // namespace

TEST_CASE("a decoding says what the interpreter does, for programs of every instruction") {
  std::mt19937 random(20261122);
  std::size_t wrong = 0;
  std::size_t constants = 0;
  std::size_t told = 0;
  for (int i = 0; i < 3000; ++i) {
    const Program program = random_program(random);
    const Decoded decoded = decode(program, native);
    for (int j = 0; j < 40; ++j) {
      const seccomp_data call = random_call(random);
      const Outcome& outcome = decoded.at(static_cast<std::uint32_t>(call.nr));
      constants += outcome.constant() ? 1 : 0;
      told += outcome.cannot_tell ? 0 : 1;
      if (!agrees(decoded, call, filter::execute(program, call).answer)) ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(constants > 10000);
  CHECK(told > 60000);
}

TEST_CASE("a decoding covers every number once") {
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    const Decoded decoded = decode(random_program(random), native);
    std::uint64_t next = 0;
    for (const filter::NumberRange& range : decoded.ranges) {
      REQUIRE(range.first == next);
      REQUIRE(range.last >= range.first);
      next = std::uint64_t{range.last} + 1;
    }
    REQUIRE(next == std::uint64_t{1} << 32U);
  }
}

TEST_CASE("compiled policies decode to what they mean, of both compilers") {
  std::mt19937 random(42);
  const auto choose = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  std::size_t wrong = 0;
  std::size_t not_told = 0;
  for (int i = 0; i < 120; ++i) {
    // libseccomp is wrong for ordered comparisons, and slow.
    const bool other = i % 12 == 0;
    const policy::Policy policy = fuzz::random_policy(choose, {!other, other});
    const policy::Table table = make_table(policy);
    const Program program = other ? filter::compile_with_libseccomp(policy) : filter::compile(table);
    for (const policy::Abi& abi : table.abis) {
      const Decoded decoded = decode(program, abi.audit_arch);
      for (const policy::Call& each : abi.calls)
        for (int j = 0; j < 60; ++j) {
          seccomp_data call = random_call(random);
          call.arch = abi.audit_arch;
          call.nr = static_cast<int>(each.number + choose(2));
          if (decoded.at(static_cast<std::uint32_t>(call.nr)).cannot_tell) ++not_told;
          if (!agrees(decoded, call, policy::answer_of(decide(table, call)))) ++wrong;
        }
    }
  }
  CHECK(wrong == 0);
  CHECK(not_told == 0);
}

TEST_CASE("conditions are said in arguments, not in words") {
  const auto text = [](const char* call, std::vector<std::vector<document::Condition>> rules) {
    const policy::Policy policy = conditional(call, std::move(rules));
    const policy::Table table = make_table(policy);
    return said(filter::compile(table), table.abis.front().calls.front().number, call);
  };
  CHECK(text("keyctl", {{}}) == "ALLOW");
  CHECK(text("keyctl", {{{0, Operator::equal, 5, 0, {}}}}) == "ALLOW if op == 5; otherwise ERRNO EPERM");
  CHECK(text("keyctl", {{{0, Operator::not_equal, 5, 0, {}}}}) == "ERRNO EPERM if op == 5; otherwise ALLOW");
  CHECK(text("keyctl", {{{0, Operator::less, 0x300000005, 0, {}}}}) ==
        "ALLOW if op <= 0x300000004; otherwise ERRNO EPERM");
  CHECK(text("keyctl", {{{0, Operator::greater, 0x300000005, 0, {}}}}) ==
        "ALLOW if op >= 0x300000006; otherwise ERRNO EPERM");
  CHECK(text("clone", {{{0, Operator::masked_equal, 0x7e020000, 0, {}}}}) ==
        "ALLOW if (flags & 0x7e020000) == 0; otherwise ERRNO EPERM");
  CHECK(text("keyctl", {{{0, Operator::masked_equal, 0xffffffff7e020000, 0x300000000, {}}}}) ==
        "ALLOW if (op & 0xffffffff7e020000) == 0x300000000; otherwise ERRNO EPERM");
  CHECK(text("personality", {{{0, Operator::equal, 0, 0, {}}},
                             {{0, Operator::equal, 8, 0, {}}},
                             {{0, Operator::equal, 0x20000, 0, {}}},
                             {{0, Operator::equal, 0xffffffff, 0, {}}}}) ==
        "ALLOW if persona in {0, 8, 0x20000, 0xffffffff}; otherwise ERRNO EPERM");
  CHECK(text("keyctl", {{{0, Operator::equal, 1, 0, {}}, {1, Operator::greater, 7, 0, {}}}}) ==
        "ALLOW if op == 1 and arg2 >= 8; otherwise ERRNO EPERM");
}

TEST_CASE("what programs of others do is told") {
  // Chromium and systemd look at the low word alone, shift and add.
  CHECK(said({load(4), jump(BPF_JEQ, 5, 0, 1), ret(SECCOMP_RET_ALLOW), ret(denied)}, 250, "keyctl") ==
        "ALLOW if (op & 0xffffffff) == 5; otherwise ERRNO EPERM");
  CHECK(said({load(4), alu(BPF_RSH, 4), alu(BPF_AND, 0xf), jump(BPF_JEQ, 3, 0, 1), ret(SECCOMP_RET_ALLOW),
              ret(denied)},
             250, "keyctl") == "ALLOW if (op & 0xf0) == 0x30; otherwise ERRNO EPERM");
  CHECK(said({load(4), alu(BPF_SUB, 0x10), jump(BPF_JGT, 4, 1, 0), ret(SECCOMP_RET_ALLOW), ret(denied)}, 250,
             "keyctl") == "ALLOW if (op & 0xffffffff) in {0x10..0x14}; otherwise ERRNO EPERM");
  // Through memory and X.
  CHECK(said({load(4),
              {BPF_ST, 0, 0, 3},
              {BPF_LDX | BPF_IMM, 0, 0, 9},
              {BPF_LD | BPF_MEM, 0, 0, 3},
              {BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0},
              ret(SECCOMP_RET_ALLOW),
              ret(denied)},
             250, "keyctl") == "ALLOW if (op & 0xffffffff) == 9; otherwise ERRNO EPERM");
  // The x32 bit, by a mask.
  const Decoded x32 =
      decode(Program{load(0), jump(BPF_JSET, 0x40000000, 0, 1), ret(denied), ret(SECCOMP_RET_ALLOW)}, native);
  CHECK(x32.at(1).constant() == SECCOMP_RET_ALLOW);
  CHECK(x32.at(0x40000001).constant() == denied);
  CHECK(x32.ranges.size() == 4);
  // A path that cannot be: equal to 5 and above 7.
  CHECK(said({load(4), jump(BPF_JEQ, 5, 0, 2), jump(BPF_JGT, 7, 0, 1), ret(SECCOMP_RET_KILL_PROCESS),
              ret(denied)},
             1, "write") == "ERRNO EPERM");
  // Two arguments compared, and an answer that is computed.
  CHECK(said({load(4),
              {BPF_MISC | BPF_TAX, 0, 0, 0},
              load(6),
              {BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0},
              ret(SECCOMP_RET_ALLOW),
              ret(denied)},
             1, "write")
            .find("something that it computes") != std::string::npos);
  CHECK(said({load(4), {BPF_RET | BPF_A, 0, 0, 0}}, 1, "write") == "cannot tell");
}

TEST_CASE("hostile programs end, and what cannot be told is said") {
  // Each of thirty bits of an argument doubles the ways; which were gone is remembered to the end.
  Program bits;
  for (std::uint32_t bit = 0; bit < 30; ++bit) {
    bits.push_back(load(4));
    bits.push_back(jump(BPF_JSET, 1U << bit, 0, 2));
    bits.push_back({BPF_LD | BPF_IMM, 0, 0, bit});
    bits.push_back({BPF_ST, 0, 0, bit % 16});
    bits.push_back(jump(BPF_JA, 0, 0, 0));
  }
  bits.push_back(load(6));
  bits.push_back(jump(BPF_JEQ, 1, 0, 1));
  bits.push_back(ret(SECCOMP_RET_ALLOW));
  bits.push_back(ret(denied));
  CHECK(said(bits, 1, "write") == "cannot tell: ERRNO EPERM or ALLOW");

  // 4096 instructions, every one of which looks at some argument, with an answer of its own at every tenth.
  Program all;
  std::mt19937 random(3);
  while (all.size() < 4090) {
    all.push_back(load(4 + static_cast<unsigned>(random() % 12)));
    all.push_back(jump(random() % 2 == 0 ? BPF_JEQ : BPF_JGT, static_cast<std::uint32_t>(random()),
                       static_cast<std::uint8_t>(random() % 3), static_cast<std::uint8_t>(random() % 3)));
    if (all.size() % 10 < 2) all.push_back(ret(SECCOMP_RET_ERRNO | (all.size() & 0xfffU)));
  }
  while (all.size() < 4096) all.push_back(ret(denied));
  const Decoded decoded = decode(all, native);
  CHECK(decoded.ranges.size() == 1);
  for (int i = 0; i < 200; ++i) {
    const seccomp_data call = random_call(random);
    CHECK(agrees(decoded, call, filter::execute(all, call).answer));
  }

  // As many calls as fit, one after the other, half of them with endless conditions.
  Program chain{load(0)};
  for (std::uint32_t number = 0; chain.size() + 30 < 4096; ++number) {
    chain.push_back(jump(BPF_JEQ, number, 0, 1));
    chain.push_back(ret(SECCOMP_RET_ERRNO | (number & 0xfffU)));
  }
  chain.push_back(ret(SECCOMP_RET_ALLOW));
  const Decoded numbers = decode(chain, native);
  CHECK(numbers.at(2000).constant() == (SECCOMP_RET_ERRNO | 2000U));
  CHECK(numbers.at(3000).constant() == SECCOMP_RET_ALLOW);
}

TEST_CASE("stacked filters combine as in the kernel") {
  std::mt19937 random(99);
  std::size_t wrong = 0;
  for (int i = 0; i < 300; ++i) {
    std::vector<Program> programs;
    std::vector<Decoded> each;
    for (int j = 0; j < 3; ++j) {
      programs.push_back(random_program(random));
      each.push_back(decode(programs.back(), native));
    }
    const Decoded all = filter::combine(each, native);
    for (int j = 0; j < 40; ++j) {
      const seccomp_data call = random_call(random);
      std::vector<std::uint32_t> answers;
      for (const Program& program : programs) answers.push_back(filter::execute(program, call).answer);
      const Outcome& outcome = all.at(static_cast<std::uint32_t>(call.nr));
      // Of a computed answer "any" is known only.
      if (outcome.cannot_tell) continue;
      if (!agrees(all, call, filter::most_restrictive(answers))) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("changes between two policies are told with their arguments") {
  const auto decoded = [](std::uint64_t mask) {
    return decode(
        filter::compile(make_table(conditional("clone", {{{0, Operator::masked_equal, mask, 0, {}}}}))),
        native);
  };
  CHECK(filter::changes(decoded(0x7e020000), decoded(0x7e020000)).empty());
  const auto changes = filter::changes(decoded(0x7e020000), decoded(0x7e000000));
  REQUIRE(changes.size() == 1);
  CHECK(changes.front().first == 56);
  CHECK(changes.front().last == 56);
  REQUIRE(changes.front().answers.size() == 1);
  CHECK(changes.front().answers.front().before == denied);
  CHECK(changes.front().answers.front().after == SECCOMP_RET_ALLOW);
  // The same said in another way is no change.
  const auto either =
      decode(filter::compile(make_table(conditional("keyctl", {{{0, Operator::less, 3, 0, {}}}}))), native);
  const auto both =
      decode(filter::compile(make_table(conditional("keyctl", {{{0, Operator::equal, 0, 0, {}}},
                                                               {{0, Operator::equal, 1, 0, {}}},
                                                               {{0, Operator::equal, 2, 0, {}}}}))),
             native);
  CHECK(filter::changes(either, both).empty());
}
