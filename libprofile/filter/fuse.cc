// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/fuse.h"

#include <linux/bpf_common.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/filter/compose.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Flag;

namespace {

// Lower is more restrictive.
std::int32_t rank(std::uint32_t answer) {
  return static_cast<std::int32_t>(answer & SECCOMP_RET_ACTION_FULL);
}

bool is_answer(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_RET;
}

// `earlier` behind `last`: a copy of it for each answer that `last` can give and that it can change.
Program fuse_two(const Program& last, const Program& earlier, const std::string& name) {
  for (const Program* const program : {&last, &earlier})
    for (const sock_filter& instruction : *program)
      if (is_answer(instruction) && instruction.code != (BPF_RET | BPF_K))
        throw Error(concat(name, ": a filter that computes its answer cannot be fused with another"));
  const auto can_change = [&](std::uint32_t answer) {
    return std::ranges::any_of(earlier, [&](const sock_filter& instruction) {
      return is_answer(instruction) && rank(instruction.k) < rank(answer);
    });
  };
  Program fused = last;
  std::map<std::uint32_t, std::size_t> copies;  // of `earlier`, by the answer of `last`: where
  for (std::size_t at = 0; at < last.size(); ++at) {
    if (!is_answer(last[at]) || !can_change(last[at].k)) continue;
    const auto [copy, is_new] = copies.emplace(last[at].k, fused.size());
    fused[at] = {BPF_JMP | BPF_JA, 0, 0, static_cast<std::uint32_t>(copy->second - at - 1)};
    if (!is_new) continue;
    for (sock_filter instruction : earlier) {
      if (is_answer(instruction)) instruction.k = most_restrictive(std::array{last[at].k, instruction.k});
      fused.push_back(instruction);
    }
  }
  check_length(fused.size(), name);
  return fused;
}

}  // namespace

std::uint32_t most_restrictive(std::span<const std::uint32_t> answers) {
  std::uint32_t decides = SECCOMP_RET_ALLOW;
  bool first = true;
  for (const std::uint32_t answer : answers)
    if (std::exchange(first, false) || rank(answer) < rank(decides)) decides = answer;
  return decides;
}

std::uint32_t answer(std::span<const policy::Table> tables, const seccomp_data& call, Precedence precedence) {
  std::vector<std::uint32_t> answers;
  answers.reserve(tables.size());
  for (const policy::Table& table : tables) answers.push_back(answer_of(decide(table, call)));
  if (precedence == Precedence::least_restrictive && !answers.empty())
    return *std::ranges::max_element(answers, {}, rank);  // the first of equal ones
  return most_restrictive(answers);
}

Program fuse(std::span<const Program> programs, const std::string& name) {
  if (programs.empty()) return {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  // From the earliest, so that each is copied once for each answer of the one after it.
  Program fused = programs.back();
  for (std::size_t i = programs.size() - 1; i-- > 0;) fused = fuse_two(programs[i], fused, name);
  return fused;
}

std::vector<Flag> fuse_flags(std::span<const policy::Policy> policies) {
  std::vector<Flag> flags;
  for (const Flag flag : {Flag::tsync, Flag::log, Flag::spec_allow, Flag::wait_killable_recv}) {
    const auto has = [&](const policy::Policy& policy) {
      return std::ranges::find(policy.flags, flag) != policy.flags.end();
    };
    if (flag == Flag::spec_allow ? std::ranges::all_of(policies, has) : std::ranges::any_of(policies, has))
      flags.push_back(flag);
  }
  return flags;
}

}  // namespace scrim::filter
