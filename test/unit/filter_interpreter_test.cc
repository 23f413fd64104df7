// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/interpreter.h"

#include <linux/bpf_common.h>

#include <catch2/catch.hpp>

#include "libprofile/error.h"

using scrim::Error;
using scrim::filter::execute;
using scrim::filter::Program;

namespace {

constexpr sock_filter make(unsigned code, std::uint32_t k = 0, std::uint8_t jt = 0, std::uint8_t jf = 0) {
  return {static_cast<std::uint16_t>(code), jt, jf, k};
}

// What a program returns that calculates `operation` on A = left and X (or K) = right.
std::uint32_t calculate(unsigned operation, std::uint32_t left, std::uint32_t right, bool constant) {
  Program program{make(BPF_LDX | BPF_IMM, right), make(BPF_LD | BPF_IMM, left)};
  program.push_back(constant ? make(BPF_ALU | operation | BPF_K, right) : make(BPF_ALU | operation | BPF_X));
  program.push_back(make(BPF_RET | BPF_A));
  return execute(program, {}).answer;
}

bool jumps(unsigned comparison, std::uint32_t left, std::uint32_t right) {
  const Program program{make(BPF_LD | BPF_IMM, left), make(BPF_JMP | comparison | BPF_K, right, 1, 0),
                        make(BPF_RET | BPF_K, 0), make(BPF_RET | BPF_K, 1)};
  return execute(program, {}).answer == 1;
}

}  // namespace

TEST_CASE("the interpreter loads the words of a call") {
  seccomp_data call{};
  call.nr = 5;
  call.arch = 6;
  call.instruction_pointer = 0x1122334455667788;
  call.args[5] = 0xaabbccdd00000009;
  const auto load = [&](std::uint32_t offset) {
    return execute(Program{make(BPF_LD | BPF_W | BPF_ABS, offset), make(BPF_RET | BPF_A)}, call).answer;
  };
  CHECK(load(0) == 5);
  CHECK(load(4) == 6);
  CHECK(load(8) == 0x55667788);
  CHECK(load(56) == 9);
  CHECK(load(60) == 0xaabbccdd);
  CHECK_THROWS_AS(load(64), Error);
  CHECK_THROWS_AS(load(2), Error);
  CHECK(execute(Program{make(BPF_LD | BPF_W | BPF_LEN), make(BPF_RET | BPF_A)}, call).answer == 64);
}

TEST_CASE("the interpreter calculates as the kernel does") {
  for (const bool constant : {true, false}) {
    CHECK(calculate(BPF_ADD, 0xffffffff, 2, constant) == 1);
    CHECK(calculate(BPF_SUB, 1, 2, constant) == 0xffffffff);
    CHECK(calculate(BPF_MUL, 0x10000, 0x10001, constant) == 0x10000);
    CHECK(calculate(BPF_DIV, 7, 2, constant) == 3);
    CHECK(calculate(BPF_AND, 12, 10, constant) == 8);
    CHECK(calculate(BPF_OR, 12, 10, constant) == 14);
    CHECK(calculate(BPF_XOR, 12, 10, constant) == 6);
    CHECK(calculate(BPF_LSH, 3, 31, constant) == 0x80000000);
    CHECK(calculate(BPF_RSH, 0x80000000, 31, constant) == 1);
  }
  CHECK(execute(Program{make(BPF_LD | BPF_IMM, 1), make(BPF_ALU | BPF_NEG), make(BPF_RET | BPF_A)}, {})
            .answer == 0xffffffff);
}

TEST_CASE(
    "the interpreter ends with kill on division by an X of 0 and refuses constants that cannot be meant") {
  CHECK(calculate(BPF_DIV, 7, 0, false) == SECCOMP_RET_KILL_THREAD);
  CHECK_THROWS_AS(calculate(BPF_DIV, 7, 0, true), Error);
  CHECK_THROWS_AS(calculate(BPF_LSH, 7, 32, true), Error);
  CHECK_THROWS_AS(calculate(BPF_MOD, 7, 2, true), Error);  // not one of seccomp's
}

TEST_CASE("the interpreter compares without sign") {
  CHECK(jumps(BPF_JEQ, 3, 3));
  CHECK_FALSE(jumps(BPF_JEQ, 3, 4));
  CHECK(jumps(BPF_JGT, 0x80000000, 1));
  CHECK_FALSE(jumps(BPF_JGT, 1, 1));
  CHECK(jumps(BPF_JGE, 1, 1));
  CHECK(jumps(BPF_JSET, 6, 2));
  CHECK_FALSE(jumps(BPF_JSET, 6, 1));
}

TEST_CASE("the interpreter counts steps and keeps scratch memory") {
  const Program program{make(BPF_LD | BPF_IMM, 9), make(BPF_ST, 15),          make(BPF_LD | BPF_IMM, 0),
                        make(BPF_JMP | BPF_JA, 1), make(BPF_RET | BPF_K, 77), make(BPF_LDX | BPF_MEM, 15),
                        make(BPF_MISC | BPF_TXA),  make(BPF_RET | BPF_A)};
  const auto execution = execute(program, {});
  CHECK(execution.answer == 9);
  CHECK(execution.steps == 7);
  CHECK_THROWS_AS(execute(Program{make(BPF_LD | BPF_MEM, 3), make(BPF_RET | BPF_A)}, {}), Error);
  CHECK_THROWS_AS(execute(Program{make(BPF_ST, 16), make(BPF_RET | BPF_A)}, {}), Error);
}

TEST_CASE("the interpreter refuses programs without an end") {
  CHECK_THROWS_AS(execute(Program{}, {}), Error);
  CHECK_THROWS_AS(execute(Program{make(BPF_LD | BPF_IMM, 1)}, {}), Error);
  CHECK_THROWS_AS(execute(Program{make(BPF_JMP | BPF_JA, 0xffffffff), make(BPF_RET | BPF_A)}, {}), Error);
  CHECK_THROWS_AS(execute(Program{make(0xffff), make(BPF_RET | BPF_A)}, {}), Error);
  CHECK_THROWS_AS(execute(Program{make(0x100 | BPF_JMP | BPF_JEQ), make(BPF_RET | BPF_A)}, {}), Error);
}
