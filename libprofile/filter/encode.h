// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libprofile/filter/graph.h"
#include "libprofile/filter/program.h"

namespace scrim::filter {

// The graph from `root` on as a program: loads where the accumulator does not hold the word already, jumps
// that reach. Uses LD, AND, JEQ, JGE, JSET, JA and RET with constants only, which is what the kernel's
// analysis for its bitmap of allowed calls understands (kernel/seccomp.c, seccomp_is_const_allow()). Throws
// Error naming `name` with the number of instructions if the kernel does not take so many.
[[nodiscard]] Program encode(const Graph& graph, Graph::Node root, const std::string& name);

}  // namespace scrim::filter
