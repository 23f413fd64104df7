// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/number_decision.h"

#include <algorithm>
#include <array>

#include "libprofile/error.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/text.h"

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

// `before` is of filters that would have been installed later.
static std::uint32_t together(std::optional<std::uint32_t> before, std::uint32_t said) {
  return before ? most_restrictive(std::array{*before, said}) : said;
}

void NumberDecision::add(const policy::Call& call) {
  // What another table says already, as when the floor is the default that everybody gets, adds nothing.
  const auto same = [&](const Part& part) { return part.call != nullptr && equal(*part.call, call); };
  if (std::ranges::none_of(parts_, same)) parts_.push_back({&call, 0});
}

Node NumberDecision::node(ArgumentLayout layout) {
  layout_ = layout;
  known_.clear();
  if (std::ranges::all_of(parts_, [](const Part& part) { return part.call == nullptr; }))
    return from(0, std::nullopt);
  // The same call on i386 and x32 has the same graph.
  const auto same_part = [](const Part& a, const Part& b) {
    if (a.call == nullptr || b.call == nullptr) return a.call == b.call && a.constant == b.constant;
    return equal(*a.call, *b.call);
  };
  const auto known = std::ranges::find_if(made_, [&](const Made& other) {
    return other.layout == layout && std::ranges::equal(other.parts, parts_, same_part);
  });
  if (known != made_.end()) return known->node;
  const Node node = from(0, std::nullopt);
  // A profile of thousands of different ones would be searched for long.
  constexpr std::size_t most = 64;
  if (made_.size() < most) made_.push_back({layout, parts_, node});
  return node;
}

// All that counts of what other parts say is the most restrictive of it: each part is gone through once for
// each such answer, not for each combination.
Node NumberDecision::from(std::size_t i, std::optional<std::uint32_t> before) {
  for (; i < parts_.size() && parts_[i].call == nullptr; ++i) before = together(before, parts_[i].constant);
  if (i == parts_.size()) return answer(*before);
  if (!before) return conditional(i, before);
  const auto key = std::pair(i, *before);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  spend(*parts_[i].call);
  const Node node = conditional(i, before);
  known_.emplace(key, node);
  return node;
}

Node NumberDecision::conditional(std::size_t i, std::optional<std::uint32_t> before) {
  std::map<std::uint32_t, Node> known;  // most cases decide as one before
  return call_graph(graph_, *parts_[i].call, layout_, [&](const policy::Decision& decision) {
    const std::uint32_t said = together(before, answer_of(decision));
    const auto same = known.find(said);
    if (same != known.end()) return same->second;
    const Node node = from(i + 1, said);
    known.emplace(said, node);
    return node;
  });
}

// Rules that decide in hundreds of different ways, in several tables: each way of one leads to all rules of
// the next. Some seconds.
void NumberDecision::spend(const policy::Call& call) {
  constexpr std::size_t most_work = 1 << 18;
  work_ += call.cases.size();
  if (work_ > most_work)
    throw Error(concat("the rules for system call number ", call.number,
                       " in several policies have too many different actions to become one filter"));
}

}  // namespace scrim::filter
