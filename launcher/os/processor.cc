// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/processor.h"

#include <sched.h>

#include <chrono>

namespace scrim::os {

namespace {

// What an idle processor takes to wake up, in a virtual machine in another one.
constexpr std::chrono::microseconds patience{40};

bool begins(const std::atomic<bool>& begun) noexcept {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!begun.load(std::memory_order_relaxed))
    if (std::chrono::steady_clock::now() > until) return false;
  return true;
}

}  // namespace

void run_beside(const std::atomic<bool>& begun) noexcept {
  cpu_set_t allowed;
  // More processors than the set has room for is an error as well, and no matter: most of them are idle.
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  if (begins(begun)) return;
  const int own = sched_getcpu();
  if (own < 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(static_cast<unsigned>(own), &others);
  if (sched_setaffinity(0, sizeof others, &others) != 0) return;
  (void)sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace scrim::os
