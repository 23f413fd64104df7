// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/partial_walk.h"

#include <linux/bpf_common.h>

#include <set>
#include <tuple>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr std::size_t words = Partial::words;

// What an instruction finds in the accumulator: a word of the call, cut to a mask.
struct Held {
  std::size_t word = words;  // none: the accumulator is 0 before the first load
  std::uint32_t mask = ones;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const Held&, const Held&) = default;
};

bool is_jump(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_JMP && instruction.code != (BPF_JMP | BPF_JA);
}

// Instructions without a choice: where it goes on.
std::size_t straight(const sock_filter& instruction, std::size_t at, Held& held) {
  switch (instruction.code) {
    case BPF_LD | BPF_W | BPF_ABS:
      if (instruction.k % sizeof(std::uint32_t) != 0 || instruction.k >= sizeof(seccomp_data))
        throw Error(concat("instruction ", at, " of a filter loads from outside struct seccomp_data"));
      held = {instruction.k / sizeof(std::uint32_t), ones};
      return at + 1;
    case BPF_ALU | BPF_AND | BPF_K:
      held.mask &= instruction.k;
      return at + 1;
    case BPF_JMP | BPF_JA:
      return at + 1 + instruction.k;
    default:
      throw Error(concat("instruction ", at, " of a filter (code ", instruction.code,
                         ") is none that can be verified"));
  }
}

Atom atom(const sock_filter& jump, const Held& held) {
  switch (jump.code) {
    case BPF_JMP | BPF_JEQ | BPF_K:
      return {Atom::Kind::equal, held.mask, jump.k};
    case BPF_JMP | BPF_JGT | BPF_K:
      return {Atom::Kind::above, held.mask, jump.k};
    case BPF_JMP | BPF_JGE | BPF_K:
      // All words are at least 0: some bit of none is set.
      if (jump.k == 0) return {Atom::Kind::equal, 0, 0};
      return {Atom::Kind::above, held.mask, jump.k - 1};
    case BPF_JMP | BPF_JSET | BPF_K:
      return {Atom::Kind::any_bit, held.mask, jump.k};
    default:
      throw Error(concat("a jump of a filter (code ", jump.code, ") is none that can be verified"));
  }
}

}  // namespace

PartialWalk::PartialWalk(std::span<const sock_filter> program) : program_(program) {
  if (program.empty() || program.size() > BPF_MAXINSNS)
    throw Error(concat("a filter of ", program.size(), " instructions: 1 to ", BPF_MAXINSNS));
}

const sock_filter& PartialWalk::fetch(std::size_t at) const {
  if (at >= program_.size()) throw Error("a filter runs past its end");
  return program_[at];
}

PartialWalk::Outcome PartialWalk::run(const Partial& call) const {
  Held held;
  std::size_t at = 0;
  for (;;) {
    const sock_filter& instruction = fetch(at);
    if (instruction.code == (BPF_RET | BPF_K)) return {instruction.k, words};
    if (is_jump(instruction)) {
      if (held.word < words && !call.chosen[held.word]) return {0, held.word};
      const std::uint32_t value = held.word < words ? call.value[held.word] : 0;
      at += 1U + (atom(instruction, held).holds(value) ? instruction.jt : instruction.jf);
    } else {
      at = straight(instruction, at, held);
    }
  }
}

std::array<std::vector<Atom>, words> PartialWalk::comparisons(const Partial& call) const {
  std::array<std::vector<Atom>, words> found;
  std::set<std::pair<std::size_t, Held>> seen;
  std::vector<std::pair<std::size_t, Held>> open{{0, {}}};
  while (!open.empty()) {
    auto [at, held] = open.back();
    open.pop_back();
    if (!seen.emplace(at, held).second) continue;
    const sock_filter& instruction = fetch(at);
    if (instruction.code == (BPF_RET | BPF_K)) continue;
    if (!is_jump(instruction)) {
      const std::size_t next = straight(instruction, at, held);
      open.emplace_back(next, held);
      continue;
    }
    const Atom compared = atom(instruction, held);
    const bool known = held.word >= words || call.chosen[held.word];
    const std::uint32_t value = held.word < words ? call.value[held.word] : 0;
    if (!known) found[held.word].push_back(compared);
    if (!known || compared.holds(value)) open.emplace_back(at + 1 + instruction.jt, held);
    if (!known || !compared.holds(value)) open.emplace_back(at + 1 + instruction.jf, held);
  }
  return found;
}

}  // namespace scrim::filter
