// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace scrim::document {

// No profile or config.json comes near it (Docker's default is 13 kB).
inline constexpr std::size_t max_file_size = std::size_t{16} << 20;

// The text of a regular file of at most max_file_size bytes. Never blocks on a FIFO or device.
// Throws SystemError if it cannot be read, Error if it is no regular file or too large.
[[nodiscard]] std::string read_text(const std::string& path);

// The same from an open descriptor, which stays open; `name` stands for it in messages.
[[nodiscard]] std::string read_text(int fd, const std::string& name);

// The same of whatever standard input is, to its end: a pipe, a terminal.
[[nodiscard]] std::string read_standard_input(const std::string& name = "standard input");

}  // namespace scrim::document
