// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/runtime/exec_process.h"
#include "launcher/runtime/store.h"

namespace scrim::runtime {

struct ExecOptions {
  std::string id;
  ProcessOptions process;
  std::vector<std::string> cgroups;  // sub_cgroup.h
  std::string pid_file;              // empty: none
  std::string console_socket;        // path of somebody's listening socket; empty: none
  std::string pidfd_socket;          // the same, for the process' pidfd
  unsigned preserve_fds = 0;
  bool detach = false;
  bool ignore_paused = false;
};

// Starts another process in a created or running container, with the container's own seccomp profile as it
// was compiled when that was created. In the foreground as run() does; returns its exit status (128 + n if
// signal n ended it), or 0 when detached. Throws Error if the container is stopped, or paused without
// ignore_paused.
[[nodiscard]] int exec(const Store& store, const ExecOptions& options, const Warn& warn);

}  // namespace scrim::runtime
