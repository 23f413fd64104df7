// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::resolve {

// In a user namespace (rootless engines) the file of the real root shows the overflow uid as its owner
// (user_namespaces(7)); who that is cannot be seen from inside.
static bool owner_is_hidden(uid_t owner) {
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

std::string read_trusted(const std::string& path) {
  // O_NONBLOCK: opening a FIFO returns at once; O_NOCTTY: nor does a terminal become ours.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw_errno(concat("open ", path));
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  std::string text = document::read_text(fd, path);
  refuse_if_others_can_write(fd, path);
  return text;
}

}  // namespace scrim::resolve
