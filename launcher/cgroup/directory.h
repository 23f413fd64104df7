// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace scrim::cgroup {

// The cgroups directly below; none if it is gone.
[[nodiscard]] std::vector<std::string> children(const std::string& path);

// The processes of one cgroup directory and all below it, in no order; none if it is gone.
[[nodiscard]] std::vector<pid_t> processes_below(const std::string& path);

// Writes a cgroup's control file in one write(2). 0, or what open or write said (errno(3)).
[[nodiscard]] int try_write_file(const std::string& path, std::string_view value);

// The same, but throws SystemError.
void write_file(const std::string& path, std::string_view value);

}  // namespace scrim::cgroup
