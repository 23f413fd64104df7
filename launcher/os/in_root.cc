// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/in_root.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
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

// The text of the symbolic link at `path`; nothing if there is no link.
static std::optional<std::string> read_link(const Fd& root, const std::string& path) {
  const Fd link = try_open(root, path, O_PATH | O_NOFOLLOW);
  if (!link) return std::nullopt;
  std::array<char, PATH_MAX> text{};
  const ssize_t length = readlinkat(link.get(), "", text.data(), text.size());
  if (length <= 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(length));
}

// Where a path leads whose end does not exist: without links and "..". What openat2(2) does not do for such
// paths: images have links to what is only made later (/etc/resolv.conf). This only chooses names; every one
// of them is opened below the root again.
static std::string without_links(const Fd& root, const std::string& path) {
  constexpr int most_links = 40;  // as the kernel's MAXSYMLINKS
  int links = 0;
  std::string done;
  std::string rest = path;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string component = rest.substr(0, slash);
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      done = done.substr(0, done.rfind('/') == std::string::npos ? 0 : done.rfind('/'));
      continue;
    }
    const std::string next = concat(done, "/", component);
    const std::optional<std::string> target = read_link(root, next);
    if (!target) {
      done = next;
      continue;
    }
    if (++links > most_links) throw SystemError(ELOOP, concat("follow ", path, " in the root file system"));
    if (target->front() == '/') done.clear();
    rest = concat(*target, "/", rest);
  }
  return done.empty() ? "/" : done;
}

// Something has the name of what is to be made, and yet it was not found: a link to what does not exist. Says
// where that would be.
static std::string behind_link(const Fd& root, const std::string& path) {
  std::string real = without_links(root, path);
  if (real == path) throw SystemError(ENOENT, concat("make ", path, " in the root file system"));
  return real;
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
      const bool made = mkdirat(parent.get(), std::string(component).c_str(), 0755) == 0;
      if (!made && errno != EEXIST)
        throw_errno(concat("make directory ", prefix, " in the root file system"));
      next = find_in_root(root, prefix, flags);
      if (!next) return make_directory_in_root(root, behind_link(root, path));
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
  if (std::optional<Fd> present = find_in_root(root, path, O_PATH)) return std::move(*present);
  return make_file_in_root(root, behind_link(root, path));
}

}  // namespace scrim::os
