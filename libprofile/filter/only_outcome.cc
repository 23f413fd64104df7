// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/only_outcome.h"

#include <algorithm>
#include <vector>

#include "libprofile/filter/word_tests.h"

namespace scrim::filter {

using Node = Graph::Node;

namespace {

WordFact fact(const Graph::Content& test, bool holds) {
  switch (test.comparison) {
    case Comparison::equal:
      return {test.word, {Atom::Kind::equal, test.mask, test.k}, holds};
    case Comparison::at_least:  // never with 0, which always holds
      return {test.word, {Atom::Kind::above, test.mask, test.k - 1}, holds};
    case Comparison::any_bit:
      break;
  }
  return {test.word, {Atom::Kind::any_bit, test.mask, test.k}, holds};
}

class Paths {
 public:
  Paths(const Graph& graph, std::span<const Node> outcomes) : graph_(graph), outcomes_(outcomes) {}

  std::optional<Node> only(Node root) { return follow(root) ? found_ : std::nullopt; }

 private:
  // False as soon as there is a second outcome, or the work too much.
  bool follow(Node node) {
    if (std::ranges::find(outcomes_, node) != outcomes_.end()) {
      if (!found_) found_ = node;
      return found_ == node;
    }
    const Graph::Content& test = graph_[node];
    return follow(test, true) && follow(test, false);
  }

  bool follow(const Graph::Content& test, bool holds) {
    constexpr unsigned most_work = 512;
    if (++work_ > most_work) return false;
    facts_.push_back(fact(test, holds));
    const bool only = !possible(facts_) || follow(holds ? test.yes : test.no);
    facts_.pop_back();
    return only;
  }

  const Graph& graph_;
  std::span<const Node> outcomes_;
  std::vector<WordFact> facts_;
  std::optional<Node> found_;
  unsigned work_ = 0;
};

}  // namespace

std::optional<Node> only_outcome(const Graph& graph, Node root, std::span<const Node> outcomes) {
  return Paths(graph, outcomes).only(root);
}

}  // namespace scrim::filter
