// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/decode.h"

#include <linux/bpf_common.h>

#include <algorithm>
#include <map>
#include <utility>

#include "libprofile/filter/exploration.h"

namespace scrim::filter {

namespace {

Outcome outcome_of(const std::vector<End>& ends, const std::vector<std::size_t>& which) {
  Outcome outcome;
  bool any = false;
  for (const std::size_t i : which) {
    const End& end = ends[i];
    if (!end.cannot_tell) {
      outcome.paths.push_back(end.path);
      continue;
    }
    outcome.cannot_tell = true;
    any = any || end.answers.empty();
    outcome.answers.insert(outcome.answers.end(), end.answers.begin(), end.answers.end());
  }
  if (outcome.cannot_tell) {
    for (const Path& path : outcome.paths) outcome.answers.push_back(path.answer);
    outcome.paths.clear();
    std::ranges::sort(outcome.answers);
    outcome.answers.erase(std::unique(outcome.answers.begin(), outcome.answers.end()), outcome.answers.end());
    if (any) outcome.answers.clear();
  }
  // Ways that come to the same are one.
  const auto same = [&](const Path& path) { return path.answer == outcome.paths.front().answer; };
  if (!outcome.paths.empty() && std::ranges::all_of(outcome.paths, same))
    outcome.paths = {{{}, false, outcome.paths.front().answer}};
  return outcome;
}

}  // namespace

std::optional<std::uint32_t> Outcome::constant() const {
  if (cannot_tell || paths.size() != 1 || !paths.front().tests.empty() || paths.front().maybe)
    return std::nullopt;
  return paths.front().answer;
}

const Outcome& Decoded::at(std::uint32_t number) const {
  const auto after = std::ranges::upper_bound(ranges, number, {}, &NumberRange::first);
  return outcomes[std::prev(after)->outcome];
}

void DecodedBuilder::add(std::uint32_t first, std::uint32_t last, Outcome outcome) {
  std::vector<NumberRange>& ranges = decoded_.ranges;
  if (!ranges.empty() && decoded_.outcomes[ranges.back().outcome] == outcome) {
    ranges.back().last = last;
    return;
  }
  ranges.push_back({first, last, decoded_.outcomes.size()});
  decoded_.outcomes.push_back(std::move(outcome));
}

Decoded decode(std::span<const sock_filter> program, std::uint32_t arch, const DecodeBounds& bounds) {
  const std::vector<End> ends = explore(program, arch, bounds);
  // Where an execution's numbers begin, and behind their end.
  std::map<std::uint64_t, std::vector<std::pair<std::size_t, bool>>> borders;
  for (std::size_t i = 0; i < ends.size(); ++i)
    for (const NumberSpan& span : ends[i].numbers) {
      borders[span.first].emplace_back(i, true);
      borders[std::uint64_t{span.last} + 1].emplace_back(i, false);
    }
  Decoded decoded{arch, {}, {}};
  std::map<std::vector<std::size_t>, std::size_t> known;
  std::map<std::uint32_t, std::size_t> constants;
  std::vector<std::size_t> active;
  std::uint64_t from = 0;
  const auto close = [&](std::uint64_t to) {
    if (to == from) return;
    const auto [found, is_new] = known.emplace(active, decoded.outcomes.size());
    if (is_new) {
      Outcome outcome = outcome_of(ends, active);
      if (const auto constant = outcome.constant())
        found->second = constants.emplace(*constant, decoded.outcomes.size()).first->second;
      else if (!decoded.ranges.empty() && decoded.outcomes[decoded.ranges.back().outcome] == outcome)
        found->second = decoded.ranges.back().outcome;
      if (found->second == decoded.outcomes.size()) decoded.outcomes.push_back(std::move(outcome));
    }
    if (!decoded.ranges.empty() && decoded.ranges.back().outcome == found->second)
      decoded.ranges.back().last = static_cast<std::uint32_t>(to - 1);
    else
      decoded.ranges.push_back(
          {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - 1), found->second});
  };
  for (const auto& [border, changes] : borders) {
    close(border);
    from = border;
    for (const auto& [end, begins] : changes) {
      if (begins)
        active.insert(std::ranges::lower_bound(active, end), end);
      else
        active.erase(std::ranges::lower_bound(active, end));
    }
  }
  return decoded;
}

std::vector<std::uint32_t> architectures_in(std::span<const sock_filter> program) {
  std::vector<std::uint32_t> all;
  bool loaded = false;
  for (const sock_filter& each : program) {
    if (BPF_CLASS(each.code) == BPF_LD)
      loaded = each.code == (BPF_LD | BPF_W | BPF_ABS) && each.k == arch_word * sizeof(std::uint32_t);
    if (loaded && each.code == (BPF_JMP | BPF_JEQ | BPF_K) && std::ranges::find(all, each.k) == all.end())
      all.push_back(each.k);
  }
  return all;
}

}  // namespace scrim::filter
