// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/compose.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libprofile/error.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Architecture;

namespace {

constexpr std::uint32_t enosys = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t no_call = 0xffffffff;  // number -1

constexpr sock_filter statement(unsigned code, std::uint32_t k) {
  return {static_cast<std::uint16_t>(code), 0, 0, k};
}
constexpr sock_filter load(std::size_t offset) {
  return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
constexpr sock_filter jump_if(unsigned comparison, std::uint32_t k, std::size_t if_true,
                              std::size_t if_false) {
  return {static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), static_cast<std::uint8_t>(if_true),
          static_cast<std::uint8_t>(if_false), k};
}
constexpr sock_filter answer(std::uint32_t value) {
  return statement(BPF_RET | BPF_K, value);
}

// What happens to a call, once its architecture is known and its number loaded. Every entry ends with a jump
// to its part, which compose() fills in when it knows where the parts are.
struct Entry {
  std::vector<sock_filter> code;
  // Where in `code` the jumps are, and to which part.
  struct Jump {
    std::size_t at;
    std::size_t part;
  };
  std::vector<Jump> jumps;

  void go_to(std::size_t part) {
    jumps.push_back({code.size(), part});
    code.push_back(statement(BPF_JMP | BPF_JA, 0));
  }

  void append(const Entry& other) {
    for (const Jump& jump : other.jumps) jumps.push_back({code.size() + jump.at, jump.part});
    code.insert(code.end(), other.code.begin(), other.code.end());
  }
};

class Composer {
 public:
  Composer(std::span<const Part> parts, std::span<const policy::Newest> newest)
      : parts_(parts), newest_(newest) {}

  Program compose() {
    Entry all;
    all.code.push_back(load(offsetof(seccomp_data, arch)));
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      const Architecture architecture = parts_[part].architecture;
      if (architecture == Architecture::x32 && find(Architecture::x86_64)) continue;  // with x86_64's
      const Entry entry = architecture == Architecture::x86_64 ? x86_64_entry(part) : plain_entry(part);
      // jeq AUDIT_ARCH, 0, over the entry
      all.code.push_back(jump_if(BPF_JEQ, policy::audit_arch(architecture), 0, entry.code.size() + 1));
      all.code.push_back(load(offsetof(seccomp_data, nr)));
      all.append(entry);
    }
    all.code.push_back(answer(SECCOMP_RET_KILL_THREAD));  // libseccomp's answer to foreign architectures
    return link(std::move(all));
  }

 private:
  [[nodiscard]] std::optional<std::size_t> find(Architecture architecture) const {
    const auto found = std::ranges::find(parts_, architecture, &Part::architecture);
    if (found == parts_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - parts_.begin());
  }

  [[nodiscard]] std::optional<std::uint32_t> limit(std::size_t part) const {
    const auto found = std::ranges::find(newest_, parts_[part].architecture, &policy::Newest::architecture);
    if (found == newest_.end()) return std::nullopt;
    return found->number;
  }

  // jgt newest, 0, 2 / jeq -1, 1, 0 / ret ENOSYS / ja part
  //
  // Number -1 is no call newer than others: a tracer writes it to have a call skipped (ptrace(2),
  // seccomp(2)), and the default action decides. runc answers ENOSYS there.
  [[nodiscard]] Entry plain_entry(std::size_t part) const {
    Entry entry;
    if (const std::optional<std::uint32_t> highest = limit(part)) {
      const Architecture architecture = parts_[part].architecture;
      // Calls that an s390 kernel does not know arrive as number 0, setup(2), which nobody uses (runc's
      // patchbpf).
      if (architecture == Architecture::s390 || architecture == Architecture::s390x) {
        entry.code.push_back(jump_if(BPF_JEQ, 0, 0, 1));
        entry.code.push_back(answer(enosys));
      }
      entry.code.push_back(jump_if(BPF_JGT, *highest, 0, 2));
      entry.code.push_back(jump_if(BPF_JEQ, no_call, 1, 0));
      entry.code.push_back(answer(enosys));
    }
    entry.go_to(part);
    return entry;
  }

  // x32 has x86_64's AUDIT_ARCH and its own numbers: jge 0x40000000, 0, over the entry of x32. Without an x32
  // part they go to x86_64's, which answers them as foreign; they are not newer calls of x86_64.
  [[nodiscard]] Entry x86_64_entry(std::size_t part) const {
    const std::optional<std::size_t> x32 = find(Architecture::x32);
    if (!x32 && !limit(part)) return plain_entry(part);
    Entry x32_entry;
    if (x32)
      x32_entry = plain_entry(*x32);
    else
      x32_entry.go_to(part);
    Entry entry;
    entry.code.push_back(jump_if(BPF_JGE, policy::x32_bit, 0, x32_entry.code.size()));
    entry.append(x32_entry);
    entry.append(plain_entry(part));
    return entry;
  }

  // The parts behind the entries, and the jumps to them.
  [[nodiscard]] Program link(Entry entries) const {
    std::vector<std::size_t> begin;
    std::size_t size = entries.code.size();
    for (const Part& part : parts_) {
      begin.push_back(size);
      size += part.program.size();
    }
    for (const Entry::Jump& jump : entries.jumps)
      entries.code[jump.at].k = static_cast<std::uint32_t>(begin[jump.part] - jump.at - 1);
    Program program = std::move(entries.code);
    program.reserve(size);
    for (const Part& part : parts_) program.insert(program.end(), part.program.begin(), part.program.end());
    return program;
  }

  std::span<const Part> parts_;
  std::span<const policy::Newest> newest_;
};

}  // namespace

void check_length(std::size_t instructions, const std::string& name, bool more) {
  if (instructions <= BPF_MAXINSNS) return;
  throw Error(concat(name, ": the filter has ", more ? "more than " : "", instructions,
                     " instructions and the kernel takes at most ", BPF_MAXINSNS,
                     ": use fewer conditions on arguments or fewer architectures"));
}

Program compose(std::span<const Part> parts, std::span<const policy::Newest> newest,
                const std::string& name) {
  Program program = Composer(parts, newest).compose();
  check_length(program.size(), name);
  return program;
}

}  // namespace scrim::filter
