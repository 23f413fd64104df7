// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libprofile/filter/program.h"

// Times of one thing, each in a process that has done nothing else. Comparisons are made of many of them,
// taken in turns.
namespace scrim::bench {

// The caller stays on one processor from now on, and so do its children.
void stay_on_one_processor();

[[nodiscard]] double nanoseconds(const std::function<void()>& work);

// How long seccomp(2) takes to install a program, in ns.
[[nodiscard]] double installation(const filter::Program& program);

// How long a call of `number` with that first argument takes under a program (none if it is empty), in ns:
// the shortest mean of some thousand in a row.
[[nodiscard]] double call_under(const filter::Program& program, long number, unsigned long argument);

// How long a command runs, in ms, with its output going nowhere. Throws Error if it fails.
[[nodiscard]] double run(const std::vector<std::string>& command);

// Waits for what a container that has ended leaves to the kernel to do, network namespaces above all: it
// would be counted for the next one.
void settle();

}  // namespace scrim::bench
