// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::document {

std::string read_text(const std::string& path) {
  // O_NONBLOCK: opening a FIFO returns at once; O_NOCTTY: nor does a terminal become ours.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw_errno(concat("open ", path));
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  return read_text(fd, path);
}

std::string read_text(int fd, const std::string& name) {
  struct stat status {};
  if (fstat(fd, &status) != 0) throw_errno(concat("stat ", name));
  if (S_ISDIR(status.st_mode)) throw SystemError(EISDIR, concat("read ", name));
  if (!S_ISREG(status.st_mode)) throw Error(concat("read ", name, ": not a regular file"));
  const auto too_large = [&](std::size_t size) {
    return Error(
        concat("read ", name, ": ", size, " bytes, more than the ", max_file_size, " that are read"));
  };
  if (static_cast<std::size_t>(status.st_size) > max_file_size)
    throw too_large(static_cast<std::size_t>(status.st_size));

  // One byte more than the size tells the end without another read; a file that grows meanwhile is followed.
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    const ssize_t got = pread(fd, text.data() + used, text.size() - used, static_cast<off_t>(used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(concat("read ", name));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > max_file_size) throw too_large(used);
    if (used == text.size()) text.resize(text.size() * 2);
  }
  text.resize(used);
  return text;
}

std::string read_standard_input(const std::string& name) {
  constexpr std::size_t step = 65536;
  std::string text;
  for (;;) {
    const std::size_t used = text.size();
    text.resize(used + step);
    const ssize_t got = read(STDIN_FILENO, text.data() + used, step);
    if (got < 0 && errno != EINTR) throw_errno(concat("read ", name));
    text.resize(used + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
    if (text.size() > max_file_size)
      throw Error(concat("read ", name, ": more than the ", max_file_size, " bytes that are read"));
  }
}

}  // namespace scrim::document
