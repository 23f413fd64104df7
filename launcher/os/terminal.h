// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <optional>
#include <string>

#include "launcher/os/fd.h"

namespace scrim::os {

// Our own terminal, raw while this lives (termios(3), cfmakeraw) so that every key reaches the container's.
// Nothing happens if standard input is no terminal.
class RawTerminal {
 public:
  RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  std::optional<termios> before_;
};

// Gives the container's terminal the size of ours, if we have one.
void copy_window_size(const Fd& master) noexcept;

// Copies between our standard input and output and a terminal's master: call the matching side when poll(2)
// says so.
class TerminalCopy {
 public:
  explicit TerminalCopy(const Fd& master) : master_(master) {}
  // To wait for: standard input, or -1 once it has ended.
  [[nodiscard]] int input() const { return input_; }
  [[nodiscard]] int output() const { return output_; }
  void from_input();
  void from_master();
  // What the terminal still holds when its other side is gone.
  void drain();

 private:
  const Fd& master_;
  int input_ = 0;
  int output_ = master_.get();
};

}  // namespace scrim::os
