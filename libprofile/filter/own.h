// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "libprofile/filter/frequencies.h"
#include "libprofile/filter/program.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// Compiles a table: the same program for the same table, on every machine. Throws Error naming the table if
// the program has more than 4096 instructions, with their number, or if its architectures differ in byte
// order. Debug builds verify what they compile (verify.h).
//
// With `frequencies` the calls for which the program runs, denied and argument-checked ones, are found the
// sooner the more often they were recorded, instead of all alike. (Unconditional allows come from the
// kernel's bitmap, however often they are made.) Takes longer: milliseconds.
[[nodiscard]] Program compile(const policy::Table& table, const Frequencies* frequencies = nullptr);

// One program for several tables: for each call the most restrictive of their answers (fuse.h, answer()). The
// first one names it.
[[nodiscard]] Program compile(std::span<const policy::Table> tables,
                              const Frequencies* frequencies = nullptr);

}  // namespace scrim::filter
