// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>

#include "libprofile/filter/program.h"

namespace scrim::filter {

// A child process that computes one Program and cannot run for ever: the kernel kills it when its CPU time is
// used up, when its memory grows out of proportion, or when the thread that started it ends. It holds none of
// the caller's descriptors.
class Worker {
 public:
  // Starts it. `work` runs in the child; what it throws is carried over as text.
  Worker(const std::function<Program()>& work, std::chrono::seconds limit);
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&&) = delete;
  ~Worker();  // kills and reaps it

  enum class End { done, failed, out_of_time, died };
  struct Result {
    End end = End::died;
    Program program;      // done
    std::string message;  // failed: the exception's; died: how
  };
  // Waits for it; once.
  [[nodiscard]] Result wait();

 private:
  struct Outcome;
  Outcome* outcome_;  // shared with the child
  pid_t pid_;         // 0: reaped
};

}  // namespace scrim::filter
