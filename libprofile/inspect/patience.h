// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "libprofile/kernel/read_back.h"

namespace scrim::inspect {

// How long those that do not stop may hold up a look at many processes, in sum: anybody can have many that
// wait in vfork(2). What stops does so at once, and is waited for as long as that takes; once most of the
// time is spent each gets a little, so that those behind them are still seen, and in the end none gets any.
class Patience {
 public:
  using Time = std::chrono::milliseconds;
  // With the next process; zero: it is not to be stopped at all.
  [[nodiscard]] Time for_next() const {
    if (left_ <= Time::zero()) return Time::zero();
    return left_ > for_little ? kernel::stops_within : a_little;
  }
  // It did not stop within for_next().
  void spend() { left_ -= for_next(); }

 private:
  static constexpr Time a_little{5};
  static constexpr Time for_little{1000};
  Time left_ = Time{2000} + for_little;
};

}  // namespace scrim::inspect
