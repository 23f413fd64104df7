// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace scrim::os {

// Lets a new process, that sets `begun` in memory shared with it, run beside this thread: if it does not
// begin within some 40 µs, this thread moves to another of its processors. It may run
// where it could before afterwards (sched(7)); but as with any sched_setaffinity(2) it, and what it forks,
// does not follow a cpuset that grows.
//
// The kernel may leave a new process on its creator's processor, where it waits until that one sleeps, though
// another processor is idle: on a virtual machine with two processors and Linux 6.18 it did so in five starts
// of six. (A virtual processor that has halted counts as taken: vcpu_is_preempted().)
void run_beside(const std::atomic<bool>& begun) noexcept;

}  // namespace scrim::os
