// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/processor.h"

#include <sched.h>

#include <atomic>
#include <catch2/catch.hpp>

namespace scrim::os {

namespace {

cpu_set_t affinity() {
  cpu_set_t set;
  REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
  return set;
}

// Puts back what this thread had.
class Affinity {
 public:
  Affinity() : before_(affinity()) {}
  Affinity(const Affinity&) = delete;
  Affinity& operator=(const Affinity&) = delete;
  ~Affinity() { (void)sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_;
};

}  // namespace

TEST_CASE("whoever makes room for a new process may run where it could before") {
  const Affinity restored;
  const cpu_set_t all = affinity();
  for (const bool begins : {true, false}) {
    const std::atomic<bool> begun{begins};
    run_beside(begun);
    const cpu_set_t after = affinity();
    CHECK(CPU_EQUAL(&all, &after));
  }
}

TEST_CASE("whoever waits in vain for a new process to begin goes to another processor") {
  const Affinity restored;
  const cpu_set_t all = affinity();
  if (CPU_COUNT(&all) < 2) return;
  const std::atomic<bool> begun{false};
  bool moved = false;
  // It may be moved back at once, but not every time.
  for (int i = 0; i < 100 && !moved; ++i) {
    const int before = sched_getcpu();
    run_beside(begun);
    moved = sched_getcpu() != before;
  }
  CHECK(moved);
}

TEST_CASE("with a single processor there is no other one to move to") {
  const Affinity restored;
  const int own = sched_getcpu();
  REQUIRE(own >= 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(own), &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  const std::atomic<bool> begun{false};
  run_beside(begun);
  const cpu_set_t after = affinity();
  CHECK(CPU_EQUAL(&one, &after));
  CHECK(sched_getcpu() == own);
}

}  // namespace scrim::os
