// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/search_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace scrim::filter {

using Node = Graph::Node;

void Segments::add(std::uint32_t first, Node target, std::uint32_t weight) {
  if (!segments_.empty() && segments_.back().target == target)
    segments_.back().weight += weight;
  else
    segments_.push_back({first, target, weight});
}

namespace {

constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

// An optimal binary search tree by dynamic programming over intervals of segments, with two kinds of nodes:
// a split (word >= first of a segment), and a list: values picked out one by one (word == value) from among
// others that all have one target.
class SearchTree {
 public:
  SearchTree(Graph& graph, Word word, const std::vector<Segment>& segments, std::uint32_t test_cost)
      : graph_(graph), word_(word), segments_(segments), test_cost_(test_cost), size_(segments.size()) {}

  Node build(Shape shape) {
    sums_.assign(size_ + 1, 0);
    for (std::size_t i = 0; i < size_; ++i) sums_[i + 1] = sums_[i] + segments_[i].weight;
    at_once_ = shape == Shape::best ? 480 : 24;
    return shape == Shape::quick ? node(0, size_ - 1) : divided(0, size_ - 1);
  }

 private:
  static constexpr std::size_t longest_list = 4;
  struct List {
    std::array<std::size_t, longest_list> picked{};  // by descending weight
    std::size_t count = 0;
    Node rest = 0;
    std::uint32_t cost = never;
  };

  [[nodiscard]] bool single(std::size_t i) const {
    return i + 1 < size_ ? segments_[i + 1].first - segments_[i].first == 1
                         : segments_[i].first == 0xffffffff;
  }
  [[nodiscard]] std::uint32_t weight(std::size_t from, std::size_t to) const {
    return sums_[to + 1] - sums_[from];
  }
  // The first segment of the right half; 0: a list.
  std::uint16_t& split(std::size_t from, std::size_t to) {
    return splits_[(from - begin_) * stride_ + to - begin_];
  }

  // A list with `rest` as the target of what is not picked, that segments are added to from the left.
  class GrowingList {
   public:
    GrowingList(const SearchTree& tree, Node rest) : tree_(tree) { list_.rest = rest; }
    // False if it cannot be one with this segment.
    bool add(std::size_t i) {
      const Segment& segment = tree_.segments_[i];
      if (segment.target == list_.rest) {
        rest_weight_ += segment.weight;
        return true;
      }
      if (!tree_.single(i) || list_.count == longest_list) return false;
      std::size_t place = list_.count++;
      for (; place > 0 && tree_.segments_[list_.picked[place - 1]].weight < segment.weight; --place)
        list_.picked[place] = list_.picked[place - 1];
      list_.picked[place] = i;
      return true;
    }
    [[nodiscard]] std::uint32_t cost() const {
      const auto count = static_cast<std::uint32_t>(list_.count);
      std::uint32_t cost = (tree_.test_cost_ + rest_weight_) * count;
      for (std::uint32_t i = 0; i < count; ++i) cost += (i + 1) * tree_.segments_[list_.picked[i]].weight;
      return cost;
    }
    [[nodiscard]] const List& list() const { return list_; }

   private:
    const SearchTree& tree_;
    List list_;
    std::uint32_t rest_weight_ = 0;
  };

  // Neighbours differ, so that one of the first two is picked.
  [[nodiscard]] List best_list(std::size_t from, std::size_t to) const {
    List best;
    if (to - from > 2 * longest_list) return best;
    for (std::size_t rest = from; rest <= std::min(from + 1, to); ++rest) {
      GrowingList growing(*this, segments_[rest].target);
      std::size_t i = from;
      while (i <= to && growing.add(i)) ++i;
      if (i <= to || growing.cost() >= best.cost) continue;
      best = growing.list();
      best.cost = growing.cost();
    }
    return best;
  }

  // What best_list() costs, for every interval.
  void plan_lists(std::size_t end) {
    for (std::size_t from = begin_; from <= end; ++from)
      for (std::size_t rest = from; rest <= std::min(from + 1, end); ++rest) {
        GrowingList growing(*this, segments_[rest].target);
        for (std::size_t to = from; to <= end && growing.add(to); ++to) {
          if (to < rest) continue;
          std::uint32_t& cost = by_begin_[(from - begin_) * stride_ + to - begin_];
          cost = std::min(cost, growing.cost());
        }
      }
  }

  void plan_all(std::size_t begin, std::size_t end) {
    begin_ = begin;
    stride_ = end - begin + 1;
    by_begin_.assign(stride_ * stride_, never);
    by_end_.resize(stride_ * stride_);
    splits_.assign(stride_ * stride_, 0);
    plan_lists(end);
    for (std::size_t length = 0; length < stride_; ++length)
      for (std::size_t from = begin; from + length <= end; ++from) plan(from, from + length);
  }

  // Knuth's observation (Optimum binary search trees, 1971): the best split of from…to lies between those of
  // from…to-1 and from+1…to. Lists bend it a little; what is lost is the optimum, never the meaning.
  void plan(std::size_t from, std::size_t to) {
    std::uint32_t cost = by_begin_[(from - begin_) * stride_ + to - begin_];
    std::size_t best = 0;
    std::size_t low = from + 1;
    std::size_t high = to;
    if (to - from > 2 * longest_list) {
      const std::size_t left = split(from, to - 1);
      const std::size_t right = split(from + 1, to);
      if (left != 0 && right != 0 && left <= right) {
        low = std::max(low, left);
        high = right;
      }
    }
    const std::uint32_t own = weight(from, to) + test_cost_;
    const std::uint32_t* const lefts = &by_begin_[(from - begin_) * stride_];
    const std::uint32_t* const rights = &by_end_[(to - begin_) * stride_];
    for (std::size_t at = low; at <= high; ++at) {
      const std::uint32_t with = own + lefts[at - 1 - begin_] + rights[at - begin_];
      if (with >= cost) continue;
      cost = with;
      best = at;
    }
    by_begin_[(from - begin_) * stride_ + to - begin_] = cost;
    by_end_[(to - begin_) * stride_ + from - begin_] = cost;
    split(from, to) = static_cast<std::uint16_t>(best);
  }

  // Time grows with the square of the number of segments: many are halved first, which is nearly as good.
  Node divided(std::size_t from, std::size_t to) {
    if (to - from < at_once_) {
      plan_all(from, to);
      return node(from, to);
    }
    const std::size_t middle = halves(from, to);
    const Node right = divided(middle, to);
    const Node left = divided(from, middle - 1);
    return graph_.test(word_, Comparison::at_least, segments_[middle].first, right, left);
  }

  Node node(std::size_t from, std::size_t to) {
    std::size_t middle = 0;
    if (splits_.empty())
      middle = best_list(from, to).cost == never ? halves(from, to) : 0;
    else
      middle = split(from, to);
    if (middle == 0) return listed(best_list(from, to));
    const Node right = node(middle, to);
    const Node left = node(from, middle - 1);
    return graph_.test(word_, Comparison::at_least, segments_[middle].first, right, left);
  }

  [[nodiscard]] std::size_t halves(std::size_t from, std::size_t to) const {
    const std::uint32_t middle = sums_[from] + weight(from, to) / 2;
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
  std::uint32_t test_cost_;
  std::size_t size_;
  std::size_t at_once_ = 0;          // segments that are planned together
  std::vector<std::uint32_t> sums_;  // of the weights of the segments before
  // The segments that are planned, from begin_ on. Costs of from…to lie twice: each is read in the order in
  // which it lies. Empty: split in halves.
  std::size_t begin_ = 0;
  std::size_t stride_ = 0;
  std::vector<std::uint32_t> by_begin_;  // [from * stride + to]
  std::vector<std::uint32_t> by_end_;    // [to * stride + from]
  std::vector<std::uint16_t> splits_;    // [from * stride + to]
};

}  // namespace

Node search_tree(Graph& graph, Word word, const Segments& segments, std::uint32_t test_cost, Shape shape) {
  return SearchTree(graph, word, segments.all(), test_cost).build(shape);
}

}  // namespace scrim::filter
