// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/filter/program.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// Compiles a table: the same program for the same table, on every machine. Throws Error naming the table if
// the program has more than 4096 instructions, with their number, or if its architectures differ in byte
// order. Debug builds verify what they compile (verify.h).
[[nodiscard]] Program compile(const policy::Table& table);

}  // namespace scrim::filter
