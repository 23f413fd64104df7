// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/owned_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

struct Descriptor {
  int fd;
  explicit Descriptor(int open) : fd(open) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Value read_owned(const std::string& root, const std::string& below, uid_t user) {
  const std::string path = concat(root, below);
  const Descriptor top(::open(root.empty() ? "/" : root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (top.fd < 0) throw_errno(concat("open ", path));
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const Descriptor file(static_cast<int>(::syscall(SYS_openat2, top.fd, below.c_str(), &how, sizeof how)));
  const int fd = file.fd;
  if (fd < 0) throw_errno(concat("open ", path));
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno(concat("stat ", path));
  if (status.st_uid != user)
    throw Error(concat(path, ": belongs to user ", status.st_uid, ", not to ", user,
                       ", whose engine runs the container"));
  return document::json::parse(document::read_text(fd, path), path);
}

std::string text_at(const Value& object, std::string_view name) {
  const Value* const member = object.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

}  // namespace scrim::inspect
