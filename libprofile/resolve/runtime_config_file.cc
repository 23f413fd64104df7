// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/resolve/runtime_config.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

// In a user namespace (rootless engines) the file of the real root shows the overflow uid as its owner
// (user_namespaces(7)); who that is cannot be seen from inside.
bool owner_is_hidden(uid_t owner) {
  constexpr uid_t overflow_uid = 65534;  // /proc/sys/kernel/overflowuid, which nobody changes
  if (owner != overflow_uid) return false;
  const int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char map[128];
  const ssize_t got = read(fd, map, sizeof map);
  close(fd);
  // The initial user namespace maps all 2^32-1 user ids; any other leaves some out.
  return got > 0 &&
         std::string_view(map, static_cast<std::size_t>(got)).find("4294967295") == std::string_view::npos;
}

// Whoever can write this file decides which filter every container gets.
void refuse_if_others_can_write(int fd, const std::string& path) {
  if (geteuid() != 0) return;
  struct stat status {};
  if (fstat(fd, &status) != 0) throw_errno(concat("stat ", path));
  if (status.st_uid != 0 && !owner_is_hidden(status.st_uid))
    throw Error(concat(path, ": belongs to user ", status.st_uid,
                       ", who could change what containers are allowed (mend: chown root ", path, ")"));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw Error(concat(path, ": others than root can write it and so change what containers are allowed",
                       " (mend: chmod go-w ", path, ")"));
}

}  // namespace

RuntimeConfig load_runtime_config(const std::string& path, bool required) {
  // O_NONBLOCK: opening a FIFO returns at once; O_NOCTTY: nor does a terminal become ours.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    const int errnum = errno;
    // A symbolic link to nothing is a configuration that somebody meant to have.
    struct stat link {};
    if (errnum == ENOENT && !required && lstat(path.c_str(), &link) != 0 && errno == ENOENT) return {};
    throw SystemError(errnum, concat("open ", path));
  }
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  const std::string text = document::read_text(fd, path);
  refuse_if_others_can_write(fd, path);
  return parse_runtime_config(text, path);
}

}  // namespace scrim::resolve
