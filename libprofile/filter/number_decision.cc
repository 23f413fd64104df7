// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/number_decision.h"

#include <algorithm>

#include "libprofile/filter/fuse.h"

namespace scrim::filter {

using Node = Graph::Node;

static bool equal(const policy::Call& one, const policy::Call& other) {
  const auto same_condition = [](const document::Condition& a, const document::Condition& b) {
    return a.index == b.index && a.op == b.op && a.value == b.value && a.value_two == b.value_two;
  };
  const auto same_case = [&](const policy::Case& a, const policy::Case& b) {
    return a.decision == b.decision && std::ranges::equal(a.conditions, b.conditions, same_condition);
  };
  return one.decision == other.decision && std::ranges::equal(one.cases, other.cases, same_case);
}

void NumberDecision::add(const policy::Call& call) {
  // What another table says already, as when the floor is the default that everybody gets, adds nothing.
  const auto same = [&](const Part& part) { return part.call != nullptr && equal(*part.call, call); };
  if (std::ranges::none_of(parts_, same)) parts_.push_back({&call, 0});
}

Node NumberDecision::node(ArgumentLayout layout) {
  layout_ = layout;
  answers_.resize(parts_.size());
  if (std::ranges::all_of(parts_, [](const Part& part) { return part.call == nullptr; })) return from(0);
  // The same call on i386 and x32 has the same graph.
  const auto same_part = [](const Part& a, const Part& b) {
    if (a.call == nullptr || b.call == nullptr) return a.call == b.call && a.constant == b.constant;
    return equal(*a.call, *b.call);
  };
  const auto known = std::ranges::find_if(made_, [&](const Made& other) {
    return other.layout == layout && std::ranges::equal(other.parts, parts_, same_part);
  });
  if (known != made_.end()) return known->node;
  const Node node = from(0);
  // A profile of thousands of different ones would be searched for long.
  constexpr std::size_t most = 64;
  if (made_.size() < most) made_.push_back({layout, parts_, node});
  return node;
}

// From the i-th part on, where answers_ has what those before say.
Node NumberDecision::from(std::size_t i) {
  for (; i < parts_.size() && parts_[i].call == nullptr; ++i) answers_[i] = parts_[i].constant;
  if (i == parts_.size()) return answer(most_restrictive(answers_));
  std::vector<std::pair<std::uint32_t, Node>> known;  // most cases decide as one before
  return call_graph(graph_, *parts_[i].call, layout_, [&](const policy::Decision& decision) {
    const std::uint32_t said = answer_of(decision);
    const auto same = std::ranges::find(known, said, &std::pair<std::uint32_t, Node>::first);
    if (same != known.end()) return same->second;
    answers_[i] = said;
    const Node node = from(i + 1);
    known.emplace_back(said, node);
    return node;
  });
}

}  // namespace scrim::filter
