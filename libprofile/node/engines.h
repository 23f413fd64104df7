// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "libprofile/defaults/defaults.h"

// The engines of this machine, and what RuntimeDefault means to each.
namespace scrim::node {

struct EngineFacts {
  defaults::Engine engine = defaults::Engine::containerd;
  std::string path;            // of its program; empty if it was found running alone
  std::vector<pid_t> running;  // its daemons
  std::string version;         // empty: not known
  // "RuntimeDefault@docker-20.10.24", a file that takes its place; empty if it is not known which.
  std::string default_profile;
  std::vector<std::string> remarks;  // what could not be found out, and what else decides
};

// Programs in the system's directories, and root's daemons that run outside of containers. The former are
// asked for their version (program_version.h); no daemon is started, or asked, and its own program is not
// run.
[[nodiscard]] std::vector<EngineFacts> engines();

// What an engine of that version takes for RuntimeDefault. Empty, with a remark, if that is not known.
[[nodiscard]] std::string built_in_default(defaults::Engine engine, const std::string& version,
                                           std::vector<std::string>& remarks);

}  // namespace scrim::node
