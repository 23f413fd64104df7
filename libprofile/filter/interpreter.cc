// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/interpreter.h"

#include <linux/bpf_common.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstring>
#include <optional>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

class Machine {
 public:
  Machine(std::span<const sock_filter> program, const seccomp_data& call) : program_(program), call_(call) {
    if (program.empty() || program.size() > BPF_MAXINSNS)
      throw Error(concat("a filter of ", program.size(), " instructions: 1 to ", BPF_MAXINSNS));
  }

  Execution run() {
    Execution execution;
    for (;;) {
      if (next_ >= program_.size()) throw Error("a filter runs past its end");
      current_ = next_++;
      ++execution.steps;
      if (const std::optional<std::uint32_t> answer = step(program_[current_])) {
        execution.answer = *answer;
        return execution;
      }
    }
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    throw Error(concat("instruction ", current_, " of a filter: ", what));
  }

  // The answer, if the program ends with this instruction.
  std::optional<std::uint32_t> step(const sock_filter& instruction) {
    const std::uint32_t k = instruction.k;
    switch (instruction.code) {
      case BPF_RET | BPF_K:
        return k;
      case BPF_RET | BPF_A:
        return a_;
      case BPF_LD | BPF_W | BPF_ABS:
        a_ = word(k);
        return std::nullopt;
      case BPF_LD | BPF_W | BPF_LEN:
        a_ = sizeof(seccomp_data);
        return std::nullopt;
      case BPF_LDX | BPF_W | BPF_LEN:
        x_ = sizeof(seccomp_data);
        return std::nullopt;
      case BPF_LD | BPF_IMM:
        a_ = k;
        return std::nullopt;
      case BPF_LDX | BPF_IMM:
        x_ = k;
        return std::nullopt;
      case BPF_LD | BPF_MEM:
        a_ = cell(k);
        return std::nullopt;
      case BPF_LDX | BPF_MEM:
        x_ = cell(k);
        return std::nullopt;
      case BPF_ST:
        store(k, a_);
        return std::nullopt;
      case BPF_STX:
        store(k, x_);
        return std::nullopt;
      case BPF_MISC | BPF_TAX:
        x_ = a_;
        return std::nullopt;
      case BPF_MISC | BPF_TXA:
        a_ = x_;
        return std::nullopt;
      case BPF_ALU | BPF_NEG:
        a_ = 0U - a_;
        return std::nullopt;
      case BPF_JMP | BPF_JA:
        next_ += k;
        return std::nullopt;
      default:
        break;
    }
    if (instruction.code > 0xff) refuse("seccomp does not take it");
    const std::uint32_t operand = BPF_SRC(instruction.code) == BPF_X ? x_ : k;
    if (BPF_CLASS(instruction.code) == BPF_JMP) {
      next_ += holds(instruction, operand) ? instruction.jt : instruction.jf;
      return std::nullopt;
    }
    if (BPF_CLASS(instruction.code) == BPF_ALU) return calculate(instruction, operand);
    refuse("seccomp does not take it");
  }

  [[nodiscard]] std::uint32_t word(std::uint32_t offset) const {
    if (offset % sizeof(std::uint32_t) != 0 || offset >= sizeof(seccomp_data))
      refuse("it loads from outside struct seccomp_data");
    std::uint32_t value = 0;
    std::memcpy(&value, reinterpret_cast<const char*>(&call_) + offset, sizeof value);
    return value;
  }

  [[nodiscard]] std::uint32_t cell(std::uint32_t index) const {
    if (index >= memory_.size()) refuse("it loads from outside the scratch memory");
    if (!stored_[index]) refuse("it loads scratch memory that holds nothing yet");
    return memory_.at(index);
  }

  void store(std::uint32_t index, std::uint32_t value) {
    if (index >= memory_.size()) refuse("it stores outside the scratch memory");
    memory_.at(index) = value;
    stored_[index] = true;
  }

  [[nodiscard]] bool holds(const sock_filter& jump, std::uint32_t operand) const {
    switch (BPF_OP(jump.code)) {
      case BPF_JEQ:
        return a_ == operand;
      case BPF_JGT:
        return a_ > operand;
      case BPF_JGE:
        return a_ >= operand;
      case BPF_JSET:
        return (a_ & operand) != 0;
      default:
        refuse("seccomp does not take this jump");
    }
  }

  // Division by an X of 0 ends the program with 0, which is SECCOMP_RET_KILL_THREAD.
  std::optional<std::uint32_t> calculate(const sock_filter& instruction, std::uint32_t operand) {
    constexpr std::uint32_t width = 32;
    const bool constant = BPF_SRC(instruction.code) == BPF_K;
    switch (BPF_OP(instruction.code)) {
      case BPF_ADD:
        a_ += operand;
        break;
      case BPF_SUB:
        a_ -= operand;
        break;
      case BPF_MUL:
        a_ *= operand;
        break;
      case BPF_AND:
        a_ &= operand;
        break;
      case BPF_OR:
        a_ |= operand;
        break;
      case BPF_XOR:
        a_ ^= operand;
        break;
      case BPF_LSH:
      case BPF_RSH:
        if (constant && operand >= width) refuse("it shifts by 32 bits or more");
        a_ = BPF_OP(instruction.code) == BPF_LSH ? a_ << operand % width : a_ >> operand % width;
        break;
      case BPF_DIV:
        if (operand == 0) {
          if (constant) refuse("it divides by 0");
          return 0;
        }
        a_ /= operand;
        break;
      default:
        refuse("seccomp does not take this calculation");
    }
    return std::nullopt;
  }

  std::span<const sock_filter> program_;
  const seccomp_data& call_;
  std::size_t next_ = 0;
  std::size_t current_ = 0;
  std::uint32_t a_ = 0;
  std::uint32_t x_ = 0;
  std::array<std::uint32_t, BPF_MEMWORDS> memory_{};
  std::bitset<BPF_MEMWORDS> stored_;
};

}  // namespace

Execution execute(std::span<const sock_filter> program, const seccomp_data& call) {
  return Machine(program, call).run();
}

}  // namespace scrim::filter
