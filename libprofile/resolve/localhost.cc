// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/localhost.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

int open_beneath(int root, const std::string& path) {
  open_how how{};
  // O_NONBLOCK: opening a FIFO returns at once; O_NOCTTY: nor does a terminal become ours.
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  // EAGAIN: something above was renamed meanwhile, so that ".." of a link could not be checked (openat2(2)).
  for (int attempt = 0; attempt < 16; ++attempt) {
    fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return static_cast<int>(fd);
}

[[noreturn]] void cannot_load(const std::string& file, const std::string& root, int errnum) {
  const std::string doing = concat("cannot load seccomp profile \"", file, "\"");
  switch (errnum) {
    case ENOENT:
      throw SystemError(errnum, doing, concat("put the profile on this node, below the profile root ", root));
    case EXDEV:
      throw SystemError(
          errnum, doing,
          concat("a symbolic link leads out of the profile root ", root, ": put the file itself there"));
    case ENOSYS:
      throw SystemError(errnum, doing, "openat2(2) is needed, which Linux has since 5.6");
    default:
      throw SystemError(errnum, doing);
  }
}

}  // namespace

std::string_view localhost_path_fault(std::string_view path) {
  if (path.empty()) return "must be set when seccomp type is Localhost";
  if (path.front() == '/') return "must be a relative path";
  for (const std::string_view part : split(path, '/'))
    if (part == "..") return "must not contain '..'";
  // Not Kubernetes': the kernel ends a path at NUL, and a newline would forge lines of messages and logs.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), is_control)) return "must not contain control characters";
  return {};
}

std::string localhost_file_name(const std::string& root, const std::string& path) {
  return concat(root, root.ends_with('/') ? "" : "/", path);
}

std::string read_localhost(const std::string& root, const std::string& path) {
  if (const std::string_view fault = localhost_path_fault(path); !fault.empty())
    throw Error(concat("localhostProfile ", quoted(path), ": ", fault));

  const std::string file = localhost_file_name(root, path);
  const Descriptor directory(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) {
    const int errnum = errno;
    throw SystemError(
        errnum, concat("cannot load seccomp profile \"", file, "\": open the profile root ", root),
        "create the directory, or name another one: --profile-root, profileRoot in /etc/scrim/config.json");
  }
  const Descriptor opened(open_beneath(directory.get(), path));
  if (opened.get() < 0) cannot_load(file, root, errno);
  return document::read_text(opened.get(), file);
}

}  // namespace scrim::resolve
