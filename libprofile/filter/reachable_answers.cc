// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/reachable_answers.h"

#include <linux/bpf_common.h>

#include <algorithm>

namespace scrim::filter {

std::vector<std::optional<std::uint32_t>> settled_answers(std::span<const sock_filter> program) {
  std::vector<std::optional<std::uint32_t>> settled(program.size());
  for (std::size_t at = program.size(); at-- > 0;) {
    const sock_filter& each = program[at];
    const auto target = [&](std::size_t offset) {
      const std::size_t to = at + 1 + offset;
      return to < settled.size() ? settled[to] : std::nullopt;
    };
    if (each.code == (BPF_RET | BPF_K)) {
      settled[at] = each.k;
    } else if (each.code == (BPF_JMP | BPF_JA)) {
      settled[at] = target(each.k);
    } else if (BPF_CLASS(each.code) == BPF_JMP) {
      const auto yes = target(each.jt);
      if (yes == target(each.jf)) settled[at] = yes;
    } else if (BPF_CLASS(each.code) == BPF_LD || BPF_CLASS(each.code) == BPF_LDX ||
               each.code == (BPF_ALU | BPF_AND | BPF_K)) {
      settled[at] = target(0);
    }
  }
  return settled;
}

std::vector<std::uint32_t> answers_from(std::span<const sock_filter> program, std::size_t from) {
  std::vector<bool> reached(program.size());
  std::vector<std::uint32_t> answers;
  reached[from] = true;
  const auto reach = [&](std::size_t to) {
    if (to < reached.size()) reached[to] = true;
  };
  for (std::size_t at = from; at < program.size(); ++at) {
    if (!reached[at]) continue;
    const sock_filter& each = program[at];
    if (each.code == (BPF_RET | BPF_A)) return {};
    if (each.code == (BPF_RET | BPF_K)) {
      if (std::ranges::find(answers, each.k) == answers.end()) answers.push_back(each.k);
    } else if (each.code == (BPF_JMP | BPF_JA)) {
      reach(at + 1 + each.k);
    } else if (BPF_CLASS(each.code) == BPF_JMP) {
      reach(at + 1 + each.jt);
      reach(at + 1 + each.jf);
    } else {
      reach(at + 1);
    }
    if (each.code == (BPF_ALU | BPF_DIV | BPF_X) && std::ranges::find(answers, 0U) == answers.end())
      answers.push_back(0);
  }
  std::ranges::sort(answers);
  return answers;
}

}  // namespace scrim::filter
