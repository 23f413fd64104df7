// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/proc_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <climits>
#include <string_view>

#include "libprofile/text.h"

namespace scrim::inspect {

std::optional<std::string> read_proc(const std::string& path) {
  constexpr std::size_t most = std::size_t{1} << 20;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while (text.size() < most && (got = ::read(fd, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(fd);
  if (got < 0) return std::nullopt;
  return text;
}

std::optional<std::string> link_of(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size <= 0 || static_cast<std::size_t>(size) == target.size()) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

std::optional<pid_t> parent_of(pid_t pid) {
  const std::optional<std::string> stat = read_proc(concat("/proc/", pid, "/stat"));
  if (!stat) return std::nullopt;
  // The name stands in parentheses and may have some itself; behind it come the state and the parent.
  const std::size_t name_end = stat->rfind(')');
  constexpr std::size_t state_size = 4;  // ") S "
  if (name_end == std::string::npos || stat->size() < name_end + state_size) return std::nullopt;
  const std::string_view rest = std::string_view(*stat).substr(name_end + state_size);
  pid_t parent = 0;
  if (std::from_chars(rest.data(), rest.data() + rest.size(), parent).ec != std::errc()) return std::nullopt;
  return parent;
}

std::vector<std::string> arguments_of(pid_t pid) {
  std::string text = read_proc(concat("/proc/", pid, "/cmdline")).value_or("");
  if (text.ends_with('\0')) text.pop_back();
  if (text.empty()) return {};
  std::vector<std::string> arguments;
  for (const std::string_view each : split(text, '\0')) arguments.emplace_back(each);
  return arguments;
}

std::optional<uid_t> user_of(pid_t pid) {
  struct stat status {};
  if (::stat(concat("/proc/", pid).c_str(), &status) != 0) return std::nullopt;
  return status.st_uid;
}

}  // namespace scrim::inspect
