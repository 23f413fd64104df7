// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/ps.h"

#include <algorithm>
#include <charconv>

#include "launcher/os/program.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words = split(line, ' ');
  std::erase(words, std::string_view());
  return words;
}

pid_t pid_in(std::string_view line, std::size_t column) {
  const std::vector<std::string_view> words = words_of(line);
  pid_t pid = 0;
  if (column < words.size())
    std::from_chars(words[column].data(), words[column].data() + words[column].size(), pid);
  return pid;
}

}  // namespace

std::vector<pid_t> processes_of(const Store& store, const std::string& id) {
  const cgroup::Cgroup cgroup = store.look(id).load().cgroup;
  if (cgroup.memberships.empty())
    throw Error(concat("list the processes of container ", id,
                       ": it has no cgroup of its own, by which they would be known (rootless)"));
  return cgroup::processes(cgroup);
}

std::string ps_table(const std::vector<pid_t>& pids, const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"ps"};
  if (options.empty()) arguments.emplace_back("-ef");
  arguments.insert(arguments.end(), options.begin(), options.end());
  const os::Captured said = os::capture(os::find_program("ps"), arguments, os::StandardError::inherited);
  if (said.exit.as_shell() != 0) throw Error(concat("ps ends with status ", said.exit.as_shell()));

  const std::vector<std::string_view> lines = split(said.output, '\n');
  const std::vector<std::string_view> titles = words_of(lines.front());
  const auto found = std::find(titles.begin(), titles.end(), "PID");
  if (found == titles.end())
    throw Error(
        "ps shows no column PID, by which the container's processes are known (try -ef, or -o pid,…)");
  const auto column = static_cast<std::size_t>(found - titles.begin());
  std::string table = concat(lines.front(), "\n");
  for (std::size_t at = 1; at < lines.size(); ++at)
    if (std::find(pids.begin(), pids.end(), pid_in(lines[at], column)) != pids.end())
      table += concat(lines[at], "\n");
  return table;
}

}  // namespace scrim::runtime
