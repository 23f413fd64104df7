// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/bundle/spec.h"

// Where and when the program runs, which execve(2) leaves as it is. All for the calling thread.
namespace scrim::init {

// process.scheduler and process.ioPriority; nothing for what is not there. The last thing that a privileged
// thread does: SCHED_DEADLINE may not start others (sched(7)), and nothing else gets the processor under
// SCHED_FIFO.
void set_priorities(const bundle::Process& process);

// linux.memoryPolicy.
void set_memory_policy(const bundle::MemoryPolicy& policy);

}  // namespace scrim::init
