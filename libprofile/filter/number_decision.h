// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/filter/call_graph.h"

namespace scrim::filter {

// What a number's rules in several tables come to: for each call the most restrictive of their answers. Table
// after table; each outcome of one that the following ones can still change leads to them.
class NumberDecision {
 public:
  explicit NumberDecision(Graph& graph) : graph_(graph) {}

  // Begins with the next number.
  void clear() { parts_.clear(); }
  // A table's answer whatever the arguments, or its rules with their conditions. Calls outlive this object.
  void add(std::uint32_t constant) { parts_.push_back({nullptr, constant}); }
  void add(const policy::Call& call);

  // Throws Error (terms.h), also where the rules of several tables together would take too long.
  [[nodiscard]] Graph::Node node(ArgumentLayout layout);
  // Of a single table that has a constant.
  [[nodiscard]] Graph::Node answer(std::uint32_t value) {
    // Most calls are decided as the one before.
    if (!last_ || last_->first != value) last_.emplace(value, graph_.answer(value));
    return last_->second;
  }

 private:
  struct Part {
    const policy::Call* call;  // nullptr: a constant
    std::uint32_t constant;
  };
  struct Made {
    ArgumentLayout layout;
    std::vector<Part> parts;
    Graph::Node node;
  };

  // What the parts from `part` on make of it if those before say `before`.
  Graph::Node from(std::size_t part, std::optional<std::uint32_t> before);
  Graph::Node conditional(std::size_t part, std::optional<std::uint32_t> before);
  void spend(const policy::Call& call);

  Graph& graph_;
  std::optional<std::pair<std::uint32_t, Graph::Node>> last_;
  ArgumentLayout layout_;
  std::vector<Part> parts_;
  std::map<std::pair<std::size_t, std::uint32_t>, Graph::Node> known_;  // of this number: from()
  std::vector<Made> made_;
  std::size_t work_ = 0;
};

}  // namespace scrim::filter
