// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include "launcher/os/fd.h"

namespace scrim::os {

// While it lives SIGTERM, SIGINT and SIGHUP do not end this process: they are an Error at the next place that
// looks, so that what was begun is taken back. New processes inherit the mask.
class Interruption {
 public:
  Interruption();
  Interruption(Interruption&& other) noexcept;
  Interruption& operator=(Interruption&&) = delete;
  ~Interruption();

  // Throws Error if one of them came.
  void check() const;
  // Waits until `fd` can be read or has ended. Throws Error if one of them comes.
  void wait_for(const Fd& fd) const;
  // Readable when one of them came: for a poll(2) of one's own, and then check().
  [[nodiscard]] const Fd& fd() const { return signals_; }

 private:
  Fd signals_;  // empty: moved from
  sigset_t before_{};
};

}  // namespace scrim::os
