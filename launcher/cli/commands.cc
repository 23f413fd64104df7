// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "launcher/cli/command.h"

namespace scrim::cli {

std::span<const Command> commands() {
  static constexpr std::array table{
      Command{"run", "create a container from a bundle, start it, wait for it and delete it", run_command,
              true, true},
      Command{"create", "create a container from a bundle", create_command, true, true},
      Command{"start", "run the program of a created container", start_command, true},
      Command{"state", "print the state of a container as JSON", state_command, true},
      Command{"kill", "send a signal to a container", kill_command, true},
      Command{"delete", "delete a stopped container", delete_command, true},
      Command{"list", "list containers", list_command, true},
      Command{"spec", "write a config.json to start from", spec_command, true},
      Command{"features", "print what this runtime can do, as JSON", features_command, true},
      Command{"launch", "run one process under a seccomp profile, without a container", launch_command,
              false},
  };
  return table;
}

}  // namespace scrim::cli
