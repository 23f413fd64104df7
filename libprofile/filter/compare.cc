// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/compare.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "libprofile/filter/fuse.h"

namespace scrim::filter {

namespace {

constexpr std::size_t most_pairs = 4096;  // of paths
// Of all calls together: programs whose answers to hundreds of calls depend on arguments in dozens of ways
// are written for those who look at them.
constexpr std::size_t most_pairs_altogether = 65536;

// Pairs of paths that may still be put together.
class Budget {
 public:
  // Takes what two outcomes need, if that is there.
  bool take(const Outcome& a, const Outcome& b) {
    const std::size_t pairs = a.paths.size() * b.paths.size();
    if (pairs > most_pairs || pairs > left_) return false;
    left_ -= pairs;
    return true;
  }

 private:
  std::size_t left_ = most_pairs_altogether;
};

// The tests of both; nothing if they cannot hold together.
std::optional<std::vector<WordFact>> together(const std::vector<WordFact>& a,
                                              const std::vector<WordFact>& b) {
  std::vector<WordFact> all = a;
  for (const WordFact& test : b) {
    const std::optional<bool> known = implied(all, test.word, test.atom);
    if (known && *known != test.holds) return std::nullopt;
    if (!known) all.push_back(test);
  }
  if (!possible(all)) return std::nullopt;
  return all;
}

std::vector<std::uint32_t> answers_of(const Outcome& outcome) {
  if (outcome.cannot_tell) return outcome.answers;
  std::vector<std::uint32_t> answers;
  for (const Path& path : outcome.paths) answers.push_back(path.answer);
  return answers;
}

Outcome most_restrictive_of(const Outcome& last, const Outcome& earlier, Budget& budget) {
  const auto a = last.constant();
  const auto b = earlier.constant();
  Outcome out;
  if (a && b) {
    out.paths = {{{}, false, most_restrictive(std::array{*a, *b})}};
    return out;
  }
  // Nothing is stricter than KILL_PROCESS, nor laxer than ALLOW.
  if ((a && *a == SECCOMP_RET_KILL_PROCESS) || (b && *b == SECCOMP_RET_ALLOW)) return last;
  if ((b && *b == SECCOMP_RET_KILL_PROCESS) || (a && *a == SECCOMP_RET_ALLOW)) return earlier;
  out.cannot_tell = last.cannot_tell || earlier.cannot_tell || !budget.take(last, earlier);
  if (out.cannot_tell) {
    for (const std::uint32_t x : answers_of(last))
      for (const std::uint32_t y : answers_of(earlier))
        out.answers.push_back(most_restrictive(std::array{x, y}));
    std::ranges::sort(out.answers);
    out.answers.erase(std::unique(out.answers.begin(), out.answers.end()), out.answers.end());
    return out;
  }
  for (const Path& x : last.paths)
    for (const Path& y : earlier.paths)
      if (auto tests = together(x.tests, y.tests))
        out.paths.push_back(
            {std::move(*tests), x.maybe || y.maybe, most_restrictive(std::array{x.answer, y.answer})});
  const auto same = [&](const Path& path) { return path.answer == out.paths.front().answer; };
  if (!out.paths.empty() && std::ranges::all_of(out.paths, same))
    out.paths = {{{}, false, out.paths.front().answer}};
  return out;
}

// Calls `each` for every range of numbers in which neither changes its outcome.
template <typename Each>
void side_by_side(const Decoded& a, const Decoded& b, Each each) {
  std::size_t i = 0;
  std::size_t j = 0;
  std::uint32_t from = 0;
  for (;;) {
    const std::uint32_t to = std::min(a.ranges[i].last, b.ranges[j].last);
    each(from, to, a.ranges[i].outcome, b.ranges[j].outcome);
    const bool a_ends = a.ranges[i].last == to;
    const bool b_ends = b.ranges[j].last == to;
    if ((a_ends && i + 1 == a.ranges.size()) || (b_ends && j + 1 == b.ranges.size())) return;
    if (a_ends) ++i;
    if (b_ends) ++j;
    from = to + 1;
  }
}

Change change_of(const Outcome& before, const Outcome& after, Budget& budget) {
  Change change;
  if (before == after) return change;
  change.cannot_tell = before.cannot_tell || after.cannot_tell || !budget.take(before, after);
  if (change.cannot_tell) return change;
  for (const Path& x : before.paths)
    for (const Path& y : after.paths) {
      if (x.answer == y.answer) continue;
      auto tests = together(x.tests, y.tests);
      if (!tests) continue;
      if (x.maybe || y.maybe) {
        change.cannot_tell = true;
        continue;
      }
      change.answers.push_back({std::move(*tests), x.answer, y.answer});
    }
  return change;
}

}  // namespace

Decoded combine(std::span<const Decoded> filters, std::uint32_t arch) {
  DecodedBuilder everything(arch);
  everything.add(0, 0xffffffff, Outcome{{{{}, false, SECCOMP_RET_ALLOW}}, false, {}});
  if (filters.empty()) return everything.take();
  Decoded all = filters.front();
  for (const Decoded& earlier : filters.subspan(1)) {
    DecodedBuilder both(arch);
    Budget budget;
    std::map<std::pair<std::size_t, std::size_t>, Outcome> known;
    side_by_side(all, earlier, [&](std::uint32_t first, std::uint32_t last, std::size_t a, std::size_t b) {
      auto found = known.find({a, b});
      if (found == known.end())
        found =
            known.emplace(std::pair(a, b), most_restrictive_of(all.outcomes[a], earlier.outcomes[b], budget))
                .first;
      both.add(first, last, found->second);
    });
    all = both.take();
  }
  return all;
}

std::vector<Change> changes(const Decoded& before, const Decoded& after, std::uint32_t first,
                            std::uint32_t last) {
  std::vector<Change> all;
  Budget budget;
  std::map<std::pair<std::size_t, std::size_t>, Change> known;
  side_by_side(before, after, [&](std::uint32_t from, std::uint32_t to, std::size_t a, std::size_t b) {
    if (to < first || from > last) return;
    auto found = known.find({a, b});
    if (found == known.end())
      found = known.emplace(std::pair(a, b), change_of(before.outcomes[a], after.outcomes[b], budget)).first;
    if (found->second.answers.empty() && !found->second.cannot_tell) return;
    all.push_back(found->second);
    all.back().first = std::max(from, first);
    all.back().last = std::min(to, last);
  });
  return all;
}

}  // namespace scrim::filter
