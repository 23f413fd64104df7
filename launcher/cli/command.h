// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/options/options.h"
#include "launcher/os/fd.h"
#include "launcher/os/log.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/resolve/runtime_config.h"

// One file a command: parse, call, print.
namespace scrim::cli {

// What stands before the command: runc's global options, and ours.
struct Global {
  std::string root;
  os::Log::Options log;
  std::string config_file;  // empty: /etc/scrim/config.json, if there is one
  std::string delegate;
  std::string criu;  // empty: criu in $PATH
  bool systemd_cgroup = false;
  filter::Backend compiler = filter::Backend::own;
  bool verify = false;  // every program is proved equal to its profile
};

// What every command gets.
struct Context {
  const Global& global;
  const resolve::RuntimeConfig& config;
  os::Log& log;
  os::Fd& own_mount;  // that this program runs from (os/own_program.h); empty: none
  [[nodiscard]] std::string root() const;
};

// Each returns the exit status, and throws Error for the rest. `arguments`: what follows the command's name.
int run_command(const Context& context, const Arguments& arguments);
int create_command(const Context& context, const Arguments& arguments);
int start_command(const Context& context, const Arguments& arguments);
int state_command(const Context& context, const Arguments& arguments);
int kill_command(const Context& context, const Arguments& arguments);
int delete_command(const Context& context, const Arguments& arguments);
int exec_command(const Context& context, const Arguments& arguments);
int ps_command(const Context& context, const Arguments& arguments);
int pause_command(const Context& context, const Arguments& arguments);
int resume_command(const Context& context, const Arguments& arguments);
int update_command(const Context& context, const Arguments& arguments);
int events_command(const Context& context, const Arguments& arguments);
int checkpoint_command(const Context& context, const Arguments& arguments);
int restore_command(const Context& context, const Arguments& arguments);
int list_command(const Context& context, const Arguments& arguments);
int spec_command(const Context& context, const Arguments& arguments);
int features_command(const Context& context, const Arguments& arguments);
int launch_command(const Context& context, const Arguments& arguments);
int pod_command(const Context& context, const Arguments& arguments);
int inspect_command(const Context& context, const Arguments& arguments);
int node_command(const Context& context, const Arguments& arguments);
int profile_command(const Context& context, const Arguments& arguments);

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*call)(const Context&, const Arguments&);
  bool delegable = false;      // runc has it too: a delegate carries it out
  bool makes_process = false;  // of a container: it runs our program until execve
  int failure_status = 1;      // when scrim itself fails, before or in the command
};
[[nodiscard]] std::span<const Command> commands();

}  // namespace scrim::cli
