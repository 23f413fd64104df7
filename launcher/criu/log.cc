// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/log.h"

#include <algorithm>
#include <array>
#include <vector>

#include "libprofile/text.h"

namespace scrim::criu {

namespace {

constexpr std::size_t most_lines = 4;

// "(00.012345)    198: Error (criu/mount.c:12): mnt: what is wrong" from "Error" on; empty if it is none.
// Children of criu say their pid before it.
std::string_view error_of(std::string_view line) {
  if (line.starts_with('(')) line.remove_prefix(std::min(line.find(')') + 1, line.size()));
  const auto skip = [&](std::string_view characters) {
    line.remove_prefix(std::min(line.find_first_not_of(characters), line.size()));
  };
  skip(" \t");
  skip("0123456789");
  skip(": ");
  return line.starts_with("Error (") ? line : std::string_view();
}

// From here on it is about the container (cr_dump_tasks() and cr_restore_tasks() of criu).
bool begins(std::string_view line) {
  return line.find("umping processes (pid") != line.npos ||
         line.find("Running pre-dump scripts") != line.npos ||
         line.find("Running pre-restore scripts") != line.npos;
}

// It says no more than the line before it, or that it failed at all.
bool is_consequence(std::string_view line) {
  return line.ends_with(" FAILED.") || line.find(": exited, status=") != line.npos;
}

}  // namespace

std::string telling_lines(std::string_view log) {
  std::vector<std::string> before;
  std::vector<std::string> since;
  bool begun = false;
  for (const std::string_view line : split(log, '\n')) {
    begun = begun || begins(line);
    const std::string_view error = error_of(line);
    if (!error.empty() && !is_consequence(error)) (begun ? since : before).emplace_back(error);
  }
  const std::vector<std::string>& all = since.empty() ? before : since;
  return join(std::span(all).last(std::min(all.size(), most_lines)), "; ");
}

}  // namespace scrim::criu
