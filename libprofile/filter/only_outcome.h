// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "libprofile/filter/graph.h"

namespace scrim::filter {

// The one of `outcomes` that every call comes to from `root` on, if there is only one: tests of several masks
// can cover all values of a word without any of them being superfluous by itself. Nothing if there are
// several, or if telling would take long.
[[nodiscard]] std::optional<Graph::Node> only_outcome(const Graph& graph, Graph::Node root,
                                                      std::span<const Graph::Node> outcomes);

}  // namespace scrim::filter
