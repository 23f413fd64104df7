// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/runtime/prepare.h"
#include "launcher/runtime/state.h"

namespace scrim::runtime {

// What `exec` says about the process: a process.json that says it all, or how it differs from the
// container's first one, as runc's options have it.
struct ProcessOptions {
  std::string file;  // process of runtime-spec as JSON; the rest counts for nothing then. "-": standard input
  std::vector<std::string> args;
  std::string cwd;
  std::vector<std::string> env;  // NAME=value, added
  bool terminal = false;
  std::string user;                       // "uid" or "uid:gid", numbers
  std::vector<gid_t> additional_gids;     // added
  std::vector<std::string> capabilities;  // added to the bounding, permitted and effective sets
  std::string apparmor_profile;
  std::string selinux_label;
  bool no_new_privileges = false;
};

// The process to start. What it does not say about itself it has from the container's: capabilities, limits,
// labels, oomScoreAdj, umask (as in runc). Throws Error for what cannot be meant.
[[nodiscard]] bundle::Process process_to_exec(const ContainerState& container, const ProcessOptions& options,
                                              const Warn& warn);

}  // namespace scrim::runtime
