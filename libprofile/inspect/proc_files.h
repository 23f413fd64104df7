// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Small files of /proc (proc(5)). What has ended meanwhile, or may not be seen, is nothing.
namespace scrim::inspect {

// At most 1 MiB, which is what arguments are cut to here.
[[nodiscard]] std::optional<std::string> read_proc(const std::string& path);
// Where a symbolic link leads to: /proc/PID/cwd, /proc/PID/ns/pid.
[[nodiscard]] std::optional<std::string> link_of(const std::string& path);

[[nodiscard]] std::optional<pid_t> parent_of(pid_t pid);
// In clock ticks since boot (proc_pid_stat(5), field 22): tells a process from a later one of the same
// number.
[[nodiscard]] std::optional<std::uint64_t> start_time_of(pid_t pid);
// Whether it has executed a program since it was forked. What a runtime made to become a container's first
// process has not, until it executes the container's; nothing that a process does undoes it.
[[nodiscard]] std::optional<bool> has_executed(pid_t pid);
[[nodiscard]] std::vector<std::string> arguments_of(pid_t pid);
// The user that its effective uid is.
[[nodiscard]] std::optional<uid_t> user_of(pid_t pid);

}  // namespace scrim::inspect
