// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>

#include "libprofile/error.h"

namespace scrim::os {

RawTerminal::RawTerminal() {
  termios settings{};
  if (tcgetattr(STDIN_FILENO, &settings) != 0) return;
  before_ = settings;
  cfmakeraw(&settings);
  if (tcsetattr(STDIN_FILENO, TCSANOW, &settings) != 0) throw_errno("make the terminal raw");
}

RawTerminal::~RawTerminal() {
  if (before_) tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

void copy_window_size(const Fd& master) noexcept {
  winsize size{};
  if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ioctl(master.get(), TIOCSWINSZ, &size);
}

void TerminalCopy::from_input() {
  std::array<char, 4096> buffer{};
  const ssize_t got = read(input_, buffer.data(), buffer.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    // The other side's programs see an end of file as they would from a keyboard: ^D.
    const char end_of_transmission = 4;
    (void)!write(master_.get(), &end_of_transmission, 1);
    input_ = -1;
    return;
  }
  write_all(master_.get(), std::string_view(buffer.data(), static_cast<std::size_t>(got)),
            "the container's terminal");
}

void TerminalCopy::from_master() {
  std::array<char, 4096> buffer{};
  const ssize_t got = read(master_.get(), buffer.data(), buffer.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  // EIO: nobody has the other side open (any more).
  if (got <= 0) {
    output_ = -1;
    return;
  }
  write_all(STDOUT_FILENO, std::string_view(buffer.data(), static_cast<std::size_t>(got)), "standard output");
}

void TerminalCopy::drain() {
  for (;;) {
    pollfd ready{output_, POLLIN, 0};
    if (output_ < 0 || poll(&ready, 1, 0) <= 0 || (ready.revents & POLLIN) == 0) return;
    from_master();
  }
}

}  // namespace scrim::os
