// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/device_program.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace scrim::cgroup {

namespace {

// The registers, after the program's first instructions. R0 is what is returned, R1 the context until then.
enum Register : std::uint8_t {
  result = 0,
  context = 1,
  scratch = 1,
  type = 2,
  access = 3,
  major_ = 4,
  minor_ = 5
};

// As a C++ function each, what the kernel has as macros for C (include/linux/filter.h).
bpf_insn instruction(unsigned code, Register to, Register from, std::int16_t offset, std::int32_t value) {
  bpf_insn out{};
  out.code = static_cast<std::uint8_t>(code);
  out.dst_reg = to & 0xfU;
  out.src_reg = from & 0xfU;
  out.off = offset;
  out.imm = value;
  return out;
}
bpf_insn load_word(Register to, std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, context, static_cast<std::int16_t>(offset), 0);
}
bpf_insn compute(unsigned operation, Register to, std::uint32_t value) {
  return instruction(BPF_ALU | operation | BPF_K, to, result, 0, static_cast<std::int32_t>(value));
}
bpf_insn copy(Register to, Register from) {
  return instruction(BPF_ALU | BPF_MOV | BPF_X, to, from, 0, 0);
}
// The 32-bit comparisons: what is compared with is not extended with its sign.
bpf_insn jump(unsigned condition, Register what, std::uint32_t value) {
  return instruction(BPF_JMP32 | condition | BPF_K, what, result, 0, static_cast<std::int32_t>(value));
}
bpf_insn leave() {
  return instruction(BPF_JMP | BPF_EXIT, result, result, 0, 0);
}

constexpr std::uint32_t all_access = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;

std::uint32_t bits_of(const std::string& letters) {
  std::uint32_t bits = 0;
  for (const char letter : letters)
    bits |= letter == 'r' ? BPF_DEVCG_ACC_READ : letter == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
  return bits;
}

bool is_number(const std::optional<std::int64_t>& number) {
  return !number || (*number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max());
}

class Assembler {
 public:
  Assembler() {
    // struct bpf_cgroup_dev_ctx: the access in the upper half of the first word, the type in the lower one.
    code_ = {load_word(type, offsetof(bpf_cgroup_dev_ctx, access_type)),
             load_word(major_, offsetof(bpf_cgroup_dev_ctx, major)),
             load_word(minor_, offsetof(bpf_cgroup_dev_ctx, minor)),
             copy(access, type),
             compute(BPF_RSH, access, 16),
             compute(BPF_AND, type, 0xffff)};
  }

  // False: it speaks of every device and every access, so that what comes after it is not reached.
  bool add(const bundle::DeviceRule& rule) {
    const bool any_device = rule.type == 'a';  // whatever its numbers are, as the kernel has it for v1
    const std::uint32_t bits = bits_of(rule.access);
    std::vector<std::size_t> to_next;
    const auto unless = [&](Register what, std::uint32_t value) {
      to_next.push_back(code_.size());
      code_.push_back(jump(BPF_JNE, what, value));
    };
    if (!any_device) {
      unless(type, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
      if (rule.major) unless(major_, static_cast<std::uint32_t>(*rule.major));
      if (rule.minor) unless(minor_, static_cast<std::uint32_t>(*rule.minor));
    }
    if (rule.allow && bits != all_access) {
      // What is allowed needs no earlier rule; if nothing is left to be asked for, that was all.
      code_.push_back(compute(BPF_AND, access, ~bits));
      unless(access, 0);
    } else if (!rule.allow && bits != all_access) {
      code_.push_back(copy(scratch, access));
      code_.push_back(compute(BPF_AND, scratch, bits));
      to_next.push_back(code_.size());
      code_.push_back(jump(BPF_JEQ, scratch, 0));
    }
    answer(rule.allow);
    for (const std::size_t at : to_next) code_[at].off = static_cast<std::int16_t>(code_.size() - at - 1);
    return !any_device || bits != all_access;
  }

  void answer(bool allow) {
    code_.push_back(compute(BPF_MOV, result, allow ? 1 : 0));
    code_.push_back(leave());
  }

  std::vector<bpf_insn> take() { return std::move(code_); }

 private:
  std::vector<bpf_insn> code_;
};

}  // namespace

std::vector<bpf_insn> device_program(const std::vector<bundle::DeviceRule>& rules) {
  Assembler program;
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (rule->type != 'a' && (!is_number(rule->major) || !is_number(rule->minor)))
      continue;  // no device has it
    if (!program.add(*rule)) return program.take();
  }
  program.answer(false);
  return program.take();
}

}  // namespace scrim::cgroup
