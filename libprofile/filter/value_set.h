// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/filter/search_tree.h"

namespace scrim::filter {

// A search tree for a word of an argument. Single values that differ from each other only in some bits, in
// every combination of them, are tested at once: word in {0, 8, 0x20000, 0x20008} is one JSET.
[[nodiscard]] Graph::Node value_set_tree(Graph& graph, Word word, const Segments& segments);

}  // namespace scrim::filter
