// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/disassemble.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Architecture;

namespace {

constexpr std::uint32_t number_offset = offsetof(seccomp_data, nr);
constexpr std::uint32_t arch_offset = offsetof(seccomp_data, arch);
constexpr std::uint32_t arguments_offset = offsetof(seccomp_data, args);

struct Free {
  void operator()(char* text) const { std::free(text); }
};

std::optional<Architecture> architecture_of(std::uint32_t audit_arch) {
  constexpr auto last = static_cast<int>(Architecture::sheb);
  for (int i = 0; i <= last; ++i) {
    const auto each = static_cast<Architecture>(i);
    if (each != Architecture::x32 && policy::libseccomp_token(each) != 0 &&
        policy::audit_arch(each) == audit_arch)
      return each;
  }
  return std::nullopt;
}

std::string call_name(std::uint32_t audit_arch, std::uint32_t number) {
  std::optional<Architecture> architecture = architecture_of(audit_arch);
  if (architecture == Architecture::x86_64 && number >= policy::x32_bit) architecture = Architecture::x32;
  if (!architecture) return {};
  const std::unique_ptr<char, Free> name(
      seccomp_syscall_resolve_num_arch(policy::libseccomp_token(*architecture), static_cast<int>(number)));
  return name ? name.get() : std::string();
}

std::string action_name(std::uint32_t answer) {
  const std::uint32_t data = answer & SECCOMP_RET_DATA;
  const auto number = static_cast<std::uint16_t>(data);
  switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_PROCESS:
      return "KILL_PROCESS";
    case SECCOMP_RET_KILL_THREAD:
      return "KILL_THREAD";
    case SECCOMP_RET_TRAP:
      return "TRAP";
    case SECCOMP_RET_ERRNO: {
      const std::string_view name = document::errno_name(number);
      return name.empty() ? concat("ERRNO ", data) : concat("ERRNO ", name);
    }
    case SECCOMP_RET_USER_NOTIF:
      return "NOTIFY";
    case SECCOMP_RET_TRACE:
      return concat("TRACE ", data);
    case SECCOMP_RET_LOG:
      return "LOG";
    case SECCOMP_RET_ALLOW:
      return "ALLOW";
    default:
      return "an action that the kernel takes for KILL_PROCESS";
  }
}

// What is known before an instruction, on every way that leads to it.
struct Known {
  bool reached = false;
  std::optional<std::uint32_t> word;  // the offset that the accumulator was loaded from
  std::optional<std::uint32_t> arch;

  void meet(const Known& other) {
    if (!reached) {
      *this = other;
      return;
    }
    if (word != other.word) word.reset();
    if (arch != other.arch) arch.reset();
  }
};

class Listing {
 public:
  explicit Listing(std::span<const sock_filter> program) : program_(program), known_(program.size()) {
    if (!known_.empty()) known_.front().reached = true;
  }

  std::string text() {
    std::string all;
    for (at_ = 0; at_ < program_.size(); ++at_) {
      constexpr std::size_t index_width = 4;
      constexpr std::size_t margin = 44;
      note_.clear();
      const std::string index = std::to_string(at_);
      std::string line(index.size() < index_width ? index_width - index.size() : 0, ' ');
      line += concat(index, "  ", instruction());
      if (!note_.empty()) {
        line.resize(std::max(line.size() + 1, margin), ' ');
        line += concat("; ", note_);
      }
      all += concat(line, "\n");
    }
    return all;
  }

 private:
  // Jumps go forward only, so that what leads to an instruction was seen before it.
  void go_on(std::size_t offset, const Known& known) {
    const std::size_t to = at_ + 1 + offset;
    if (known_[at_].reached && to < known_.size()) known_[to].meet(known);
  }

  std::string instruction() {
    const sock_filter& each = program_[at_];
    Known after = known_[at_];
    switch (each.code) {
      case BPF_RET | BPF_K:
        note_ = action_name(each.k);
        return concat("ret ", hexadecimal(each.k));
      case BPF_RET | BPF_A:
        return "ret a";
      case BPF_LD | BPF_W | BPF_ABS:
        after.word = each.k;
        go_on(0, after);
        return concat("ld ", word_name(each.k));
      case BPF_ALU | BPF_AND | BPF_K:
        after.word.reset();
        go_on(0, after);
        return concat("and ", hexadecimal(each.k));
      case BPF_JMP | BPF_JA:
        go_on(each.k, after);
        return concat("ja ", at_ + 1 + each.k);
      default:
        break;
    }
    if (BPF_CLASS(each.code) == BPF_JMP) return jump(each, after);
    after.word.reset();
    go_on(0, after);
    return concat("code ", hexadecimal(each.code), " ", hexadecimal(each.k));
  }

  std::string jump(const sock_filter& each, const Known& after) {
    Known taken = after;
    const bool equal = each.code == (BPF_JMP | BPF_JEQ | BPF_K);
    if (equal && after.word == arch_offset) taken.arch = each.k;
    go_on(each.jt, taken);
    go_on(each.jf, after);
    if (after.word == arch_offset) {
      if (const auto architecture = architecture_of(each.k)) note_ = name_of(*architecture);
    } else if (after.word == number_offset && after.arch && BPF_OP(each.code) != BPF_JSET) {
      note_ = call_name(*after.arch, each.k);
    }
    const std::string operand = BPF_SRC(each.code) == BPF_X ? "x" : hexadecimal(each.k);
    return concat(comparison(each.code), " ", operand, ", ", at_ + 1 + each.jt, ", ", at_ + 1 + each.jf);
  }

  static std::string comparison(std::uint16_t code) {
    switch (BPF_OP(code)) {
      case BPF_JEQ:
        return "jeq";
      case BPF_JGT:
        return "jgt";
      case BPF_JGE:
        return "jge";
      case BPF_JSET:
        return "jset";
      default:
        return concat("jump ", hexadecimal(code));
    }
  }

  [[nodiscard]] std::string word_name(std::uint32_t offset) const {
    if (offset == number_offset) return "nr";
    if (offset == arch_offset) return "arch";
    if (offset < arguments_offset || offset >= sizeof(seccomp_data) || offset % 4 != 0)
      return concat("[", offset, "]");
    const std::optional<std::uint32_t> arch = known_[at_].arch;
    constexpr std::uint32_t little_bit = 0x40000000;  // __AUDIT_ARCH_LE
    const bool little = !arch || (*arch & little_bit) != 0;
    const bool first = (offset - arguments_offset) % sizeof(std::uint64_t) == 0;
    return concat("args[", (offset - arguments_offset) / sizeof(std::uint64_t), "].",
                  first == little ? "low" : "high");
  }

  std::span<const sock_filter> program_;
  std::vector<Known> known_;
  std::size_t at_ = 0;
  std::string note_;
};

}  // namespace

std::string disassemble(std::span<const sock_filter> program) {
  return Listing(program).text();
}

}  // namespace scrim::filter
