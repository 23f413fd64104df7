// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "launcher/cli/command.h"
#include "launcher/cli/profile.h"
#include "launcher/runtime/launch.h"

namespace scrim::cli {

std::span<const Command> commands() {
  static constexpr std::array table{
      Command{.name = "run",
              .summary = "create a container from a bundle, start it, wait for it and delete it",
              .call = run_command,
              .delegable = true,
              .makes_process = true},
      Command{.name = "create",
              .summary = "create a container from a bundle",
              .call = create_command,
              .delegable = true,
              .makes_process = true},
      Command{.name = "start",
              .summary = "run the program of a created container",
              .call = start_command,
              .delegable = true},
      Command{.name = "state",
              .summary = "print the state of a container as JSON",
              .call = state_command,
              .delegable = true},
      Command{
          .name = "kill", .summary = "send a signal to a container", .call = kill_command, .delegable = true},
      Command{.name = "delete",
              .summary = "delete a stopped container",
              .call = delete_command,
              .delegable = true},
      Command{.name = "exec",
              .summary = "start another process in a container",
              .call = exec_command,
              .delegable = true,
              .makes_process = true,
              .failure_status = 255},
      Command{.name = "ps",
              .summary = "list the processes of a container",
              .call = ps_command,
              .delegable = true},
      Command{.name = "pause",
              .summary = "suspend all processes of a container",
              .call = pause_command,
              .delegable = true},
      Command{.name = "resume",
              .summary = "let the processes of a paused container go on",
              .call = resume_command,
              .delegable = true},
      Command{.name = "update",
              .summary = "change the limits of a container",
              .call = update_command,
              .delegable = true},
      Command{.name = "events",
              .summary = "print what a container uses, and when it runs out of memory",
              .call = events_command,
              .delegable = true},
      Command{.name = "list", .summary = "list containers", .call = list_command, .delegable = true},
      Command{.name = "spec",
              .summary = "write a config.json to start from",
              .call = spec_command,
              .delegable = true},
      Command{.name = "features",
              .summary = "print what this runtime can do, as JSON",
              .call = features_command,
              .delegable = true},
      Command{.name = "launch",
              .summary = "run one process under a seccomp profile, without a container",
              .call = launch_command,
              .failure_status = runtime::status_launch_failed},
      Command{.name = "profile",
              .summary = "compile a profile, read a program back, count what it costs",
              .call = profile_command,
              .failure_status = status_could_not},
  };
  return table;
}

}  // namespace scrim::cli
