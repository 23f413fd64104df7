// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/cgroup/cgroup.h"
#include "launcher/init/channel.h"
#include "launcher/init/handover.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/fd.h"

// What the new process does, from clone(2) to execve(2).
namespace scrim::init {

// What a container's first process is to become. Made by the runtime; the new process has its own copy.
struct Plan {
  const bundle::Spec* spec = nullptr;
  std::string id;
  const NamespacePlan* namespaces = nullptr;
  const cgroup::Cgroup* cgroup = nullptr;  // the way into its v1 part comes from the runtime (Step::cgroups)
  // By the place in spec->mounts, what to bind there in place of the source's path; may be empty.
  const std::vector<os::Fd>* mount_sources = nullptr;
  bool no_pivot = false;
  bool no_new_keyring = false;
  bool set_groups = true;                  // false where setgroups(2) is denied (rootless with a single id)
  unsigned preserve_fds = 0;               // descriptors 3 to 2 + n stay open
  const os::Fd* start_socket = nullptr;    // `create`: listens until somebody says start
  const os::Fd* console_socket = nullptr;  // connected; gets the terminal's master
  // The state that hooks read (runtime-spec runtime.md, "State"), for a status and our pid outside.
  std::function<std::string(const std::string& status, pid_t pid)> state;
};

// What `start` says to a created container's socket; it gets the handover's memory back, and then the end of
// file when the program runs or could not be started. Who connects without a word learns that the container
// still waits.
inline constexpr char start_word = 's';
inline constexpr const char* start_socket_name = "start";

// Runs in the child of clone(2). Failures are put into the handover; the runtime notices by the socket's end.
[[noreturn]] void run(const Plan& plan, Handover& handover, os::Fd runtime) noexcept;

}  // namespace scrim::init
