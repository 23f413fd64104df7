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

namespace {

// A field of /proc/PID/stat, counted from 1 as in proc(5): the 4th or one behind it.
template <typename Number>
std::optional<Number> stat_field(pid_t pid, std::size_t number) {
  const std::optional<std::string> stat = read_proc(concat("/proc/", pid, "/stat"));
  if (!stat) return std::nullopt;
  // The 2nd, the name, stands in parentheses and may have some itself.
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || stat->size() < name_end + 2) return std::nullopt;
  constexpr std::size_t first_behind_name = 3;
  const auto fields = split(std::string_view(*stat).substr(name_end + 2), ' ');
  if (fields.size() <= number - first_behind_name) return std::nullopt;
  const std::string_view text = fields[number - first_behind_name];
  Number value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<pid_t> parent_of(pid_t pid) {
  constexpr std::size_t ppid = 4;
  return stat_field<pid_t>(pid, ppid);
}

std::optional<std::uint64_t> start_time_of(pid_t pid) {
  constexpr std::size_t start_time = 22;
  return stat_field<std::uint64_t>(pid, start_time);
}

std::optional<bool> has_executed(pid_t pid) {
  // Linux' include/linux/sched.h: forked but didn't exec. begin_new_exec() of fs/exec.c takes it away.
  constexpr unsigned pf_forknoexec = 0x40;
  constexpr std::size_t flags = 9;
  const std::optional<unsigned> has = stat_field<unsigned>(pid, flags);
  if (!has) return std::nullopt;
  return (*has & pf_forknoexec) == 0;
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
