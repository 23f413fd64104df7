// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/scheduling.h"

#include <linux/ioprio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "libprofile/error.h"

namespace scrim::init {

namespace {

// struct sched_attr of sched_setattr(2) in its first version, which every kernel knows; the header that has
// it, linux/sched/types.h, defines struct sched_param a second time.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

void set_scheduler(const bundle::Scheduler& scheduler) {
  SchedulingAttributes attributes{sizeof attributes,  scheduler.policy,   scheduler.flags,
                                  scheduler.nice,     scheduler.priority, scheduler.runtime,
                                  scheduler.deadline, scheduler.period};
  if (syscall(SYS_sched_setattr, 0, &attributes, 0) == 0) return;
  if (errno == EPERM)
    throw SystemError(EPERM, "set process.scheduler",
                      "needs CAP_SYS_NICE outside of user namespaces; SCHED_DEADLINE also every processor");
  throw_errno("set process.scheduler");
}

}  // namespace

void set_priorities(const bundle::Process& process) {
  if (process.io_priority && syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, *process.io_priority) != 0)
    throw_errno("set process.ioPriority");
  if (process.scheduler) set_scheduler(*process.scheduler);
}

void set_memory_policy(const bundle::MemoryPolicy& policy) {
  const std::size_t bits = policy.nodes.size() * sizeof(unsigned long) * CHAR_BIT;
  // The kernel takes the number of bits for one more than it is (set_mempolicy(2), BUGS).
  if (syscall(SYS_set_mempolicy, policy.mode, bits == 0 ? nullptr : policy.nodes.data(),
              bits == 0 ? 0 : bits + 1) == 0)
    return;
  if (errno == EINVAL)
    throw SystemError(EINVAL, "set linux.memoryPolicy",
                      "are all nodes online and in the container's cpuset, and does the mode take nodes?");
  throw_errno("set linux.memoryPolicy");
}

}  // namespace scrim::init
