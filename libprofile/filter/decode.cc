// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/decode.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <map>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/filter/abstract_value.h"
#include "libprofile/filter/number_set.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

// What is known at one point of an execution.
struct State {
  std::size_t at = 0;
  NumberSet numbers{NumberSpan{}};
  std::vector<WordFact> tests;
  bool maybe = false;
  AbstractValue a = AbstractValue::constant(0);
  AbstractValue x = AbstractValue::constant(0);
  std::array<AbstractValue, BPF_MEMWORDS> memory{};
  std::bitset<BPF_MEMWORDS> stored;
};

// The end of one or more executions: a path, or that it cannot be told.
struct End {
  NumberSet numbers;
  Path path;
  bool cannot_tell = false;
  std::vector<std::uint32_t> answers;
};

class Exploration {
 public:
  Exploration(std::span<const sock_filter> program, std::uint32_t arch, const DecodeBounds& bounds)
      : program_(program), arch_(arch), bounds_(bounds) {
    if (program.empty() || program.size() > BPF_MAXINSNS)
      throw Error(concat("a filter of ", program.size(), " instructions: 1 to ", BPF_MAXINSNS));
    find_settled();
  }

  std::vector<End> run() {
    // First as far as numbers alone lead, so that one call with endless conditions does not use up what the
    // others need; then each call, or calls that are treated alike, with a bound of its own.
    std::vector<State> pending(1);
    std::vector<State> conditional;
    while (!pending.empty()) {
      State state = std::move(pending.back());
      pending.pop_back();
      if (steps_ > bounds_.steps)
        give_up(state);
      else if (!go(state, pending, ends_))
        conditional.push_back(std::move(state));
    }
    for (const State& state : conditional) explore(state);
    return std::move(ends_);
  }

 private:
  [[noreturn]] void refuse(std::size_t at, const char* what) const {
    throw Error(concat("instruction ", at, " of a filter: ", what));
  }

  // An instruction from which only one answer can be reached needs no more questions.
  void find_settled() {
    settled_.resize(program_.size());
    for (std::size_t at = program_.size(); at-- > 0;) {
      const sock_filter& each = program_[at];
      const auto target = [&](std::size_t offset) {
        const std::size_t to = at + 1 + offset;
        return to < settled_.size() ? settled_[to] : std::nullopt;
      };
      if (each.code == (BPF_RET | BPF_K)) {
        settled_[at] = each.k;
      } else if (each.code == (BPF_JMP | BPF_JA)) {
        settled_[at] = target(each.k);
      } else if (BPF_CLASS(each.code) == BPF_JMP) {
        const auto yes = target(each.jt);
        if (yes == target(each.jf)) settled_[at] = yes;
      } else if (BPF_CLASS(each.code) == BPF_LD || BPF_CLASS(each.code) == BPF_LDX ||
                 each.code == (BPF_ALU | BPF_AND | BPF_K)) {
        settled_[at] = target(0);
      }
    }
  }

  // Constants that can be returned from there on; empty if any value can.
  [[nodiscard]] std::vector<std::uint32_t> answers_from(std::size_t from) const {
    std::vector<bool> reached(program_.size());
    std::vector<std::uint32_t> answers;
    reached[from] = true;
    const auto reach = [&](std::size_t to) {
      if (to < reached.size()) reached[to] = true;
    };
    for (std::size_t at = from; at < program_.size(); ++at) {
      if (!reached[at]) continue;
      const sock_filter& each = program_[at];
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

  void give_up(const State& state) { ends_.push_back({state.numbers, {}, true, answers_from(state.at)}); }

  void explore(const State& root) {
    std::vector<End> found;
    std::vector<State> pending{root};
    const std::size_t limit = std::min(steps_ + bounds_.call_steps, bounds_.steps);
    within_call_ = true;
    while (!pending.empty() && steps_ <= limit && found.size() <= bounds_.paths) {
      State state = std::move(pending.back());
      pending.pop_back();
      (void)go(state, pending, found);
    }
    within_call_ = false;
    if (!pending.empty() || found.size() > bounds_.paths) return give_up(root);
    std::ranges::move(found, std::back_inserter(ends_));
  }

  void end(State& state, std::uint32_t answer, std::vector<End>& ends) {
    constexpr std::size_t steps_of_test = 8;
    steps_ += steps_of_test * state.tests.size();
    if (!state.tests.empty() && !possible(state.tests)) return;
    ends.push_back({std::move(state.numbers), {std::move(state.tests), state.maybe, answer}, false, {}});
  }

  // Goes on until the execution ends or goes more than one way; the ways are then pending. False if that
  // takes a comparison of an argument, where these are not wanted: the state is as before it.
  bool go(State& state, std::vector<State>& pending, std::vector<End>& ends) {
    for (;;) {
      if (state.at >= program_.size()) throw Error("a filter runs past its end");
      if (settled_[state.at]) {
        end(state, *settled_[state.at], ends);
        return true;
      }
      ++steps_;
      const sock_filter& each = program_[state.at];
      if (each.code == (BPF_RET | BPF_A)) {
        if (const auto answer = state.a.constant())
          end(state, *answer, ends);
        else
          ends.push_back({std::move(state.numbers), {}, true, {}});
        return true;
      }
      if (each.code == (BPF_JMP | BPF_JA)) {
        state.at += 1 + std::size_t{each.k};
      } else if (BPF_CLASS(each.code) == BPF_JMP) {
        // It is held against all that is known of the call.
        steps_ += state.tests.size();
        std::vector<State> ways;
        if (!jump(state, each, ways)) return false;
        if (ways.empty()) return true;
        if (ways.size() > 1) {
          std::ranges::move(ways, std::back_inserter(pending));
          return true;
        }
        state = std::move(ways.front());
      } else if (each.code == (BPF_ALU | BPF_DIV | BPF_X) && !state.x.constant()) {
        // Ends with 0 where X is 0.
        if (!within_call_) return false;
        state.maybe = true;
        State zero = state;
        end(zero, 0, ends);
        state.a = AbstractValue::unknown();
        ++state.at;
      } else if (each.code == (BPF_ALU | BPF_DIV | BPF_X) && *state.x.constant() == 0) {
        end(state, 0, ends);
        return true;
      } else {
        step(state, each);
        ++state.at;
      }
    }
  }

  void step(State& state, const sock_filter& each) const {
    switch (each.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        state.a = load(state, each.k);
        return;
      case BPF_LD | BPF_W | BPF_LEN:
        state.a = AbstractValue::constant(sizeof(seccomp_data));
        return;
      case BPF_LDX | BPF_W | BPF_LEN:
        state.x = AbstractValue::constant(sizeof(seccomp_data));
        return;
      case BPF_LD | BPF_IMM:
        state.a = AbstractValue::constant(each.k);
        return;
      case BPF_LDX | BPF_IMM:
        state.x = AbstractValue::constant(each.k);
        return;
      case BPF_LD | BPF_MEM:
      case BPF_LDX | BPF_MEM:
        if (each.k >= BPF_MEMWORDS || !state.stored[each.k])
          refuse(state.at, "it loads scratch memory that holds nothing yet");
        (BPF_CLASS(each.code) == BPF_LD ? state.a : state.x) = state.memory.at(each.k);
        return;
      case BPF_ST:
      case BPF_STX:
        if (each.k >= BPF_MEMWORDS) refuse(state.at, "it stores outside the scratch memory");
        state.memory.at(each.k) = each.code == BPF_ST ? state.a : state.x;
        state.stored[each.k] = true;
        return;
      case BPF_MISC | BPF_TAX:
        state.x = state.a;
        return;
      case BPF_MISC | BPF_TXA:
        state.a = state.x;
        return;
      case BPF_ALU | BPF_NEG:
        state.a = AbstractValue::constant(0).after(BPF_SUB, state.a);
        return;
      default:
        calculate(state, each);
    }
  }

  void calculate(State& state, const sock_filter& each) const {
    constexpr std::array known{BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                               BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH};
    const std::uint16_t operation = BPF_OP(each.code);
    if (BPF_CLASS(each.code) != BPF_ALU || std::ranges::find(known, operation) == known.end())
      refuse(state.at, "seccomp does not take it");
    const bool constant = BPF_SRC(each.code) == BPF_K;
    constexpr std::uint32_t width = 32;
    if (constant && each.k >= width && (operation == BPF_LSH || operation == BPF_RSH))
      refuse(state.at, "it shifts by 32 bits or more");
    if (constant && each.k == 0 && operation == BPF_DIV) refuse(state.at, "it divides by 0");
    state.a = state.a.after(operation, constant ? AbstractValue::constant(each.k) : state.x);
  }

  [[nodiscard]] AbstractValue load(const State& state, std::uint32_t offset) const {
    if (offset % sizeof(std::uint32_t) != 0 || offset >= sizeof(seccomp_data))
      refuse(state.at, "it loads from outside struct seccomp_data");
    const auto word = static_cast<unsigned>(offset / sizeof(std::uint32_t));
    if (word == arch_word) return AbstractValue::constant(arch_);
    const NumberSet& numbers = state.numbers;
    if (word == number_word && numbers.size() == 1 && numbers.front().first == numbers.front().last)
      return AbstractValue::constant(numbers.front().first);
    return AbstractValue::word(word);
  }

  // The ways on. False if they differ in arguments and that is not wanted yet.
  bool jump(const State& state, const sock_filter& each, std::vector<State>& all) const {
    const std::uint16_t comparison = BPF_OP(each.code);
    if (comparison != BPF_JEQ && comparison != BPF_JGT && comparison != BPF_JGE && comparison != BPF_JSET)
      refuse(state.at, "seccomp does not take this jump");
    const auto operand =
        BPF_SRC(each.code) == BPF_X ? state.x.constant() : std::optional<std::uint32_t>(each.k);
    for (const bool outcome : {true, false}) {
      const std::size_t to = state.at + 1 + (outcome ? each.jt : each.jf);
      std::optional<AbstractValue::Ways> ways;
      if (operand) ways = state.a.ways(comparison, *operand, outcome);
      if (!ways) {
        if (!within_call_) return false;
        all.push_back(state);
        all.back().maybe = true;
        all.back().at = to;
        continue;
      }
      for (const std::vector<WordFact>& tests : *ways) {
        const std::size_t before = all.size();
        follow(state, tests, to, all);
        for (std::size_t i = before; i < all.size() && !within_call_; ++i)
          if (all[i].tests.size() != state.tests.size() || all[i].maybe != state.maybe) return false;
      }
    }
    return true;
  }

  // Where all these tests hold, if that can be.
  static void follow(const State& state, const std::vector<WordFact>& tests, std::size_t to,
                     std::vector<State>& all) {
    std::vector<State> ways{state};
    ways.front().at = to;
    for (const WordFact& test : tests) {
      std::vector<State> next;
      for (State& way : ways) {
        if (test.word == number_word) {
          SplitNumbers split = those_where(way.numbers, test.atom, test.holds);
          if (!split.unsure.empty()) {
            next.push_back(way);
            next.back().numbers = std::move(split.unsure);
            next.back().maybe = true;
          }
          if (split.exact.empty()) continue;
          way.numbers = std::move(split.exact);
          next.push_back(std::move(way));
          continue;
        }
        const std::optional<bool> known = implied(way.tests, test.word, test.atom);
        if (known && *known != test.holds) continue;
        if (!known) way.tests.push_back(test);
        next.push_back(std::move(way));
      }
      ways = std::move(next);
    }
    std::ranges::move(ways, std::back_inserter(all));
  }

  std::span<const sock_filter> program_;
  std::uint32_t arch_;
  DecodeBounds bounds_;
  std::vector<std::optional<std::uint32_t>> settled_;
  std::vector<End> ends_;
  std::size_t steps_ = 0;
  bool within_call_ = false;
};

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
  const std::vector<End> ends = Exploration(program, arch, bounds).run();
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
