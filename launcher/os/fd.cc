// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/fd.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

static std::string read_to_end(const Fd& fd, const std::string& name) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(concat("read ", name));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Fd open(const std::string& path, int flags, mode_t mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw_errno(concat("open ", path));
  return fd;
}

Fd open_at(const Fd& directory, const std::string& path, int flags, mode_t mode) {
  Fd fd(openat(directory.get(), path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw_errno(concat("open ", path));
  return fd;
}

std::pair<Fd, Fd> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string proc_path(const Fd& fd) {
  return concat("/proc/self/fd/", fd.get());
}

std::string path_of(const Fd& fd) {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = readlink(proc_path(fd).c_str(), path.data(), path.size());
  if (length <= 0) throw_errno("find the path of an open file");
  return {path.data(), static_cast<std::size_t>(length)};
}

void write_all(int fd, std::string_view data, const std::string& name) {
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(concat("write ", name));
    data.remove_prefix(static_cast<std::size_t>(written));
  }
}

Replacement::Replacement(const Fd& directory, std::string name, std::string_view data, mode_t mode)
    : directory_(directory), name_(std::move(name)), temporary_(concat(".", name_, ".new")) {
  const Fd fd = open_at(directory, temporary_, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  try {
    write_all(fd.get(), data, name_);
  } catch (...) {
    unlinkat(directory_.get(), temporary_.c_str(), 0);
    throw;
  }
}

Replacement::~Replacement() {
  if (!in_place_) unlinkat(directory_.get(), temporary_.c_str(), 0);
}

void Replacement::put_in_place() {
  if (renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0)
    throw_errno(concat("rename ", temporary_, " to ", name_));
  in_place_ = true;
}

void replace_file(const Fd& directory, const std::string& name, std::string_view data, mode_t mode) {
  Replacement(directory, name, data, mode).put_in_place();
}

void place_file(const Fd& directory, const std::string& name, std::string_view data, mode_t mode) {
  const Fd fd(openat(directory.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
  if (!fd) return replace_file(directory, name, data, mode);
  write_all(fd.get(), data, name);
  const std::string nameless = proc_path(fd);
  while (linkat(AT_FDCWD, nameless.c_str(), directory.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    // ENOENT: no /proc. The others: a file system that makes such files, and cannot name them.
    if (errno == ENOENT || errno == EOPNOTSUPP || errno == EPERM || errno == EXDEV)
      return replace_file(directory, name, data, mode);
    if (errno != EEXIST) throw_errno(concat("write ", name));
    if (unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
      throw_errno(concat("replace ", name));
  }
}

std::string read_kernel_file(const std::string& path) {
  return read_to_end(open(path, O_RDONLY), path);
}

std::string read_kernel_file_at(const Fd& directory, const std::string& path) {
  return read_to_end(open_at(directory, path, O_RDONLY), path);
}

}  // namespace scrim::os
