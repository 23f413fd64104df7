// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/disassemble.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/filter/call_names.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

constexpr std::uint32_t number_offset = offsetof(seccomp_data, nr);
constexpr std::uint32_t arch_offset = offsetof(seccomp_data, arch);
constexpr std::uint32_t arguments_offset = offsetof(seccomp_data, args);

constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

// Calls that may come to an instruction: a range of numbers of one architecture, or of any.
struct Calls {
  std::optional<std::uint32_t> arch;
  std::uint32_t first = 0;
  std::uint32_t last = most;
  friend bool operator==(const Calls&, const Calls&) = default;
};

// What is known before an instruction, on every way that leads to it.
struct Known {
  bool reached = false;
  std::optional<std::uint32_t> word;  // the offset that the accumulator was loaded from
  std::vector<Calls> calls;           // few: beyond that they are taken for more than they are

  void meet(const Known& other) {
    if (!reached) {
      *this = other;
      return;
    }
    if (word != other.word) word.reset();
    for (const Calls& each : other.calls)
      if (std::ranges::find(calls, each) == calls.end()) calls.push_back(each);
    constexpr std::size_t few = 12;
    if (calls.size() <= few) return;
    Calls all = calls.front();
    for (const Calls& each : calls) {
      if (all.arch != each.arch) all.arch.reset();
      all.first = std::min(all.first, each.first);
      all.last = std::max(all.last, each.last);
    }
    calls = {all};
  }

  // Only those with numbers first…last.
  void narrow(std::uint32_t first, std::uint32_t last) {
    for (Calls& each : calls) {
      each.first = std::max(each.first, first);
      each.last = std::min(each.last, last);
    }
    std::erase_if(calls, [](const Calls& each) { return each.first > each.last; });
  }

  // Not that number; in the middle of a range only where there are few others.
  void leave_out(std::uint32_t number) {
    constexpr std::uint32_t few = 8;
    std::vector<Calls> kept;
    for (const Calls& each : calls) {
      const bool inside = number > each.first && number < each.last;
      if (number < each.first || number > each.last || (inside && each.last - each.first > few)) {
        kept.push_back(each);
        continue;
      }
      if (number > each.first) kept.push_back({each.arch, each.first, number - 1});
      if (number < each.last) kept.push_back({each.arch, number + 1, each.last});
    }
    calls = std::move(kept);
  }

  void only_of(std::uint32_t arch) {
    for (Calls& each : calls)
      if (!each.arch) each.arch = arch;
    std::erase_if(calls, [&](const Calls& each) { return each.arch != arch; });
  }

  [[nodiscard]] std::optional<std::uint32_t> arch() const {
    if (calls.empty()) return std::nullopt;
    const auto same = [&](const Calls& each) { return each.arch == calls.front().arch; };
    return std::ranges::all_of(calls, same) ? calls.front().arch : std::nullopt;
  }
};

class Listing {
 public:
  explicit Listing(std::span<const sock_filter> program) : program_(program), known_(program.size()) {
    if (known_.empty()) return;
    known_.front().reached = true;
    known_.front().calls = {Calls{}};
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
        note_ = answer_name(each.k);
        return concat("ret ", hexadecimal(each.k));
      case BPF_RET | BPF_A:
        return "ret a";
      case BPF_LD | BPF_W | BPF_ABS:
        after.word = each.k;
        go_on(0, after);
        note_ = arguments(each.k);
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
    Known passed = after;
    if (after.word == arch_offset) {
      if (each.code == (BPF_JMP | BPF_JEQ | BPF_K)) taken.only_of(each.k);
      if (const auto architecture = architecture_of(each.k)) note_ = name_of(*architecture);
    } else if (after.word == number_offset && BPF_OP(each.code) != BPF_JSET) {
      compared_with(each, taken, passed);
      if (const auto arch = after.arch())
        note_ = each.k == policy::x32_bit ? "from here on x32's" : call_name(*arch, each.k);
    }
    go_on(each.jt, taken);
    go_on(each.jf, passed);
    const std::string operand = BPF_SRC(each.code) == BPF_X ? "x" : hexadecimal(each.k);
    return concat(comparison(each.code), " ", operand, ", ", at_ + 1 + each.jt, ", ", at_ + 1 + each.jf);
  }

  // What a comparison of the number tells where it holds and where it does not.
  static void compared_with(const sock_filter& each, Known& taken, Known& passed) {
    switch (each.code) {
      case BPF_JMP | BPF_JEQ | BPF_K:
        taken.narrow(each.k, each.k);
        passed.leave_out(each.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        taken.narrow(each.k, most);
        if (each.k > 0) passed.narrow(0, each.k - 1);
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        if (each.k < most) taken.narrow(each.k + 1, most);
        passed.narrow(0, each.k);
        break;
      default:
        break;
    }
  }

  // "personality(persona)": the argument at that offset of the calls that come here, if they are few.
  [[nodiscard]] std::string arguments(std::uint32_t offset) const {
    constexpr std::size_t few = 4;
    if (offset < arguments_offset || offset >= sizeof(seccomp_data)) return {};
    const auto index = static_cast<unsigned>((offset - arguments_offset) / sizeof(std::uint64_t));
    std::vector<std::string> all;
    for (const Calls& each : known_[at_].calls) {
      if (!each.arch || each.last - each.first >= few) return {};
      for (std::uint32_t number = each.first;; ++number) {
        const std::string name = call_name(*each.arch, number);
        const std::string_view argument = argument_name(name, index);
        const std::string text = concat(name.empty() ? concat(number) : name, "(",
                                        argument.empty() ? concat("args[", index, "]") : argument, ")");
        if (std::ranges::find(all, text) == all.end()) all.push_back(text);
        if (number == each.last) break;
      }
      if (all.size() > few) return {};
    }
    return join(all);
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
    const std::optional<std::uint32_t> arch = known_[at_].arch();
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

std::string answer_name(std::uint32_t answer) {
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

std::string disassemble(std::span<const sock_filter> program) {
  return Listing(program).text();
}

}  // namespace scrim::filter
