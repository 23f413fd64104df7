// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libprofile/filter/graph.h"

namespace scrim::filter {

// All values of a word from `first` to the one before the next segment's.
struct Segment {
  std::uint32_t first = 0;
  Graph::Node target = 0;
  std::uint32_t weight = 0;  // how often it is asked for, relative to the others'; all: below 2^22
};

// Segments for every value of a word: ascending, the first from 0. Equal neighbours are merged.
class Segments {
 public:
  void add(std::uint32_t first, Graph::Node target, std::uint32_t weight);
  [[nodiscard]] const std::vector<Segment>& all() const { return segments_; }

 private:
  std::vector<Segment> segments_;
};

enum class Shape : std::uint8_t {
  optimal,  // quadratic in time; up to some hundred segments, else as quick
  quick,
  best,  // as optimal, for many more segments at once: weights that differ much
};

// Tests that lead from the value of `word` to its target. Few tests for what has much weight; a test (an
// instruction) more is worth it if it saves `test_cost` of weighted steps.
[[nodiscard]] Graph::Node search_tree(Graph& graph, Word word, const Segments& segments,
                                      std::uint32_t test_cost, Shape shape = Shape::optimal);

}  // namespace scrim::filter
