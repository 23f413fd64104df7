// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/graph.h"

namespace scrim::filter {

using Kind = Graph::Content::Kind;

namespace {

std::uint64_t hash(const Graph::Content& content) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
  constexpr unsigned upper = 29;
  std::uint64_t value = (std::uint64_t{static_cast<std::uint8_t>(content.kind)} << 16) |
                        (std::uint64_t{static_cast<std::uint8_t>(content.comparison)} << 8) | content.word;
  for (const std::uint32_t part : {content.mask, content.k, content.yes, content.no}) {
    value = (value ^ part) * odd;
    value ^= value >> upper;
  }
  return value;
}

constexpr std::size_t first_slots = 1024;

}  // namespace

Graph::Graph() : slots_(first_slots) {
  nodes_.reserve(first_slots / 2);
}

Graph::Node Graph::answer(std::uint32_t value) {
  return shared({Kind::answer, Comparison::equal, 0, 0, value, 0, 0});
}

Graph::Node Graph::test(Word word, Comparison comparison, std::uint32_t k, Node yes, Node no,
                        std::uint32_t mask) {
  if (comparison == Comparison::any_bit) {
    k &= mask;
    mask = 0xffffffff;
  }
  if (yes == no) return yes;
  if (comparison == Comparison::any_bit && k == 0) return no;
  if (comparison == Comparison::at_least && k == 0) return yes;
  if (comparison == Comparison::equal && (k & ~mask) != 0) return no;
  return shared({Kind::test, comparison, word, mask, k, yes, no});
}

Graph::Node Graph::shared(const Content& content) {
  std::size_t slot = hash(content) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
    if (nodes_[slots_[slot] - 1] == content) return slots_[slot] - 1;
  nodes_.push_back(content);
  const auto node = static_cast<Node>(nodes_.size() - 1);
  slots_[slot] = node + 1;
  if (nodes_.size() * 2 > slots_.size()) grow();
  return node;
}

void Graph::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (Node node = 0; node < nodes_.size(); ++node) {
    std::size_t slot = hash(nodes_[node]) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = node + 1;
  }
}

std::size_t Graph::reachable(Node root) const {
  Reach reach(*this);
  reach.add(root);
  return reach.size();
}

void Reach::add(Graph::Node root) {
  reached_.resize(graph_.size());
  next_.push_back(root);
  while (!next_.empty()) {
    const Graph::Node node = next_.back();
    next_.pop_back();
    if (reached_[node]) continue;
    reached_[node] = true;
    ++size_;
    if (graph_[node].kind == Kind::answer) continue;
    next_.push_back(graph_[node].yes);
    next_.push_back(graph_[node].no);
  }
}

}  // namespace scrim::filter
