// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

// What the runtime does for a new process from outside, where its privileges are.
namespace scrim::runtime {

// process.rlimits and process.oomScoreAdj.
void set_limits(pid_t pid, const std::vector<bundle::Rlimit>& limits);
void set_oom_score(pid_t pid, int score);

// --pid-file: the number alone, in a file that appears whole. Nothing for an empty path.
void write_pid_file(const std::string& path, pid_t pid);

// --pidfd-socket, as runc 1.2 has it: sends the pidfd to a listening socket, with `kind` as the message
// ("standard" for a container's first process, "setns" for others). Nothing for an empty path.
void send_pidfd(const std::string& socket_path, const os::Fd& pidfd, const std::string& kind);

}  // namespace scrim::runtime
