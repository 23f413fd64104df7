// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/in_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <string_view>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

static Fd try_open(const Fd& root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: a rename somewhere raced with "..", and the kernel could not tell whether the root was left.
  for (int attempt = 0;; ++attempt) {
    Fd fd(static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
    if (fd || errno != EAGAIN || attempt == 32) return fd;
  }
}

Fd open_in_root(const Fd& root, const std::string& path, int flags) {
  Fd fd = try_open(root, path, flags);
  if (!fd) throw_errno(concat("open ", path, " in the root file system"));
  return fd;
}

std::optional<Fd> find_in_root(const Fd& root, const std::string& path, int flags) {
  Fd fd = try_open(root, path, flags);
  if (fd) return fd;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno(concat("open ", path, " in the root file system"));
}

SplitPath split_last(const std::string& path) {
  std::string_view rest = path;
  while (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return {"/", std::string(rest)};
  return {slash == 0 ? "/" : std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

Fd make_directory_in_root(const Fd& root, const std::string& path) {
  constexpr int flags = O_PATH | O_DIRECTORY;
  if (std::optional<Fd> present = find_in_root(root, path, flags)) return std::move(*present);

  std::string prefix;
  Fd parent = open_in_root(root, "/", flags);
  for (const std::string_view component : split(path, '/')) {
    if (component.empty()) continue;
    prefix += '/';
    prefix += component;
    std::optional<Fd> next = find_in_root(root, prefix, flags);
    if (!next) {
      if (mkdirat(parent.get(), std::string(component).c_str(), 0755) != 0 && errno != EEXIST)
        throw_errno(concat("make directory ", prefix, " in the root file system"));
      next = open_in_root(root, prefix, flags);
    }
    parent = std::move(*next);
  }
  return parent;
}

Fd make_file_in_root(const Fd& root, const std::string& path) {
  if (std::optional<Fd> present = find_in_root(root, path, O_PATH)) return std::move(*present);
  const SplitPath where = split_last(path);
  const Fd parent = make_directory_in_root(root, where.directory);
  const Fd made(openat(parent.get(), where.name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!made && errno != EEXIST) throw_errno(concat("make file ", path, " in the root file system"));
  return open_in_root(root, path, O_PATH);
}

}  // namespace scrim::os
