// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libprofile/filter/call_words.h"

// A decision graph: tests of single 32-bit words of struct seccomp_data, and answers. Equal parts exist once.
namespace scrim::filter {

enum class Comparison : std::uint8_t { equal, at_least, any_bit };

class Graph {
 public:
  using Node = std::uint32_t;

  struct Content {
    enum class Kind : std::uint8_t { answer, test } kind = Kind::answer;
    Comparison comparison = Comparison::equal;
    Word word = 0;
    std::uint32_t mask = 0;  // the word is cut to it before it is compared
    std::uint32_t k = 0;     // what it is compared with; the answer
    Node yes = 0;
    Node no = 0;
    friend bool operator==(const Content&, const Content&) = default;
  };

  Graph();

  [[nodiscard]] Node answer(std::uint32_t value);
  // The answer to a test whose outcomes are the same is that outcome; one that always has the same outcome
  // is that outcome.
  [[nodiscard]] Node test(Word word, Comparison comparison, std::uint32_t k, Node yes, Node no,
                          std::uint32_t mask = 0xffffffff);

  [[nodiscard]] const Content& operator[](Node node) const { return nodes_[node]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }  // every node ever made
  // The number of nodes that can be reached from `root`, itself included.
  [[nodiscard]] std::size_t reachable(Node root) const;

 private:
  Node shared(const Content& content);
  void grow();

  std::vector<Content> nodes_;
  std::vector<Node> slots_;  // hash table: node + 1, 0 for an empty slot
};

// The nodes that can be reached from any of several roots.
class Reach {
 public:
  explicit Reach(const Graph& graph) : graph_(graph) {}

  void add(Graph::Node root);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  const Graph& graph_;
  std::vector<bool> reached_;
  std::vector<Graph::Node> next_;
  std::size_t size_ = 0;
};

}  // namespace scrim::filter
