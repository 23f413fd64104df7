// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace scrim::os {

// Lets a new process, that sets `begun` in memory shared with it, run beside this thread: if it does not
// begin within some 40 µs, this thread moves to another of its processors. Its affinity (sched(7)) is the
// same afterwards.
//
// The kernel may leave a new process on its creator's processor, where it waits until that one sleeps, though
// another processor is idle: a virtual one that has halted counts as taken (available_idle_cpu() in the
// kernel's kernel/sched, vcpu_is_preempted()).
void run_beside(const std::atomic<bool>& begun) noexcept;

}  // namespace scrim::os
