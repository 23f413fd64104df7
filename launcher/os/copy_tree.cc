// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/copy_tree.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <array>

#include "launcher/os/directory.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

constexpr unsigned deepest = 64;

void copy_file(const Fd& from, const Fd& to, const char* name, const struct stat& status,
               const std::string& what) {
  const Fd source(openat(from.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const Fd copy(openat(to.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!source || !copy) throw_errno(concat("copy ", name, " of ", what));
  for (;;) {
    const ssize_t sent = sendfile(copy.get(), source.get(), nullptr, std::size_t{1} << 24);
    if (sent < 0) throw_errno(concat("copy ", name, " of ", what));
    if (sent == 0) break;
  }
  if (fchown(copy.get(), status.st_uid, status.st_gid) != 0 ||
      fchmod(copy.get(), status.st_mode & 07777U) != 0)
    throw_errno(concat("copy owner and mode of ", name, " of ", what));
}

void copy_link(const Fd& from, const Fd& to, const char* name, const struct stat& status,
               const std::string& what) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = readlinkat(from.get(), name, text.data(), text.size() - 1);
  if (length < 0 || symlinkat(text.data(), to.get(), name) != 0 ||
      fchownat(to.get(), name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(concat("copy link ", name, " of ", what));
}

void copy_level(const Fd& from, const Fd& to, const std::string& what, unsigned depth) {
  if (depth > deepest) throw Error(concat("copy ", what, ": more than ", deepest, " levels of directories"));
  for (const std::string& entry : names_in(from, what)) {
    const char* const name = entry.c_str();
    struct stat status {};
    if (fstatat(from.get(), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      throw_errno(concat("stat ", name, " of ", what));
    if (S_ISREG(status.st_mode)) {
      copy_file(from, to, name, status, what);
    } else if (S_ISLNK(status.st_mode)) {
      copy_link(from, to, name, status, what);
    } else if (S_ISDIR(status.st_mode)) {
      if (mkdirat(to.get(), name, 0700) != 0) throw_errno(concat("copy directory ", name, " of ", what));
      const Fd source = open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      const Fd copy = open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      copy_level(source, copy, what, depth + 1);
      if (fchown(copy.get(), status.st_uid, status.st_gid) != 0 ||
          fchmod(copy.get(), status.st_mode & 07777U) != 0)
        throw_errno(concat("copy owner and mode of ", name, " of ", what));
    }
  }
}

}  // namespace

void copy_tree(const Fd& from, const Fd& to, const std::string& what) {
  copy_level(from, to, what, 1);
}

}  // namespace scrim::os
