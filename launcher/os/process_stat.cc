// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/process_stat.h"

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

std::uint64_t number_of(std::string_view field) {
  std::uint64_t number = 0;
  std::from_chars(field.data(), field.data() + field.size(), number);
  return number;
}

}  // namespace

bool ProcessStat::is_ending() const {
  constexpr std::uint64_t pf_exiting = 0x4;  // include/linux/sched.h; the same since Linux 2.4
  return is_dead() || (flags & pf_exiting) != 0;
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  std::string text;
  try {
    text = read_kernel_file(concat("/proc/", pid, "/stat"));
  } catch (const SystemError&) {
    return std::nullopt;
  }
  // The command's name, in parentheses, may hold anything; the fields after it are counted from its end.
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string_view> fields = split(std::string_view(text).substr(name_end + 2), ' ');
  constexpr std::size_t state_field = 3 - 3;
  constexpr std::size_t flags_field = 9 - 3;
  constexpr std::size_t start_time_field = 22 - 3;
  if (fields.size() <= start_time_field || fields[state_field].size() != 1) return std::nullopt;
  return ProcessStat{.state = fields[state_field].front(),
                     .flags = number_of(fields[flags_field]),
                     .start_time = number_of(fields[start_time_field])};
}

}  // namespace scrim::os
