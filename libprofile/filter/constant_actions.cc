// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/constant_actions.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <optional>

namespace scrim::filter {

namespace {

// Nothing: the analysis does not go into such a jump, or the number is not known.
std::optional<bool> outcome(const sock_filter& jump, std::uint32_t value) {
  switch (jump.code) {
    case BPF_JMP | BPF_JEQ | BPF_K:
      return value == jump.k;
    case BPF_JMP | BPF_JGE | BPF_K:
      return value >= jump.k;
    case BPF_JMP | BPF_JGT | BPF_K:
      return value > jump.k;
    case BPF_JMP | BPF_JSET | BPF_K:
      return (value & jump.k) != 0;
    default:
      return std::nullopt;
  }
}

bool always_allowed(std::span<const sock_filter> program, std::uint32_t arch, std::uint32_t number,
                    std::size_t& steps) {
  std::uint32_t value = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    ++steps;
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.k == offsetof(seccomp_data, nr))
          value = number;
        else if (instruction.k == offsetof(seccomp_data, arch))
          value = arch;
        else
          return false;
        break;
      case BPF_RET | BPF_K:
        return instruction.k == SECCOMP_RET_ALLOW;
      case BPF_JMP | BPF_JA:
        at += instruction.k;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        value &= instruction.k;
        break;
      default:
        if (const std::optional<bool> taken = outcome(instruction, value))
          at += *taken ? instruction.jt : instruction.jf;
        else
          return false;
    }
  }
  return false;
}

}  // namespace

ConstantActions constant_actions(std::span<const sock_filter> program, std::uint32_t arch,
                                 std::uint32_t numbers) {
  ConstantActions actions;
  for (std::uint32_t number = 0; number < numbers; ++number)
    actions.allowed.push_back(always_allowed(program, arch, number, actions.steps));
  return actions;
}

}  // namespace scrim::filter
