// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/call_graph.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/filter/only_outcome.h"
#include "libprofile/filter/search_tree.h"
#include "libprofile/filter/terms.h"
#include "libprofile/filter/value_set.h"

namespace scrim::filter {

using Node = Graph::Node;

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr std::size_t words = 12;

// In which order the words of the arguments are looked at: the arguments ascending, one half of each first.
struct Order {
  Half first = Half::low;
  [[nodiscard]] std::size_t place(const WordTest& test) const {
    return test.argument * 2 + (test.half == first ? 0 : 1);
  }
  [[nodiscard]] std::pair<unsigned, Half> at(std::size_t place) const {
    const bool is_first = place % 2 == 0;
    return {static_cast<unsigned>(place / 2), is_first == (first == Half::low) ? Half::low : Half::high};
  }
};

Word word_of(unsigned argument, Half half, bool little_endian) {
  const bool second = (half == Half::high) == little_endian;
  return static_cast<Word>(argument_words + 2 * argument + (second ? 1 : 0));
}

// ((word & mask) == value), without AND where a JSET does.
Node masked_test(Graph& graph, Word word, std::uint32_t mask, std::uint32_t value, Node yes, Node no) {
  if (value == 0) return graph.test(word, Comparison::any_bit, mask, no, yes);
  if (value == mask && std::has_single_bit(mask)) return graph.test(word, Comparison::any_bit, mask, yes, no);
  return graph.test(word, Comparison::equal, value, yes, no, mask);
}

// Rule after rule, test after test: linear in size and time.
Node chain(Graph& graph, const std::vector<Term>& terms, const std::vector<Node>& answers, Node otherwise,
           bool little_endian) {
  Node rest = otherwise;
  for (std::size_t i = terms.size(); i-- > 0;) {
    Node node = answers[i];
    for (std::size_t j = terms[i].tests.size(); j-- > 0;) {
      const WordTest& test = terms[i].tests[j];
      const Word word = word_of(test.argument, test.half, little_endian);
      if (test.masked()) {
        node = masked_test(graph, word, test.mask, test.first, node, rest);
      } else if (test.first == test.last) {
        node = test.negated ? graph.test(word, Comparison::equal, test.first, rest, node)
                            : graph.test(word, Comparison::equal, test.first, node, rest);
      } else {
        if (test.last != ones) node = graph.test(word, Comparison::at_least, test.last + 1, rest, node);
        node = graph.test(word, Comparison::at_least, test.first, node, rest);
      }
    }
    rest = node;
  }
  return rest;
}

// A decision diagram: one word after the other, each value of it leads to the terms that are still possible.
class Diagram {
 public:
  Diagram(Graph& graph, const std::vector<Term>& terms, const std::vector<Node>& answers, Node otherwise,
          Order order, bool little_endian)
      : graph_(graph), answers_(answers), otherwise_(otherwise), order_(order), little_(little_endian) {
    tests_.resize(terms.size());
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (const WordTest& test : terms[i].tests) tests_[i][order.place(test)] = test;
  }

  // Nothing if it takes too much work.
  std::optional<Node> build() {
    std::vector<std::uint32_t> all(tests_.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    const Node root = at(0, std::move(all));
    if (work_ > most_work) return std::nullopt;
    return root;
  }

 private:
  // About a millisecond.
  static constexpr std::size_t most_work = 100000;

  struct Possible {
    std::uint32_t term = 0;
    bool open = false;  // its test of the present word is not decided
  };

  [[nodiscard]] bool complete(std::uint32_t term, std::size_t place) const {
    for (; place < words; ++place)
      if (tests_[term][place]) return false;
    return true;
  }

  // The terms that are possible, once all words before `place` are known.
  Node at(std::size_t place, std::vector<std::uint32_t> terms) {
    work_ += terms.size() + 1;
    if (work_ > most_work) return otherwise_;
    const auto decided =
        std::ranges::find_if(terms, [&](std::uint32_t term) { return complete(term, place); });
    if (decided != terms.end()) terms.erase(decided + 1, terms.end());
    if (terms.empty()) return otherwise_;
    if (complete(terms.front(), place)) return answers_[terms.front()];
    const auto tested = [&](std::uint32_t term) { return tests_[term][place].has_value(); };
    while (std::ranges::none_of(terms, tested)) ++place;

    const auto key = std::pair(place, terms);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    const Node node = by_value(place, terms);
    known_.emplace(key, node);
    return node;
  }

  // Cuts the values of a word where tests without a mask change.
  Node by_value(std::size_t place, const std::vector<std::uint32_t>& terms) {
    std::vector<std::uint32_t> borders{0};
    for (const std::uint32_t term : terms) {
      const std::optional<WordTest>& test = tests_[term][place];
      if (!test || test->masked()) continue;
      borders.push_back(test->first);
      if (test->last != ones) borders.push_back(test->last + 1);
    }
    std::ranges::sort(borders);
    borders.erase(std::unique(borders.begin(), borders.end()), borders.end());

    const auto [argument, half] = order_.at(place);
    const Word word = word_of(argument, half, little_);
    Segments segments;
    for (std::size_t i = 0; i < borders.size() && work_ <= most_work; ++i) {
      work_ += terms.size();
      const std::uint32_t first = borders[i];
      const std::uint32_t last = i + 1 < borders.size() ? borders[i + 1] - 1 : ones;
      std::vector<Possible> possible;
      for (const std::uint32_t term : terms) {
        const std::optional<WordTest>& test = tests_[term][place];
        const bool open = test && test->masked() && first != last;
        if (!test || open || test->holds(first)) possible.push_back({term, open});
      }
      segments.add(first, by_mask(place, word, possible), 1);
    }
    return value_set_tree(graph_, word, segments);
  }

  // Tests with a mask, one after the other; each outcome decides those that follow from it.
  Node by_mask(std::size_t place, Word word, const std::vector<Possible>& possible) {
    work_ += possible.size() + 1;
    if (work_ > most_work) return otherwise_;
    // What comes after a term that certainly holds does not matter.
    const auto certain = std::ranges::find_if(
        possible, [&](const Possible& each) { return !each.open && complete(each.term, place + 1); });
    const auto next = std::find_if(possible.begin(), certain, [](const Possible& each) { return each.open; });
    if (next == certain) {
      std::vector<std::uint32_t> terms;
      for (auto each = possible.begin(); each != certain; ++each) terms.push_back(each->term);
      if (certain != possible.end()) terms.push_back(certain->term);
      return at(place + 1, std::move(terms));
    }
    const WordTest& test = *tests_[next->term][place];
    std::vector<Possible> yes;
    std::vector<Possible> no;
    const auto end = certain == possible.end() ? certain : certain + 1;
    for (auto each = possible.begin(); each != end; ++each) {
      if (!each->open) {
        yes.push_back(*each);
        no.push_back(*each);
        continue;
      }
      const WordTest& other = *tests_[each->term][place];
      const bool contradicts = ((test.first ^ other.first) & test.mask & other.mask) != 0;
      const bool follows = (other.mask & ~test.mask) == 0;
      if (!contradicts) yes.push_back({each->term, !follows});
      const bool needs = !contradicts && (test.mask & ~other.mask) == 0;
      // Of one bit there are two values.
      const bool remains = contradicts && test.mask == other.mask && std::has_single_bit(test.mask);
      if (!needs) no.push_back({each->term, !remains});
    }
    const Node if_yes = by_mask(place, word, yes);
    const Node if_no = by_mask(place, word, no);
    return masked_test(graph_, word, test.mask, test.first, if_yes, if_no);
  }

  Graph& graph_;
  const std::vector<Node>& answers_;
  Node otherwise_;
  Order order_;
  bool little_;
  std::vector<std::array<std::optional<WordTest>, words>> tests_;  // of each term, by place
  std::map<std::pair<std::size_t, std::vector<std::uint32_t>>, Node> known_;
  std::size_t work_ = 0;
};

// Then they are one test in front of everything else, and no other order has fewer.
bool high_words_are_tested_alike(const std::vector<Term>& terms) {
  const auto high_tests = [](const Term& term) {
    std::vector<WordTest> tests;
    std::ranges::copy_if(term.tests, std::back_inserter(tests),
                         [](const WordTest& test) { return test.half == Half::high; });
    return tests;
  };
  const std::vector<WordTest> first = high_tests(terms.front());
  return std::all_of(terms.begin() + 1, terms.end(),
                     [&](const Term& term) { return high_tests(term) == first; });
}

// How much of all values a test lets through, 0 to 1.
double share_of(const WordTest& test) {
  if (test.masked()) return std::ldexp(1.0, -std::popcount(test.mask));
  const double in_range = std::ldexp(static_cast<double>(test.last - test.first) + 1, -32);
  return test.negated ? 1 - in_range : in_range;
}

// Whether there may be no call for which none of the terms holds.
bool may_cover_all(const std::vector<Term>& terms) {
  double sum = 0;
  for (const Term& term : terms) {
    double share = 1;
    for (const WordTest& test : term.tests) share *= share_of(test);
    sum += share;
  }
  constexpr double rounding = 1e-6;
  return sum >= 1 - rounding;
}

}  // namespace

Node call_graph(Graph& graph, const policy::Call& call, ArgumentLayout layout, const Leaf& leaf) {
  const Node otherwise = leaf(call.decision);
  if (call.cases.empty()) return otherwise;
  const std::vector<Term> terms = terms_of(call, layout.narrow);
  std::vector<Node> answers;
  answers.reserve(terms.size());
  for (const Term& term : terms) answers.push_back(leaf(term.decision));

  Node best = chain(graph, terms, answers, otherwise, layout.little_endian);
  if (terms.size() <= 1) return best;
  std::size_t size = graph.reachable(best);
  const bool alike = high_words_are_tested_alike(terms);
  for (const Half first : {Half::low, Half::high}) {
    const bool useless = layout.narrow ? first == Half::high : alike && first == Half::low;
    if (useless) continue;
    Diagram diagram(graph, terms, answers, otherwise, {first}, layout.little_endian);
    const std::optional<Node> node = diagram.build();
    if (!node) continue;
    const std::size_t other = graph.reachable(*node);
    if (other > size) continue;
    best = *node;
    size = other;
  }
  if (!may_cover_all(terms)) return best;
  // What always comes to the same the kernel can answer from its bitmap, if there is no test.
  answers.push_back(otherwise);
  return only_outcome(graph, best, answers).value_or(best);
}

}  // namespace scrim::filter
