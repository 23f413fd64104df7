// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

namespace scrim::os {

// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    // The analyzer of clang 14 takes a pair that is bound to names for uninitialized.
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult)
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// open(2), always with O_CLOEXEC. Throws SystemError "open PATH: …".
[[nodiscard]] Fd open(const std::string& path, int flags, mode_t mode = 0);
[[nodiscard]] Fd open_at(const Fd& directory, const std::string& path, int flags, mode_t mode = 0);

// pipe(2), close-on-exec: the end to read from, and the end to write to.
[[nodiscard]] std::pair<Fd, Fd> make_pipe();

// "/proc/self/fd/N": names an open file to calls that take paths only.
[[nodiscard]] std::string proc_path(const Fd& fd);

// Where it is now, absolute (proc_pid_fd(5)). Throws SystemError.
[[nodiscard]] std::string path_of(const Fd& fd);

// Writes all of it. Throws SystemError "write NAME: …".
void write_all(int fd, std::string_view data, const std::string& name);

// A new file beside the old one, written whole; put_in_place() renames it over the old one, so that a reader
// sees the one or the other. Without that it goes again. The file is not synced: state under /run does not
// outlive the machine.
class Replacement {
 public:
  // The directory must outlive this. Throws SystemError "open …", "write NAME: …".
  Replacement(const Fd& directory, std::string name, std::string_view data, mode_t mode);
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement();
  // Throws SystemError "rename …".
  void put_in_place();

 private:
  const Fd& directory_;
  std::string name_;
  std::string temporary_;
  bool in_place_ = false;
};

void replace_file(const Fd& directory, const std::string& name, std::string_view data, mode_t mode);

// The same for a directory of somebody else's: no half-made file stays there if this process is killed. The
// file has its name once it is whole; an old one of that name goes just before. Where the file system has no
// O_TMPFILE, as replace_file().
void place_file(const Fd& directory, const std::string& name, std::string_view data, mode_t mode);

// The whole of a small kernel file (/proc, /sys).
[[nodiscard]] std::string read_kernel_file(const std::string& path);
[[nodiscard]] std::string read_kernel_file_at(const Fd& directory, const std::string& path);

}  // namespace scrim::os
