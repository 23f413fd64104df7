// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/search_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace scrim::filter {

using Node = Graph::Node;

void Segments::add(std::uint32_t first, Node target, std::uint64_t weight) {
  if (!segments_.empty() && segments_.back().target == target)
    segments_.back().weight += weight;
  else
    segments_.push_back({first, target, weight});
}

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

// An optimal binary search tree by dynamic programming over intervals of segments, with two kinds of nodes:
// a split (word >= first of a segment), and a list: values picked out one by one (word == value) from among
// others that all have one target.
class SearchTree {
 public:
  SearchTree(Graph& graph, Word word, const std::vector<Segment>& segments, std::uint64_t test_cost)
      : graph_(graph), word_(word), segments_(segments), test_cost_(test_cost), size_(segments.size()) {}

  Node build() {
    sums_.assign(size_ + 1, 0);
    for (std::size_t i = 0; i < size_; ++i) sums_[i + 1] = sums_[i] + segments_[i].weight;
    // Beyond that the tables take too long: halves of equal weight are nearly as good.
    constexpr std::size_t optimal = 400;
    if (size_ <= optimal) plan();
    return node(0, size_ - 1);
  }

 private:
  static constexpr std::size_t longest_list = 4;
  struct List {
    std::array<std::size_t, longest_list> picked{};  // by descending weight
    std::size_t count = 0;
    Node rest = 0;
    std::uint64_t cost = never;
  };
  struct Cell {
    std::uint64_t cost = never;
    std::uint32_t split = 0;  // the first segment of the right half; 0: a list
  };

  [[nodiscard]] bool single(std::size_t i) const {
    return i + 1 < size_ ? segments_[i + 1].first - segments_[i].first == 1
                         : segments_[i].first == 0xffffffff;
  }
  [[nodiscard]] std::uint64_t weight(std::size_t from, std::size_t to) const {
    return sums_[to + 1] - sums_[from];
  }
  Cell& cell(std::size_t from, std::size_t to) { return cells_[from * size_ + to]; }

  // Segments from…to with `rest` as the target of what is not picked.
  [[nodiscard]] List list_with(std::size_t from, std::size_t to, Node rest) const {
    List list;
    list.rest = rest;
    for (std::size_t i = from; i <= to; ++i) {
      if (segments_[i].target == rest) continue;
      if (!single(i) || list.count == longest_list) return list;
      list.picked[list.count++] = i;
    }
    const auto end = list.picked.begin() + static_cast<std::ptrdiff_t>(list.count);
    std::stable_sort(list.picked.begin(), end, [this](std::size_t a, std::size_t b) {
      return segments_[a].weight > segments_[b].weight;
    });
    std::uint64_t left = weight(from, to);
    list.cost = test_cost_ * list.count;
    for (std::size_t i = 0; i < list.count; ++i) {
      list.cost += left;
      left -= segments_[list.picked[i]].weight;
    }
    return list;
  }

  // Neighbours differ, so that one of the first two is picked.
  [[nodiscard]] List best_list(std::size_t from, std::size_t to) const {
    if (to - from > 2 * longest_list) return {};
    List best = list_with(from, to, segments_[from].target);
    if (to > from) {
      const List other = list_with(from, to, segments_[from + 1].target);
      if (other.cost < best.cost) best = other;
    }
    return best;
  }

  void plan() {
    cells_.assign(size_ * size_, {});
    for (std::size_t length = 0; length < size_; ++length)
      for (std::size_t from = 0; from + length < size_; ++from) plan(from, from + length);
  }

  // Knuth's observation (Optimum binary search trees, 1971): the best split of from…to lies between those of
  // from…to-1 and from+1…to. Lists bend it a little; what is lost is the optimum, never the meaning.
  void plan(std::size_t from, std::size_t to) {
    Cell& here = cell(from, to);
    here.cost = best_list(from, to).cost;
    if (from == to) return;
    std::size_t low = from + 1;
    std::size_t high = to;
    if (to - from > 2 * longest_list) {
      const std::size_t left = cell(from, to - 1).split;
      const std::size_t right = cell(from + 1, to).split;
      if (left != 0 && right != 0 && left <= right) {
        low = std::max(low, left);
        high = right;
      }
    }
    const std::uint64_t own = weight(from, to) + test_cost_;
    for (std::size_t split = low; split <= high; ++split) {
      const std::uint64_t cost = own + cell(from, split - 1).cost + cell(split, to).cost;
      if (cost >= here.cost) continue;
      here = {cost, static_cast<std::uint32_t>(split)};
    }
  }

  Node node(std::size_t from, std::size_t to) {
    std::size_t split = 0;
    if (cells_.empty())
      split = best_list(from, to).cost == never ? halves(from, to) : 0;
    else
      split = cell(from, to).split;
    if (split == 0) return listed(best_list(from, to));
    const Node right = node(split, to);
    const Node left = node(from, split - 1);
    return graph_.test(word_, Comparison::at_least, segments_[split].first, right, left);
  }

  [[nodiscard]] std::size_t halves(std::size_t from, std::size_t to) const {
    const std::uint64_t middle = sums_[from] + weight(from, to) / 2;
    const auto found = std::ranges::upper_bound(sums_, middle);
    const auto split = static_cast<std::size_t>(found - sums_.begin());
    // At least a quarter on each side: the tree is not deep, whatever the weights.
    const std::size_t margin = (to - from + 1) / 4;
    return std::clamp(split, from + std::max<std::size_t>(margin, 1), to - margin);
  }

  Node listed(const List& list) {
    Node all = list.rest;
    for (std::size_t i = list.count; i-- > 0;) {
      const Segment& segment = segments_[list.picked[i]];
      all = graph_.test(word_, Comparison::equal, segment.first, segment.target, all);
    }
    return all;
  }

  Graph& graph_;
  Word word_;
  const std::vector<Segment>& segments_;
  std::uint64_t test_cost_;
  std::size_t size_;
  std::vector<std::uint64_t> sums_;  // of the weights of the segments before
  std::vector<Cell> cells_;          // [from * size + to]; empty: split in halves
};

}  // namespace

Node search_tree(Graph& graph, Word word, const Segments& segments, std::uint64_t test_cost) {
  return SearchTree(graph, word, segments.all(), test_cost).build();
}

}  // namespace scrim::filter
