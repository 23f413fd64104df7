// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "libprofile/filter/graph.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// How arguments lie in struct seccomp_data.
struct ArgumentLayout {
  bool narrow = false;        // policy::Abi::narrow
  bool little_endian = true;  // the low word comes first
  friend bool operator==(const ArgumentLayout&, const ArgumentLayout&) = default;
};

// What follows a decision: its answer, or more to be decided.
using Leaf = std::function<Graph::Node(const policy::Decision&)>;

// The decision of one call over its arguments. Time is bounded for every input: where looking for the best
// order of tests would take long, the rules are tested one after the other. Throws Error (terms.h).
[[nodiscard]] Graph::Node call_graph(Graph& graph, const policy::Call& call, ArgumentLayout layout,
                                     const Leaf& leaf);

}  // namespace scrim::filter
