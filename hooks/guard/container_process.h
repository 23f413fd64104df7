// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace scrim::guard {

// A container's first process. It stays the one that it was when this was made, whoever gets its number.
class ContainerProcess {
 public:
  explicit ContainerProcess(pid_t pid);
  ContainerProcess(const ContainerProcess&) = delete;
  ContainerProcess& operator=(const ContainerProcess&) = delete;
  ~ContainerProcess();

  // Kills it and waits until it has ended. Empty if that was so, else why not: it had ended before, may not
  // be killed, or has not ended within `patience_ms`.
  [[nodiscard]] std::string kill(int patience_ms) const;

 private:
  [[nodiscard]] bool ends_within(int milliseconds) const;
  pid_t pid_;
  int fd_;         // negative if it could not be opened
  int errno_ = 0;  // why
};

}  // namespace scrim::guard
