// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/exploration.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/filter/abstract_value.h"
#include "libprofile/filter/reachable_answers.h"
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

class Exploration {
 public:
  Exploration(std::span<const sock_filter> program, std::uint32_t arch, const DecodeBounds& bounds)
      : program_(program), arch_(arch), bounds_(bounds), settled_(settled_answers(program)) {
    if (program.empty() || program.size() > BPF_MAXINSNS)
      throw Error(concat("a filter of ", program.size(), " instructions: 1 to ", BPF_MAXINSNS));
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

  void give_up(const State& state) {
    ends_.push_back({state.numbers, {}, true, answers_from(program_, state.at)});
  }

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

}  // namespace

std::vector<End> explore(std::span<const sock_filter> program, std::uint32_t arch,
                         const DecodeBounds& bounds) {
  return Exploration(program, arch, bounds).run();
}

}  // namespace scrim::filter
